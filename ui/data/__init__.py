"""Getting data into the window: files of the user, downloads, and points drawn by hand."""
