"""A confusion matrix: what is taken for what, each row shaded by its own shares."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.telemetry.pictures import Confusion
from ui.plots import ramp
from ui.plots.ink import Ink
from ui.plots.panel import GAP, Panel, ReadOut, Row
from ui.plots.text import CENTER, RIGHT, paint_label
from ui.plots.ticks import count
from ui.theme import Theme, channels

# A cell may be so many times as wide as high.
FLAT = 2.2
BETWEEN = 1.0
# Least room for a number: below, the shade must do.
PADDING = 3.0


class MatrixPanel(Panel):
    """True classes in rows, predicted ones in columns.

    Right answers are shaded blue by their share of the row; mistakes orange by its square root,
    so that a few of them can be seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.data: Confusion | None = None
        self.names: list[str] = []
        self.cells: list[list[QRectF]] = []

    def absorb(self, data: Confusion, names: list[str]) -> bool:
        """Take the counts of one validation; whether rows have changed."""
        changed = self.names != names
        self.data, self.names = data, names
        return changed

    def shares(self) -> NDArray[np.float64]:
        """Each count's share of its row."""
        assert self.data
        counts = self.data.counts.astype(float)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    # Layout

    def place(self, rect: QRectF, ink: Ink) -> None:
        self.rect = rect
        n, line = max(len(self.names), 1), ink.small_metrics.height()
        widest = max((ink.small_metrics.horizontalAdvance(name) for name in self.names), default=0)
        gutter = min(widest + 2, 0.32 * rect.width()) + GAP
        top = rect.top() + (line + 4 if self.caption else 2)
        wide = rect.width() - gutter
        high = rect.bottom() - line - GAP - top
        cell_high = max(high / n, 2.0)
        cell_wide = max(min(wide / n, FLAT * cell_high), 2.0)
        cell_high = min(cell_high, FLAT * cell_wide)
        left = rect.left() + gutter + max(0.0, (wide - n * cell_wide) / 2)
        self.plot = QRectF(round(left), round(top), round(n * cell_wide), round(n * cell_high))
        self.cells = [[self._cell(row, column) for column in range(n)] for row in range(n)]

    def _cell(self, row: int, column: int) -> QRectF:
        """The place of one cell, with whole pixels."""
        n, plot = max(len(self.names), 1), self.plot
        x0, x1 = (round(plot.left() + plot.width() * i / n) for i in (column, column + 1))
        y0, y1 = (round(plot.top() + plot.height() * i / n) for i in (row, row + 1))
        return QRectF(x0, y0, x1 - x0 - BETWEEN, y1 - y0 - BETWEEN)

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        line = ink.small_metrics.height()
        n, plot = len(self.names), self.plot
        if self.caption:
            where = QRectF(plot.left(), self.rect.top() - 1, plot.width(), line)
            paint_label(painter, where, CENTER, self.caption, ink.muted, ink)
        stride = max(1, int(np.ceil((line + 1) * n / max(plot.height(), 1))))
        room = plot.left() - self.rect.left() - GAP
        for i in range(0, n, stride):
            text = _elided(self.names[i], room, ink)
            where = QRectF(self.rect.left(), self.cells[i][0].center().y() - line / 2, room, line)
            paint_label(painter, where, RIGHT, text, ink.muted, ink)
        self._paint_columns(painter, ink)

    def _paint_columns(self, painter: QPainter, ink: Ink) -> None:
        n, width = len(self.names), self.plot.width() / max(len(self.names), 1)
        longest = max((ink.small_metrics.horizontalAdvance(t) for t in self.names), default=0)
        few = width < 20 and longest + 3 > width
        stride = max(1, int(np.ceil((min(longest, 34) + 4) / width))) if few else 1
        for i in range(0, n, stride):
            text = _elided(self.names[i], width * stride - 2, ink)
            where = QRectF(self.cells[0][i].center().x() - 60, self.plot.bottom() + 2, 120, 14)
            paint_label(painter, where, CENTER, text, ink.muted, ink)

    def dirty(self) -> QRectF:
        return self.plot.adjusted(-1, -1, 1, 1)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if self.data is None or (clip & self.dirty()).isEmpty():
            return
        colors = self._colors(ink).tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        counts = self.data.counts.tolist()
        size = self.cells[0][0].size()
        fits = size.height() >= ink.small_metrics.ascent() + 1
        for row, line in enumerate(counts):
            for column, n in enumerate(line):
                where, color = self.cells[row][column], colors[row][column]
                painter.fillRect(where, QColor(color))
                if n and fits:
                    self._write(painter, ink, where, count(n), color)

    def _write(self, painter: QPainter, ink: Ink, where: QRectF, text: str, ground: int) -> None:
        width = ink.width(text)
        if width > where.width() - PADDING:
            return
        top = where.center().y() - ink.small_metrics.height() / 2 + 0.5
        color = legible(ground, ink.theme)
        ink.write(painter, where.center().x() - width / 2, top, text, color)

    def _colors(self, ink: Ink) -> NDArray[np.uint32]:
        shares = self.shares()
        right = ramp.towards(ink.theme, ink.theme.positive)
        wrong = ramp.towards(ink.theme, ink.theme.negative)
        colors = ramp.colored(np.sqrt(shares), 0.0, 1.0, wrong)
        diagonal = np.arange(len(shares))
        colors[diagonal, diagonal] = ramp.colored(shares[diagonal, diagonal], 0.0, 1.0, right)
        # Empty cells can still be told from what is beside the matrix.
        empty = np.uint32(QColor(ink.pale(ink.text, 0.04)).rgba())
        return np.where(self.data.counts == 0, empty, colors) if self.data else colors

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        if self.data is None or not self.plot.contains(place):
            return None
        n = len(self.names)
        row = min(int((place.y() - self.plot.top()) / self.plot.height() * n), n - 1)
        column = min(int((place.x() - self.plot.left()) / self.plot.width() * n), n - 1)
        total = int(self.data.counts[row].sum())
        found = int(self.data.counts[row, column])
        rows = [
            Row(None, "true", self.names[row]),
            Row(None, "predicted", self.names[column]),
            Row(None, "samples", f"{found:,} of {total:,}"),
            Row(None, "share of the row", f"{100 * found / max(total, 1):.1f} %"),
        ]
        where = self.cells[row][column]
        spot = QRectF(where.right(), where.top(), 0, 0)
        return ReadOut(spot, where.right(), f"step {self.data.iteration:,}", rows)


@lru_cache(maxsize=1024)
def legible(ground: int, theme: Theme) -> QColor:
    """The theme's text or card colour, or white or black, whichever stands out from the ground."""
    colors = (QColor(color) for color in (theme.text, theme.card, "#ffffff", "#000000"))
    return max(colors, key=lambda color: _contrast(color, QColor(ground)))


def _contrast(a: QColor, b: QColor) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(color)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _elided(text: str, room: float, ink: Ink) -> str:
    """Shortened in the middle, as the names of classes often differ only at their ends."""
    return ink.small_metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
