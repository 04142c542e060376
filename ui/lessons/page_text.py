"""The text of a lesson's page: Markdown as high as it is, within the reader that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.text_browser import TextBrowser


class PageText(TextBrowser):
    """Shows Markdown without a scroll bar of its own; links are emitted, never followed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        for hide in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            hide(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_markdown(self, text: str) -> None:
        super().show_markdown(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        document = self.document()
        document.setTextWidth(self.viewport().width())
        self.setFixedHeight(int(document.size().height()) + 4)
