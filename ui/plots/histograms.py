"""All layers' histograms side by side, a filled step curve each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.base.translation import tr
from core.telemetry.frame import BINS, Histograms
from ui.plots.grid import BETWEEN, columns, fitting_names, grid
from ui.plots.item import PlotObject
from ui.plots.picture_plot import PicturePlot
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline
from ui.plots.style import PaintStyle
from ui.plots.text import CENTER, LEFT, RIGHT, layer_name, paint_label
from ui.plots.ticks import count, number

# A bin this many times as tall as any other is cut off and labelled, so that the rest stays
# visible.
TOWER = 2.5
CUT = 1.3


@dataclass
class _Cell:
    """The rectangle of one layer's histogram; `plot` spans its first to last edge."""

    plot: QRectF
    edges: Floats
    line: Polyline
    points: Floats


class HistogramItem(PlotObject):
    """Histograms of every layer, painted as one item. Each is scaled to its own tallest bin; shapes
    are compared, and the numbers are in the read-out."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: tuple[str, ...] = ()
        self.shown: Histograms | None = None
        self.cells: list[_Cell] = []
        self._heights: Floats = np.empty((0, BINS))
        self._towers: list[tuple[int, int, str]] = []
        self._labels: tuple[object, ...] = ()
        self._names: list[str] = []
        self._written = False

    def set_data(self, layers: tuple[str, ...], data: Histograms) -> None:
        """Show the histograms of one step."""
        labels = layers, data.low.tolist(), data.high.tolist()
        changed = labels != self._labels
        self.layers, self.shown, self._labels = layers, data, labels
        full, towers = full_heights(data.counts)
        self._heights = np.minimum(data.counts / full[:, None], 1.0)
        sums = np.maximum(data.counts.sum(axis=1), 1)
        self._towers = [(i, at, f"{100 * data.counts[i, at] / sums[i]:.0f} %") for i, at in towers]
        self._written = False
        if changed:
            self.place()
            self.update()
        else:
            self.update_part(self._data_rect())

    def forget(self) -> None:
        """Discard the histograms of a run."""
        self.shown = None
        self._labels = ()

    # Layout

    def place(self) -> None:
        plot = self.plot
        if not isinstance(plot, PicturePlot) or plot.view is None:
            return
        style, rect = plot.view.style_now, plot.picture_rect()
        line = style.small_metrics.height()
        parts = grid(rect, len(self.layers), line + 2, 2 * line + 6)
        self.cells = []
        for where in parts:
            edges = where.left() + where.width() * np.arange(BINS + 1) / BINS
            edges = np.rint(edges * style.ratio) / style.ratio
            outline = Polyline()
            points = _outline(outline, edges, where.bottom())
            self.cells.append(_Cell(where, edges, outline, points))
        self._names = fitting_names(self.layers, rect.width() / columns(parts), style)
        self._written = False

    def _data_rect(self) -> QRectF:
        where = QRectF()
        for cell in self.cells:
            where |= cell.plot
        return where.adjusted(-8, -18, 8, 1)

    # Painting

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if self.shown is None:
            return
        self._paint_data(painter, style, self.shown)
        for i, cell in enumerate(self.cells):
            self._paint_baseline(painter, style, i)
            # Labels do not change with the data.
            if exposed.bottom() > cell.plot.bottom() + 2:
                self._paint_labels(painter, style, i, cell)

    def _paint_baseline(self, painter: QPainter, style: PaintStyle, i: int) -> None:
        """The base line, with a tick at zero."""
        assert self.shown is not None
        plot = self.cells[i].plot
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), style.axis)
        low, high = float(self.shown.low[i]), float(self.shown.high[i])
        if low < 0 < high:
            x = round(plot.left() - plot.width() * low / (high - low))
            painter.fillRect(QRectF(x, plot.bottom(), 1, 4), style.axis)

    def _paint_labels(self, painter: QPainter, style: PaintStyle, i: int, cell: _Cell) -> None:
        plot, line = cell.plot, style.small_metrics.height()
        where = QRectF(plot.left() - 6, plot.bottom() + 4 + line, plot.width() + 12, line)
        color = style.layer_colors(len(self.layers))[i]
        paint_label(painter, where, CENTER, self._names[i], color, style)
        self._paint_range(painter, style, i, plot)

    def _paint_range(self, painter: QPainter, style: PaintStyle, i: int, plot: QRectF) -> None:
        """The ends of the range, with the numbers of values beyond it and of NaN."""
        assert self.shown is not None
        data, metrics = self.shown, style.small_metrics
        left, right = _short(float(data.low[i])), _short(float(data.high[i]))
        where = QRectF(plot.left(), plot.bottom() + 4, plot.width(), metrics.height())
        room = plot.width() - 8
        if metrics.horizontalAdvance(left + right) <= room:
            paint_label(painter, where, LEFT, left, style.muted, style)
            paint_label(painter, where, RIGHT, right, style.muted, style)
        elif metrics.horizontalAdvance(right) <= plot.width():
            paint_label(painter, where, RIGHT, right, style.muted, style)

    def _paint_data(self, painter: QPainter, style: PaintStyle, data: Histograms) -> None:
        if not self._written:
            self._write(style.ratio)
        colors = style.layer_colors(len(self.layers))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for cell, color in zip(self.cells, colors, strict=False):
            painter.setPen(style.hairline(color))
            painter.setBrush(style.brush(style.pale(color, 0.42)))
            painter.drawPolygon(cell.line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for i, at, share in self._towers:
            self._paint_tower(painter, style, self.cells[i], at, share, colors[i])
        for i in np.flatnonzero(data.under + data.over + data.missing).tolist():
            self._paint_beyond(painter, style, i, self.cells[i])

    def _write(self, ratio: float) -> None:
        """Write the heights into the polygons."""
        self._written = True
        for cell, heights in zip(self.cells, self._heights, strict=False):
            tops = heights * (1 - cell.plot.height())
            tops = np.rint(tops * ratio) / ratio
            tops += cell.plot.bottom()
            cell.points[1:-1:2, 1] = tops
            cell.points[2:-1:2, 1] = tops

    def _paint_tower(
        self, painter: QPainter, style: PaintStyle, cell: _Cell, at: int, share: str, color: QColor
    ) -> None:
        """Label a cut-off bin with its share of all values."""
        width = style.width(share)
        if width > cell.plot.width() + BETWEEN:
            return
        left = float(cell.edges[at] + cell.edges[at + 1] - width) / 2
        left = min(max(left, cell.plot.left()), cell.plot.right() - width)
        top = cell.plot.top() - style.small_metrics.height()
        style.write(painter, round(left), top, share, color)

    def _paint_beyond(self, painter: QPainter, style: PaintStyle, i: int, cell: _Cell) -> None:
        """Numbers of values below and above the range, and of NaN."""
        assert self.shown is not None
        data, plot = self.shown, cell.plot
        line = style.small_metrics.height()
        where = QRectF(plot.left(), plot.top(), plot.width(), line)
        ends = ((data.under[i], "‹ {}", "‹", LEFT), (data.over[i], "{} ›", "›", RIGHT))
        for n, full, short, align in ends:
            if n:
                text = full.format(count(int(n)))
                text = text if 2 * style.width(text) < plot.width() else short
                paint_label(painter, where, align, text, style.muted, style)
        if data.missing[i]:
            where.moveTop(plot.top() + line)
            text = f"{count(int(data.missing[i]))} NaN"
            text = text if style.width(text) < plot.width() else "NaN"
            where.adjust(-BETWEEN, 0, BETWEEN, 0)
            paint_label(painter, where, CENTER, text, QColor(style.theme.bad), style)

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        if self.shown is None:
            return None
        for i, cell in enumerate(self.cells[: len(self.layers)]):
            if cell.plot.adjusted(-4, -14, 4, 30).contains(place):
                return self._read_bin(place, style, i, cell)
        return None

    def _read_bin(self, place: QPointF, style: PaintStyle, i: int, cell: _Cell) -> ReadOut:
        data = self.shown
        assert data is not None
        at = int(np.clip(np.searchsorted(cell.edges, place.x()) - 1, 0, BINS - 1))
        width = (data.high[i] - data.low[i]) / BINS
        low = float(data.low[i] + at * width)
        everything = data.counts[i].sum() + data.under[i] + data.over[i] + data.missing[i]
        color = style.layer_colors(len(self.layers))[i]
        n = int(data.counts[i][at])
        rows = [
            Row(color, f"{number(low)} … {number(low + float(width))}", ""),
            Row(None, tr("values"), f"{n:,}"),
            Row(None, tr("share"), f"{100 * n / max(int(everything), 1):.1f} %"),
        ]
        beyond = ((tr("below"), data.under), (tr("above"), data.over), ("NaN", data.missing))
        for name, others in beyond:
            if others[i]:
                rows.append(Row(None, name, f"{int(others[i]):,}"))
        x = float(cell.edges[at] + cell.edges[at + 1]) / 2
        return ReadOut(cell.plot, x, layer_name(self.layers[i]), rows)


class HistogramPlot(PicturePlot):
    """The histograms of all layers side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.histograms = self.add(HistogramItem())

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        return self.histograms.read(place, style)


def full_heights(counts: NDArray[np.int64]) -> tuple[Floats, list[tuple[int, int]]]:
    """The count drawn at full height in each layer, and the (layer, bin) of taller bins."""
    ordered = np.partition(counts, -2, axis=1)[:, -2:].astype(float)
    second, most = ordered[:, 0], ordered[:, 1]
    towering = (second > 0) & (most > TOWER * second)
    full = np.where(towering, CUT * second, np.maximum(most, 1))
    return full, [(i, int(counts[i].argmax())) for i in np.flatnonzero(towering).tolist()]


def _outline(line: Polyline, edges: Floats, bottom: float) -> Floats:
    """The points of a step curve over the edges; heights are filled in later."""
    points = line.points(2 * BINS + 2)
    points[0:-1:2, 0] = points[1::2, 0] = edges
    points[:, 1] = bottom
    return points


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
