"""Pixmaps in labels."""

from __future__ import annotations

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel


def show_pixmap(label: QLabel, pixmap: QPixmap) -> None:
    """Replace a label's pixmap, clearing it first: PySide keeps each one until the label is
    cleared."""
    label.clear()
    label.setPixmap(pixmap)
