"""Small histograms in rows of runs and columns of layers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.base.translation import tr
from core.gallery.axes import Shape
from ui.plots.pictures.picture import Picture
from ui.plots.readout import ReadOut, Row
from ui.plots.run_styles import RunStyle, paint_swatch
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline
from ui.plots.style import PaintStyle
from ui.plots.text import CENTER, LEFT, RIGHT, layer_name, paint_label
from ui.plots.ticks import number

HEAD, FOOT = 18.0, 16.0
BETWEEN, APART = 12.0, 8.0
LABEL = 200.0
# A bin this many times as tall as any other is cut off, so that the rest stays visible.
TOWER, CUT = 2.5, 1.3
# A smaller share of values beyond the axis is not mentioned.
FEW = 0.01


@dataclass
class Cell:
    """A layer of a run: its axis, its histogram, and an earlier one to compare it with."""

    low: float
    high: float
    now: Shape
    before: Shape | None = None
    place: QRectF = field(default_factory=QRectF)


class HistogramMatrix(Picture):
    """Rows of runs, columns of layers; earlier histograms are outlines. The ends of the axes are
    written below a row if the next row has other axes."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, list[Cell]] = {}
        self.names: list[str] = []
        self.styles: Mapping[str, RunStyle] = {}
        self.ends: Collection[str] = ()
        self.pale: Collection[str] = ()
        # As a thumbnail: without labels and without the output layer.
        self.bare = False
        self._line = Polyline()
        self._layout: tuple[object, ...] = ()

    def set_data(
        self,
        rows: dict[str, list[Cell]],
        names: Sequence[str],
        styles: Mapping[str, RunStyle],
        ends: Collection[str] = (),
        pale: Collection[str] = (),
    ) -> None:
        """Set the histograms: `ends` are the rows with the ends of their axes below them, `pale`
        those drawn pale."""
        axes = [[(cell.low, cell.high) for cell in cells] for cells in rows.values()]
        layout = list(rows), axes, list(names), list(ends), list(pale), styles
        for label, cells in rows.items():
            for cell, old in zip(cells, self.cells.get(label, ()), strict=False):
                cell.place = old.place
        self.cells, self.names, self.styles = rows, list(names), styles
        self.ends, self.pale = ends, pale
        if layout != self._layout:
            self._layout = layout
            self.update_layout()
        else:
            self.update_data()

    def columns(self, cells: list[Cell]) -> list[tuple[int, Cell]]:
        """The cells of a row with their columns; the output is in the last one."""
        if self.bare:
            return list(enumerate(cells))
        last = len(self.names) - 1
        return [(last if cell is cells[-1] else i, cell) for i, cell in enumerate(cells)]

    def arrange(self, style: PaintStyle) -> None:
        if not self.cells:
            return
        rect, head, foot = self.rect, HEAD, FOOT
        widest = max(style.small_metrics.horizontalAdvance(tr(label)) for label in self.cells)
        left = min(widest + 40, LABEL)
        if self.bare:
            head = foot = left = 0.0
        width = (rect.width() - left) / max(len(self.names) - self.bare, 1)
        feet = sum(label in self.ends for label in self.cells)
        height = (rect.height() - head - foot * feet) / len(self.cells)
        y = rect.top() + head
        for label, cells in self.cells.items():
            top, bottom = round(y), round(y + height - APART)
            for column, cell in self.columns(cells):
                x = round(rect.left() + left + column * width)
                cell.place = QRectF(x, top, round(width - BETWEEN), bottom - top)
            y += height + (foot if label in self.ends else 0.0)

    # Painting

    def draw_static(self, painter: QPainter, style: PaintStyle) -> None:
        for label, cells in self.cells.items():
            if not self.bare:
                self._draw_label(painter, style, label, cells[0].place)
            for cell in cells:
                place = cell.place
                line = QRectF(place.left(), place.bottom(), place.width(), 1)
                painter.fillRect(line, style.axis)
        if not self.bare:
            self._draw_names(painter, style)
            for label in self.ends:
                for cell in self.cells[label]:
                    _draw_ends(painter, style, cell)

    def _draw_label(self, painter: QPainter, style: PaintStyle, label: str, place: QRectF) -> None:
        middle, left = place.center().y(), self.rect.left()
        paint_swatch(painter, QPointF(left, middle), self.styles[label], style.theme)
        room = place.left() - left - 34
        text = style.small_metrics.elidedText(tr(label), Qt.TextElideMode.ElideRight, room)
        color = style.pale(style.text, 0.4) if label in self.pale else style.text
        where = QRectF(left + 24, middle - 8, room + 10, 16)
        paint_label(painter, where, LEFT, text, color, style)

    def _draw_names(self, painter: QPainter, style: PaintStyle) -> None:
        """The layers' names above their columns."""
        named: set[int] = set()
        colors = style.layer_colors(len(self.names))
        for cells in self.cells.values():
            for column, cell in self.columns(cells):
                if column not in named:
                    named.add(column)
                    place = cell.place
                    where = QRectF(place.left() - 10, self.rect.top() - 2, place.width() + 20, 14)
                    name = layer_name(self.names[column])
                    paint_label(painter, where, CENTER, name, colors[column], style)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        colors = style.layer_colors(len(self.names))
        for label, cells in self.cells.items():
            for column, cell in self.columns(cells):
                if exposed.intersects(cell.place):
                    self._draw_cell(painter, style, cell, colors[column], label in self.pale)

    def _draw_cell(
        self, painter: QPainter, style: PaintStyle, cell: Cell, color: QColor, pale: bool
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        bins = cell.now.inside.size
        edges = cell.place.left() + cell.place.width() * np.arange(bins + 1) / bins
        edges = np.rint(edges * style.ratio) / style.ratio
        self._outline(cell.place, edges, cell.now)
        painter.setPen(style.hairline(style.pale(color, 0.4) if pale else color))
        painter.setBrush(style.brush(style.pale(color, 0.15 if pale else 0.42)))
        painter.drawPolygon(self._line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if cell.before is not None:
            self._outline(cell.place, edges, cell.before)
            painter.setPen(style.hairline(style.pale(style.text, 0.3 if pale else 0.75)))
            painter.drawPolyline(self._line.polygon)
        _draw_beyond(painter, style, cell)

    def _outline(self, place: QRectF, edges: Floats, shape: Shape) -> None:
        points = self._line.points(2 * edges.size)
        points[0:-1:2, 0] = points[1::2, 0] = edges
        heights = np.minimum(shape.inside / full_height(shape.inside), 1.0)
        tops = place.bottom() - heights * (place.height() - 2)
        points[:, 1] = place.bottom()
        points[1:-1:2, 1] = points[2:-1:2, 1] = tops

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        colors = style.layer_colors(len(self.names))
        for label, cells in self.cells.items():
            for column, cell in self.columns(cells):
                if cell.place.adjusted(-4, -4, 4, 4).contains(place):
                    title = f"{tr(label)}, {layer_name(self.names[column])}"
                    return _read_bin(place, title, cell, colors[column])
        return None


def full_height(shares: NDArray[np.floating]) -> float:
    """The share drawn at full height: that of the tallest bin, unless far above the others."""
    second, most = np.partition(shares, -2)[-2:]
    if second > 0 and most > TOWER * second:
        most = CUT * second
    # The share of each bin for a uniform distribution, the least full height.
    return max(float(most), 1 / shares.size)


def _draw_ends(painter: QPainter, style: PaintStyle, cell: Cell) -> None:
    """The ends of a cell's axis."""
    place = cell.place
    where = QRectF(place.left(), place.bottom() + 1, place.width(), 13)
    low, high = _short(cell.low), _short(cell.high)
    if style.small_metrics.horizontalAdvance(low + high) < place.width() - 8:
        paint_label(painter, where, LEFT, low, style.muted, style)
        paint_label(painter, where, RIGHT, high, style.muted, style)


def _draw_beyond(painter: QPainter, style: PaintStyle, cell: Cell) -> None:
    """The share of values beyond the axis."""
    place, now = cell.place, cell.now
    where = QRectF(place.left() - 2, place.top() - 1, place.width() + 4, 13)
    for share, text, align in ((now.under, "‹ {}", LEFT), (now.over, "{} ›", RIGHT)):
        if share > FEW:
            words = text.format(f"{100 * share:.0f} %")
            paint_label(painter, where, align, words, style.muted, style)
    if now.missing > 0:
        where.moveTop(place.center().y() - 6)
        paint_label(painter, where, CENTER, "NaN", QColor(style.theme.bad), style)


def _read_bin(place: QPointF, title: str, cell: Cell, color: QColor) -> ReadOut:
    bins, where = cell.now.inside.size, cell.place
    at = int(np.clip((place.x() - where.left()) / where.width() * bins, 0, bins - 1))
    width = (cell.high - cell.low) / bins
    low = cell.low + at * width
    rows = [Row(color, f"{number(low)} … {number(low + width)}", "")]
    both = [(tr("now"), cell.now)]
    if cell.before is not None:
        both.insert(0, (tr("before the first step"), cell.before))
    for name, shape in both:
        rows.append(Row(None, name, f"{100 * shape.inside[at]:.1f} %"))
        if shape.over + shape.under > FEW:
            beyond = f"{100 * (shape.over + shape.under):.1f} %"
            rows.append(Row(None, tr("beyond the axis"), beyond))
    x = where.left() + (at + 0.5) * where.width() / bins
    return ReadOut(where, x, title, rows)


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
