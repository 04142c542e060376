"""Pixmaps in labels."""

from __future__ import annotations

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel


def show_pixmap(label: QLabel, pixmap: QPixmap) -> None:
    """Show a pixmap in place of the last: PySide keeps each one until the label is cleared."""
    label.clear()
    label.setPixmap(pixmap)
