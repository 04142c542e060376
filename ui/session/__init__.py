"""The experiment being edited and its run: session, edits, pinned runs and its file."""
