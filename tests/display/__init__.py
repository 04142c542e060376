"""End-to-end tests: the application in a real window, driven with real mouse and keys."""
