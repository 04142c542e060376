"""Lessons beside the pages: their list, the reader with its questions, and what they set up."""
