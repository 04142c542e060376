"""A card of text that can be selected, and exported with the plots beside it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.base.translation import tr
from ui.widgets.text_browser import TextBrowser


class TextCard(QFrame):
    """HTML on a card; it scrolls where the card is too small.

    A label would do, but its size follows its text, and laying out the page again takes longer
    than a frame may.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._html = ""
        self._text = _Text(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 4, 8)
        column.addWidget(self._text, 1)

    def show_html(self, html: str) -> None:
        if html != self._html:
            self._html = html
            bar = self._text.verticalScrollBar()
            at = bar.value()
            self._text.setHtml(html)
            bar.setValue(at)

    def text(self) -> str:
        """The HTML that is shown."""
        return self._html


class _Text(TextBrowser):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Formula and figures"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        by = Qt.TextInteractionFlag
        self.setTextInteractionFlags(by.TextSelectableByMouse | by.TextSelectableByKeyboard)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(200, 60)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 40)


def html_table(rows: Iterable[str]) -> str:
    """A table for a card, of rows in HTML."""
    return f"<table cellspacing='0' cellpadding='1' style='margin-top:6px'>{''.join(rows)}</table>"
