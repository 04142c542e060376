"""A line of text."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.widgets.keys import leave_after_enter


class TextField(QLineEdit):
    """Emits on Enter or focus-out if the text has changed."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = ""
        self.editingFinished.connect(self._commit)

    def set_value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.setText(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        leave_after_enter(self, event)

    def _commit(self) -> None:
        if self.text() != self._value:
            self._value = self.text()
            self.edited.emit(self._value)
