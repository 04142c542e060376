"""A line of text that is elided to fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget


class ElidedLabel(QLabel):
    """`text` is the full text, also the tooltip while elided. Below a width of `least` pixels
    nothing is shown."""

    def __init__(self, text: str = "", least: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole, self._least = "", least
        self.setText(text)

    def text(self) -> str:
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole) + 2
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        elide = Qt.TextElideMode.ElideRight
        room = self.width()
        shown = self.fontMetrics().elidedText(self._whole, elide, room)
        super().setText(shown if room >= self._least else "")
        self.setToolTip("" if shown == self._whole else self._whole)
