"""Text to read, select and copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QTextBlock, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

# In percent of the font's own height.
LINE_HEIGHT = 135
# Above a heading, in pixels, by its level.
HEADING_MARGINS = {1: 4, 2: 20, 3: 14}
HEADING_BOTTOM = 6
# Stands in a text for a picture, whose line must not be higher than it is.
PICTURE = "\ufffc"


class TextBrowser(QTextBrowser):
    """A text without a frame. What is selected can be copied but not dragged: Qt never frees the
    text and the pictures of a drag that begins while another one lasts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTextBrowser { border: 0; padding: 0; background: transparent; }")
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(0)

    def show_markdown(self, text: str) -> None:
        """Show a text in Markdown, with room between its lines and above its headings."""
        self.setMarkdown(text)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block = self.document().begin()
        while block.isValid():
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(_spacing(block))
            block = block.next()
        cursor.endEditBlock()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cursor, plain = self.textCursor(), Qt.KeyboardModifier.NoModifier
        if cursor.hasSelection() and event.modifiers() == plain:
            cursor.clearSelection()
            self.setTextCursor(cursor)
        super().mousePressEvent(event)


def _spacing(block: QTextBlock) -> QTextBlockFormat:
    spacing, level = QTextBlockFormat(), block.blockFormat().headingLevel()
    if level:
        spacing.setTopMargin(HEADING_MARGINS.get(level, 0))
        spacing.setBottomMargin(HEADING_BOTTOM)
    elif PICTURE not in block.text():
        proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        spacing.setLineHeight(LINE_HEIGHT, proportional)
    return spacing
