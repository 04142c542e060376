"""Getting data into the window: files of one's own, downloads, and points drawn by hand."""
