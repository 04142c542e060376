"""The plots of a search and the panel of results, two in a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from ui.plots.card import Card
from ui.plots.plot_view import PlotView
from ui.theme import Theme


class Board(QSplitter):
    """Cards of three views, and beside the last of them a `side` panel. `export_requested` carries
    the view to be exported."""

    export_requested = Signal(object)

    def __init__(
        self, views: Sequence[PlotView], side: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.cards = [Card(view) for view in views]
        panels = [*self.cards, side]
        self._rows = {_row(panels[:2]): panels[:2], _row(panels[2:]): panels[2:]}
        _share(self, tuple(self._rows), (4, 6))
        for card in self.cards:
            card.export_requested.connect(lambda view=card.view: self.export_requested.emit(view))
            card.maximize_toggled.connect(lambda card=card: self.toggle_maximized(card))

    def toggle_maximized(self, card: Card) -> None:
        """Let one card fill the board, or bring the others back."""
        others = [panel for row in self._rows.values() for panel in row if panel is not card]
        restored = all(panel.isHidden() for panel in others)
        for row, panels in self._rows.items():
            row.setVisible(restored or card in panels)
        for panel in others:
            panel.setVisible(restored)

    def retheme(self, colors: Theme) -> None:
        for card in self.cards:
            card.retheme(colors)


def _row(panels: Sequence[QWidget]) -> QSplitter:
    row = QSplitter(Qt.Orientation.Horizontal)
    _share(row, panels, (5, 5))
    return row


def _share(splitter: QSplitter, parts: Sequence[QWidget], sizes: Sequence[int]) -> None:
    """Put parts into a splitter in these proportions."""
    splitter.setHandleWidth(8)
    splitter.setChildrenCollapsible(False)
    for i, (part, size) in enumerate(zip(parts, sizes, strict=True)):
        splitter.addWidget(part)
        splitter.setStretchFactor(i, size)
    splitter.setSizes([100 * size for size in sizes])
