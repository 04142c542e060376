"""The user interface: Qt widgets over a session. No training, no file formats."""

from ui.pyside import leave_sources_unread

leave_sources_unread()
