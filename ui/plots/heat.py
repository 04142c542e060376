"""Histograms over the run as heat maps, one per layer: iterations along x, values along y."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from core.base.translation import tr
from core.network.layer_names import layer_message
from core.telemetry.frame import BINS, Histograms
from ui.plots.grid import columns, fitting_names, grid
from ui.plots.histograms import full_heights
from ui.plots.item import PlotObject
from ui.plots.picture_plot import PicturePlot
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats, round_length
from ui.plots.style import PaintStyle
from ui.plots.text import CENTER, LEFT, RIGHT, paint_label
from ui.plots.ticks import count, number
from ui.theme import blend

# The shade is this power of the share, so that small shares are visible.
GAMMA = 0.6
SHADES = 256


class Record:
    """The histograms of a run over the bin edges of the newest frame.

    `shares` has the shape (iterations, layers, BINS). Ranges double during a run; older histograms
    are rebinned to the wider bins.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._edges: tuple[bytes, bytes] = (b"", b"")
        self._known: dict[int, NDArray[np.float32]] = {}
        self.iterations: Floats = np.empty(0)
        self.shares = np.empty((0, 0, BINS), np.float32)

    def take(self, iterations: list[int], histograms: list[Histograms]) -> None:
        """Store the histograms of ascending iterations; at least one."""
        newest = histograms[-1]
        edges = newest.low.tobytes(), newest.high.tobytes()
        if edges != self._edges:
            self._known, self._edges = {}, edges
        known = self._known
        self._known = {
            i: shares if (shares := known.get(i)) is not None else _regrid(data, newest)
            for i, data in zip(iterations, histograms, strict=True)
        }
        self.iterations = np.array(iterations, dtype=np.float64)
        self.shares = np.stack(list(self._known.values()))


