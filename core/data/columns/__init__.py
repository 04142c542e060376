"""What the columns of a table are and how they become the inputs and targets of a network."""
