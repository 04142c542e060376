"""Yes or no."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget


class Check(QCheckBox):
    """A check box that emits edits of the user only."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda checked: self.edited.emit(checked))

    def set_value(self, value: bool) -> None:
        self.setChecked(value)
