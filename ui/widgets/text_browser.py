"""Text to read, select and copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget


class TextBrowser(QTextBrowser):
    """A text without a frame. What is selected can be copied but not dragged: Qt never frees the
    text and the pictures of a drag that begins while another one lasts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTextBrowser { border: 0; padding: 0; background: transparent; }")
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cursor, plain = self.textCursor(), Qt.KeyboardModifier.NoModifier
        if cursor.hasSelection() and event.modifiers() == plain:
            cursor.clearSelection()
            self.setTextCursor(cursor)
        super().mousePressEvent(event)