class HeatItem(PlotObject):
    """The distribution of every layer's values at every recorded step."""

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()
        self.layers: tuple[str, ...] = ()
        self.low = self.high = np.empty(0)
        self.length = 10.0
        self.selected_step: float | None = None
        self.cells: list[QRectF] = []
        self._names: list[str] = []
        self._labels: tuple[object, ...] = ()

    def set_data(
        self,
        layers: tuple[str, ...],
        iterations: list[int],
        histograms: list[Histograms],
        selected_step: float | None,
    ) -> None:
        """Show the recorded histograms; `selected_step` is the iteration to mark."""
        self.record.take(iterations, histograms)
        newest = histograms[-1]
        self.layers, self.low, self.high = layers, newest.low, newest.high
        self.selected_step = selected_step
        self.length = round_length(max(iterations[-1], 10.0))
        labels = layers, newest.low.tolist(), newest.high.tolist(), self.length
        changed, self._labels = labels != self._labels, labels
        if changed:
            self.place()
            self.update()
        else:
            self.update_part(self._data_rect())

    def forget(self) -> None:
        """Discard the data of a run."""
        self.record.clear()
        self.selected_step = None
        self._labels = ()

    def place(self) -> None:
        plot = self.plot
        if not isinstance(plot, PicturePlot) or plot.view is None:
            return
        style, rect = plot.view.style_now, plot.picture_rect()
        line = style.small_metrics.height()
        self.cells = grid(rect, len(self.layers), line + 4, 2 * line + 6)
        self._names = fitting_names(self.layers, rect.width() / columns(self.cells), style)

    def _data_rect(self) -> QRectF:
        where = QRectF()
        for cell in self.cells:
            where |= cell
        return where

    # Painting

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        self._paint_data(painter, style, exposed)
        data = self._data_rect()
        if exposed.bottom() > data.bottom() + 2 or exposed.top() < data.top() - 2:
            self._paint_labels(painter, style)

    def _paint_labels(self, painter: QPainter, style: PaintStyle) -> None:
        colors = style.layer_colors(len(self.layers))
        line = style.small_metrics.height()
        for i, cell in enumerate(self.cells[: len(self.layers)]):
            painter.fillRect(QRectF(cell.left(), cell.bottom(), cell.width(), 1), style.axis)
            above = QRectF(cell.left(), cell.top() - line - 2, cell.width(), line)
            span = f"{_short(self.low[i])} … {_short(self.high[i])}"
            if style.small_metrics.horizontalAdvance(span) <= cell.width():
                paint_label(painter, above, LEFT, span, style.muted, style)
            below = QRectF(cell.left(), cell.bottom() + 4, cell.width(), line)
            paint_label(painter, below, LEFT, "0", style.muted, style)
            paint_label(painter, below, RIGHT, count(self.length), style.muted, style)
            name = below.adjusted(-8, line, 8, line)
            paint_label(painter, name, CENTER, self._names[i], colors[i], style)

    def _paint_data(self, painter: QPainter, style: PaintStyle, clip: QRectF) -> None:
        if not self.record.iterations.size:
            return
        colors = style.layer_colors(len(self.layers))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for i, cell in enumerate(self.cells[: len(self.layers)]):
            if not clip.intersects(cell):
                continue
            image = self._image(
                i, max(2, int(cell.width() * min(style.ratio, 4))), colors[i], style
            )
            width = cell.width() * self._reached()
            painter.drawImage(QRectF(cell.left(), cell.top(), width, cell.height()), image)
            if self.selected_step is not None:
                x = cell.left() + cell.width() * self.selected_step / self.length
                painter.fillRect(QRectF(round(x), cell.top(), 1, cell.height()), style.text)

    def _reached(self) -> float:
        """The share of the width up to the newest iteration."""
        return max(float(self.record.iterations[-1]) / self.length, 0.01)

    def _image(self, i: int, width: int, color: QColor, style: PaintStyle) -> QImage:
        """One layer's map, a pixel per bin and at most `width` pixels across."""
        iterations = self.record.iterations
        n = max(1, min(int(width * self._reached()), 4 * iterations.size))
        wanted = np.linspace(0.0, iterations[-1], n)
        middles = (iterations[1:] + iterations[:-1]) / 2
        shares = self.record.shares[np.searchsorted(middles, wanted), i]
        full, _ = full_heights(shares.sum(axis=0)[None])
        shade = np.minimum(shares * (n / float(full[0])), 1.0) ** GAMMA * (SHADES - 1)
        pixels = _ramp(color, style)[shade.astype(np.uint8)].T[::-1]
        pixels = np.ascontiguousarray(pixels)
        image = QImage(pixels.data, n, BINS, 4 * n, QImage.Format.Format_RGB32)
        # A copy: the image would refer to the array's memory.
        return image.copy()

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        for i, cell in enumerate(self.cells[: len(self.layers)]):
            if cell.contains(place) and self.record.iterations.size:
                return self._read_cell(place, style, i, cell)
        return None

    def _read_cell(self, place: QPointF, style: PaintStyle, i: int, cell: QRectF) -> ReadOut | None:
        iterations = self.record.iterations
        iteration = (place.x() - cell.left()) / cell.width() * self.length
        if iteration > iterations[-1] + self.length / 50:
            return None
        nearest = int(np.abs(iterations - iteration).argmin())
        at = int(np.clip((cell.bottom() - place.y()) / cell.height() * BINS, 0, BINS - 1))
        width = float(self.high[i] - self.low[i]) / BINS
        low = float(self.low[i]) + at * width
        share = float(self.record.shares[nearest, i, at])
        color = style.layer_colors(len(self.layers))[i]
        rows = [
            Row(color, f"{number(low)} … {number(low + width)}", ""),
            Row(None, tr("share"), f"{100 * share:.1f} %"),
        ]
        x = cell.left() + cell.width() * float(iterations[nearest]) / self.length
        title = tr(
            "{layer}, step {step:,}",
            layer=layer_message(self.layers[i]),
            step=int(iterations[nearest]),
        )
        return ReadOut(cell, x, title, rows)


class HeatPlot(PicturePlot):
    """The heat maps of all layers side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = self.add(HeatItem())

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        return self.maps.read(place, style)


def _regrid(data: Histograms, target: Histograms) -> NDArray[np.float32]:
    """The shares of the values in each bin of the target's edges, (layers, BINS)."""
    counts = data.counts
    everything = counts.sum(axis=1) + data.under + data.over + data.missing
    shares = counts / np.maximum(everything, 1)[:, None]
    if np.array_equal(data.low, target.low) and np.array_equal(data.high, target.high):
        return shares.astype(np.float32)
    if shares.shape[0] != len(target.low):
        return np.zeros((len(target.low), BINS), np.float32)
    moved = np.empty_like(shares)
    for i, row in enumerate(shares):
        old = np.linspace(data.low[i], data.high[i], BINS + 1)
        new = np.linspace(target.low[i], target.high[i], BINS + 1)
        summed = np.concatenate(((0.0,), np.cumsum(row)))
        moved[i] = np.diff(np.interp(new, old, summed))
    return moved.astype(np.float32)


def _ramp(color: QColor, style: PaintStyle) -> NDArray[np.uint32]:
    """From the card's colour through the layer's towards the text's."""
    key = color.rgba()
    if key not in style.ramps:
        half = SHADES * 3 // 4
        shades = [blend(style.card, color, i / half) for i in range(half)]
        shades += [
            blend(color, style.text, 0.55 * i / (SHADES - half)) for i in range(SHADES - half)
        ]
        style.ramps[key] = np.array([shade.rgb() for shade in shades], dtype=np.uint32)
    return style.ramps[key]


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
