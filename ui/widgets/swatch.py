"""Colours shown beside names: what a line of that colour stands for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from ui import theme

DOT = 14


class Swatch(QWidget):
    """A short piece of a line."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = QColor(color)
        self.setFixedSize(12, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 11, 10, 4, self._color)


class Rule(QWidget):
    """A level line that separates what is above from what is below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(theme.current().border))


def dot_icon(color: QColor) -> QIcon:
    """A dot as an icon."""
    icon = QIcon()
    for scale in (1, 2, 3):
        picture = QPixmap(DOT * scale, DOT * scale)
        picture.fill(Qt.GlobalColor.transparent)
        picture.setDevicePixelRatio(scale)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(2, 2, DOT - 4, DOT - 4)
        icon.addPixmap(picture)
    return icon
