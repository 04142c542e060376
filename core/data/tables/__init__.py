"""Files of rows and columns: finding out how they are written, and reading them."""
