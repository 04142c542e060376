"""An experiment as one immutable value, and how it is read, checked and written."""
