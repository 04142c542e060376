"""All layers' histograms side by side, one filled step curve each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.telemetry.frame import BINS, Histograms
from ui.plots.grid import BETWEEN, columns, fitting_names, grid
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut, Row
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline
from ui.plots.text import CENTER, LEFT, RIGHT, paint_label
from ui.plots.ticks import count, number

# A bin this many times as tall as any other is cut off and labelled, so the rest can be seen.
TOWER = 2.5
CUT = 1.3


@dataclass
class _Cell:
    """The place of one layer's histogram: `plot` between its first and last edge."""

    plot: QRectF
    edges: Floats
    line: Polyline
    points: Floats


class HistogramPanel(Panel):
    """Histograms of every layer. Each is scaled to its own tallest bin; shapes are compared, and
    the numbers are in the read-out."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: tuple[str, ...] = ()
        self.data: Histograms | None = None
        self.cells: list[_Cell] = []
        self._heights: Floats = np.empty((0, BINS))
        self._towers: list[tuple[int, int, str]] = []
        self._still: tuple[object, ...] = ()
        self._names: list[str] = []
        self._written = False

    def absorb(self, layers: tuple[str, ...], data: Histograms) -> bool:
        """Take the histograms of one moment; whether labels have changed."""
        still = layers, data.low.tolist(), data.high.tolist()
        changed = still != self._still
        self.layers, self.data, self._still = layers, data, still
        full, towers = full_heights(data.counts)
        self._heights = np.minimum(data.counts / full[:, None], 1.0)
        sums = np.maximum(data.counts.sum(axis=1), 1)
        self._towers = [(i, at, f"{100 * data.counts[i, at] / sums[i]:.0f} %") for i, at in towers]
        self._written = False
        return changed

    def forget(self) -> None:
        """Drop the histograms: what comes next belongs to another run."""
        self.data = None
        self._still = ()

    # Layout

    def place(self, rect: QRectF, ink: Ink) -> None:
        line = ink.small_metrics.height()
        self.rect = self.plot = rect
        self.cells = []
        parts = grid(rect, len(self.layers), line + 2, 2 * line + 6)
        for plot in parts:
            edges = plot.left() + plot.width() * np.arange(BINS + 1) / BINS
            edges = np.rint(edges * ink.ratio) / ink.ratio
            outline = Polyline()
            points = _outline(outline, edges, plot.bottom())
            self.cells.append(_Cell(plot, edges, outline, points))
        self._names = fitting_names(self.layers, rect.width() / columns(parts), ink)
        self._written = False

    def dirty(self) -> QRectF:
        where = QRectF()
        for cell in self.cells:
            where |= cell.plot
        return where.adjusted(-2, -14, 2, 2)

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        if self.data is None:
            return
        for i, cell in enumerate(self.cells):
            self._paint_labels(painter, ink, i, cell)

    def _paint_labels(self, painter: QPainter, ink: Ink, i: int, cell: _Cell) -> None:
        assert self.data is not None
        plot, line = cell.plot, ink.small_metrics.height()
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), ink.axis)
        low, high = float(self.data.low[i]), float(self.data.high[i])
        if low < 0 < high:
            x = round(plot.left() - plot.width() * low / (high - low))
            painter.fillRect(QRectF(x, plot.bottom(), 1, 4), ink.axis)
        where = QRectF(plot.left() - 6, plot.bottom() + 4 + line, plot.width() + 12, line)
        color = ink.layer_colors(len(self.layers))[i]
        paint_label(painter, where, CENTER, self._names[i], color, ink)
        self._paint_range(painter, ink, i, plot)

    def _paint_range(self, painter: QPainter, ink: Ink, i: int, plot: QRectF) -> None:
        """The ends of the range, with the number of values beyond, and of what is no number."""
        assert self.data is not None
        data, metrics = self.data, ink.small_metrics
        left, right = _short(float(data.low[i])), _short(float(data.high[i]))
        where = QRectF(plot.left(), plot.bottom() + 4, plot.width(), metrics.height())
        room = plot.width() - 8
        if metrics.horizontalAdvance(left + right) <= room:
            paint_label(painter, where, LEFT, left, ink.muted, ink)
            paint_label(painter, where, RIGHT, right, ink.muted, ink)
        elif metrics.horizontalAdvance(right) <= plot.width():
            paint_label(painter, where, RIGHT, right, ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        data = self.data
        if data is None or (clip & self.dirty()).isEmpty():
            return
        if not self._written:
            self._write(ink)
        colors = ink.layer_colors(len(self.layers))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for cell, color in zip(self.cells, colors, strict=False):
            painter.setPen(ink.hairline(color))
            painter.setBrush(ink.brush(ink.pale(color, 0.42)))
            painter.drawPolygon(cell.line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for i, at, share in self._towers:
            self._paint_tower(painter, ink, self.cells[i], at, share, colors[i])
        for i in np.flatnonzero(data.under + data.over + data.missing).tolist():
            self._paint_beyond(painter, ink, i, self.cells[i])

    def _write(self, ink: Ink) -> None:
        """Put the heights into the polygons."""
        self._written = True
        for cell, heights in zip(self.cells, self._heights, strict=False):
            tops = heights * (1 - cell.plot.height())
            tops = np.rint(tops * ink.ratio) / ink.ratio
            tops += cell.plot.bottom()
            cell.points[1:-1:2, 1] = tops
            cell.points[2:-1:2, 1] = tops

    def _paint_tower(
        self, painter: QPainter, ink: Ink, cell: _Cell, at: int, share: str, color: QColor
    ) -> None:
        """Say how much of everything is in a bin that is taller than can be shown."""
        width = ink.width(share)
        if width > cell.plot.width() + BETWEEN:
            return
        left = float(cell.edges[at] + cell.edges[at + 1] - width) / 2
        left = min(max(left, cell.plot.left()), cell.plot.right() - width)
        top = cell.plot.top() - ink.small_metrics.height()
        ink.write(painter, round(left), top, share, color)

    def _paint_beyond(self, painter: QPainter, ink: Ink, i: int, cell: _Cell) -> None:
        """Numbers of values below and above the range, and of what is not a number."""
        assert self.data is not None
        data, plot = self.data, cell.plot
        line = ink.small_metrics.height()
        where = QRectF(plot.left(), plot.top(), plot.width(), line)
        ends = ((data.under[i], "‹ {}", "‹", LEFT), (data.over[i], "{} ›", "›", RIGHT))
        for n, full, short, align in ends:
            if n:
                text = full.format(count(int(n)))
                text = text if 2 * ink.width(text) < plot.width() else short
                paint_label(painter, where, align, text, ink.muted, ink)
        if data.missing[i]:
            where.moveTop(plot.top() + line)
            text = f"{count(int(data.missing[i]))} NaN"
            text = text if ink.width(text) < plot.width() else "NaN"
            where.adjust(-BETWEEN, 0, BETWEEN, 0)
            paint_label(painter, where, CENTER, text, QColor(ink.theme.bad), ink)

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        if self.data is None:
            return None
        for i, cell in enumerate(self.cells[: len(self.layers)]):
            if cell.plot.adjusted(-4, -14, 4, 30).contains(place):
                return self._read_bin(place, ink, i, cell)
        return None

    def _read_bin(self, place: QPointF, ink: Ink, i: int, cell: _Cell) -> ReadOut:
        data = self.data
        assert data is not None
        at = int(np.clip(np.searchsorted(cell.edges, place.x()) - 1, 0, BINS - 1))
        width = (data.high[i] - data.low[i]) / BINS
        low = float(data.low[i] + at * width)
        everything = data.counts[i].sum() + data.under[i] + data.over[i] + data.missing[i]
        color = ink.layer_colors(len(self.layers))[i]
        n = int(data.counts[i][at])
        rows = [
            Row(color, f"{number(low)} … {number(low + float(width))}", ""),
            Row(None, "values", f"{n:,}"),
            Row(None, "share", f"{100 * n / max(int(everything), 1):.1f} %"),
        ]
        for name, others in (("below", data.under), ("above", data.over), ("NaN", data.missing)):
            if others[i]:
                rows.append(Row(None, name, f"{int(others[i]):,}"))
        x = float(cell.edges[at] + cell.edges[at + 1]) / 2
        return ReadOut(cell.plot, x, self.layers[i], rows)


def full_heights(counts: NDArray[np.int64]) -> tuple[Floats, list[tuple[int, int]]]:
    """The count that is drawn at full height in each layer, and the bins taller than that.

    Such a bin is given as (layer, bin).
    """
    ordered = np.partition(counts, -2, axis=1)[:, -2:].astype(float)
    second, most = ordered[:, 0], ordered[:, 1]
    towering = (second > 0) & (most > TOWER * second)
    full = np.where(towering, CUT * second, np.maximum(most, 1))
    return full, [(i, int(counts[i].argmax())) for i in np.flatnonzero(towering).tolist()]


def _outline(line: Polyline, edges: Floats, bottom: float) -> Floats:
    """The points of a step curve over the edges, to write heights into."""
    points = line.points(2 * BINS + 2)
    points[0:-1:2, 0] = points[1::2, 0] = edges
    points[:, 1] = bottom
    return points


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
