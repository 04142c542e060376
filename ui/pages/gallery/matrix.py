"""Small histograms in rows of runs and columns of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.gallery.axes import Range, Shape
from core.telemetry.frame import BINS
from ui.pages.gallery.styles import paint_swatch
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut, Row
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline
from ui.plots.text import CENTER, LEFT, RIGHT, paint_label
from ui.plots.ticks import number

if TYPE_CHECKING:
    from ui.pages.gallery.activations import ActivationsView

HEAD, FOOT = 18.0, 16.0
BETWEEN, APART = 12.0, 8.0
LABEL = 200.0
# A bin this many times as tall as any other is cut off, so that the rest can be seen.
TOWER, CUT = 2.5, 1.3
# Less than this share of the values beyond the axis goes without saying.
FEW = 0.01


class Cell:
    """A layer of a run: where it is drawn, its axis, and what it looked like before and now."""

    def __init__(self, axis: Range, before: Shape, now: Shape) -> None:
        self.axis, self.before, self.now = axis, before, now
        self.plot = QRectF()


class MatrixPanel(Panel):
    """Rows of runs, columns of layers; the state before the first step is an outline."""

    def __init__(self, view: ActivationsView) -> None:
        super().__init__()
        self._view = view
        self.rows: dict[str, list[Cell]] = {}
        self.names: list[str] = []
        self._line = Polyline()

    def place(self, rect: QRectF, ink: Ink) -> None:
        self.rect = self.plot = rect
        if not self.rows:
            return
        widest = max(ink.small_metrics.horizontalAdvance(label) for label in self.rows)
        left = min(widest + 40, LABEL)
        width = (rect.width() - left) / max(len(self.names), 1)
        feet = sum(self._view.closes_group(label) for label in self.rows)
        height = (rect.height() - HEAD - FOOT * feet) / len(self.rows)
        y = rect.top() + HEAD
        for label, cells in self.rows.items():
            top, bottom = round(y), round(y + height - APART)
            for column, cell in self.columns(cells):
                x = round(rect.left() + left + column * width)
                cell.plot = QRectF(x, top, round(width - BETWEEN), bottom - top)
            y += height + (FOOT if self._view.closes_group(label) else 0.0)

    def columns(self, cells: list[Cell]) -> list[tuple[int, Cell]]:
        """The cells of a row with their columns: the output stands in the last one."""
        last = len(self.names) - 1
        return [(last if cell is cells[-1] else i, cell) for i, cell in enumerate(cells)]

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        for label, cells in self.rows.items():
            self._paint_label(painter, ink, label, cells[0].plot)
            for cell in cells:
                line = QRectF(cell.plot.left(), cell.plot.bottom(), cell.plot.width(), 1)
                painter.fillRect(line, ink.axis)
        self._paint_heads(painter, ink)

    def _paint_label(self, painter: QPainter, ink: Ink, label: str, plot: QRectF) -> None:
        middle = plot.center().y()
        left = self.rect.left()
        paint_swatch(painter, QPointF(left, middle), self._view.styles[label])
        room = plot.left() - left - 34
        text = ink.small_metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        back = self._view.stands_back(label)
        color = ink.pale(ink.text, 0.4) if back else ink.text
        paint_label(painter, QRectF(left + 24, middle - 8, room + 10, 16), LEFT, text, color, ink)

    def _paint_heads(self, painter: QPainter, ink: Ink) -> None:
        """The layers' names above, the axes' ends below where they hold for all rows."""
        named: set[int] = set()
        colors = ink.layer_colors(len(self.names))
        for cells in self.rows.values():
            for column, cell in self.columns(cells):
                if column in named:
                    continue
                named.add(column)
                plot = cell.plot
                where = QRectF(plot.left() - 10, self.rect.top() - 2, plot.width() + 20, HEAD - 4)
                paint_label(painter, where, CENTER, self.names[column], colors[column], ink)
        for label, cells in self.rows.items():
            if self._view.closes_group(label):
                for cell in cells:
                    self._paint_ends(painter, ink, cell)

    def _paint_ends(self, painter: QPainter, ink: Ink, cell: Cell) -> None:
        plot = cell.plot
        where = QRectF(plot.left(), plot.bottom() + 1, plot.width(), 13)
        low, high = _short(cell.axis.low), _short(cell.axis.high)
        if ink.small_metrics.horizontalAdvance(low + high) < plot.width() - 8:
            paint_label(painter, where, LEFT, low, ink.muted, ink)
            paint_label(painter, where, RIGHT, high, ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        for label, cells in self.rows.items():
            back = self._view.stands_back(label)
            for column, cell in self.columns(cells):
                if not (clip & cell.plot).isEmpty():
                    color = ink.layer_colors(len(self.names))[column]
                    self._paint_cell(painter, ink, cell, color, back)

    def _paint_cell(
        self, painter: QPainter, ink: Ink, cell: Cell, color: QColor, back: bool
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        edges = cell.plot.left() + cell.plot.width() * np.arange(BINS + 1) / BINS
        edges = np.rint(edges * ink.ratio) / ink.ratio
        self._outline(cell.plot, edges, cell.now)
        painter.setPen(ink.hairline(ink.pale(color, 0.4) if back else color))
        painter.setBrush(ink.brush(ink.pale(color, 0.15 if back else 0.42)))
        painter.drawPolygon(self._line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if cell.before is not cell.now:
            self._outline(cell.plot, edges, cell.before)
            painter.setPen(ink.hairline(ink.pale(ink.text, 0.3 if back else 0.75)))
            painter.drawPolyline(self._line.polygon)
        self._paint_beyond(painter, ink, cell)

    def _outline(self, plot: QRectF, edges: Floats, shape: Shape) -> None:
        points = self._line.points(2 * BINS + 2)
        points[0:-1:2, 0] = points[1::2, 0] = edges
        tops = plot.bottom() - np.minimum(shape.inside / full_height(shape), 1.0) * (
            plot.height() - 2
        )
        points[:, 1] = plot.bottom()
        points[1:-1:2, 1] = points[2:-1:2, 1] = tops

    def _paint_beyond(self, painter: QPainter, ink: Ink, cell: Cell) -> None:
        """The share of values beyond the axis."""
        where = QRectF(cell.plot.left() - 2, cell.plot.top() - 1, cell.plot.width() + 4, 13)
        shape = cell.now
        for share, text, align in ((shape.under, "‹ {}", LEFT), (shape.over, "{} ›", RIGHT)):
            if share > FEW:
                words = text.format(f"{100 * share:.0f} %")
                paint_label(painter, where, align, words, ink.muted, ink)
        if shape.missing > 0:
            where.moveTop(cell.plot.center().y() - 6)
            paint_label(painter, where, CENTER, "NaN", QColor(ink.theme.bad), ink)

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        for label, cells in self.rows.items():
            for column, cell in self.columns(cells):
                if cell.plot.adjusted(-4, -4, 4, 4).contains(place):
                    color = ink.layer_colors(len(self.names))[column]
                    return self._read_bin(place, f"{label}, {self.names[column]}", cell, color)
        return None

    def _read_bin(self, place: QPointF, title: str, cell: Cell, color: QColor) -> ReadOut:
        share = (place.x() - cell.plot.left()) / cell.plot.width()
        at = int(np.clip(share * BINS, 0, BINS - 1))
        width = (cell.axis.high - cell.axis.low) / BINS
        low = cell.axis.low + at * width
        rows = [Row(color, f"{number(low)} … {number(low + width)}", "")]
        moments = [("now", cell.now)]
        if cell.before is not cell.now:
            moments.insert(0, ("before the first step", cell.before))
        for name, shape in moments:
            rows.append(Row(None, name, f"{100 * shape.inside[at]:.1f} %"))
            if shape.over + shape.under > FEW:
                beyond = f"{100 * (shape.over + shape.under):.1f} %"
                rows.append(Row(None, "beyond the axis", beyond))
        x = cell.plot.left() + (at + 0.5) * cell.plot.width() / BINS
        return ReadOut(cell.plot, x, title, rows)


def full_height(shape: Shape) -> float:
    """The share that is drawn at full height: that of the tallest bin, unless it towers."""
    second, most = np.partition(shape.inside, -2)[-2:]
    if second > 0 and most > TOWER * second:
        most = CUT * second
    # With all values inside and evenly spread each bin has as much: less is shown as less.
    return max(float(most), 1 / BINS)


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
