"""What one sees: Qt widgets over a session. No training, no file formats."""
