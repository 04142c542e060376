"""The user interface: Qt widgets over a session. No training, no file formats."""

from ui.pyside import leave_sources_unread, let_overrides_raise

leave_sources_unread()
let_overrides_raise()
