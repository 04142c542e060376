"""The user interface: Qt widgets over a session. No training, no file formats."""
