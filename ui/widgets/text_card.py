"""A card of text that can be selected, and exported with the plots beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget


class TextCard(QFrame):
    """HTML on a card; where it stands in a scroll area it may be longer than the card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._text)

    def show_html(self, html: str) -> None:
        if html != self._text.text():
            self._text.setText(html)

    def text(self) -> str:
        """The HTML that is shown."""
        return self._text.text()

    def area(self) -> QWidget:
        """What takes up the card's place on the page."""
        view = self.parentWidget()
        holder = view.parentWidget() if view else None
        return holder if isinstance(holder, QScrollArea) else self
