"""A window that lets its focused buttons and lists have their keys, as the application's does."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QMainWindow

from ui.widgets.keys import keeps_key


class KeysWindow(QMainWindow):
    def event(self, event: QEvent) -> bool:
        return keeps_key(event) or super().event(event)
