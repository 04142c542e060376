"""One line per layer over the run, with the layers' names at its right end."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from core.telemetry.history import History
from core.telemetry.series import LIMIT, smooth
from ui.plots.ink import Ink
from ui.plots.panel import GAP, ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.stroke import Polyline, stroke
from ui.plots.text import spread
from ui.plots.ticks import number
from ui.plots.time_axis import TimeAxis
from ui.plots.time_panel import MARGIN, Other, TimePanel

# On a logarithmic scale anything smaller counts as nothing.
LEAST = 1e-30


class LayerPanel(TimePanel):
    """A figure of every layer (one of `LAYER_FIGURES`) over iterations.

    `band` is a range of values to shade as healthy. Shares (`percent`) have the fixed range 0…1.
    """

    def __init__(
        self,
        axis: TimeAxis,
        figure: str,
        caption: str = "",
        log: bool = False,
        labels: bool = True,
        band: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(axis, caption, log)
        self.figure, self.labels, self.band = figure, labels, band
        self.smoothing = 0.01
        self.show_ghost = False
        self._line = Polyline()
        self._seen = 0
        self._shown = self._half = 0

    # What is shown

    def rows(self) -> int:
        return len(self.history.layer_rows)

    def others(self) -> list[Other]:
        """Those pinned, and the run before if it is wanted; shares are a crowd already."""
        if self.percent:
            return []
        ghost = self.history.ghost
        return [o for o in super().others() if self.show_ghost or o.history is not ghost]

    def values(
        self, start: int = 0, stop: int | None = None, history: History | None = None
    ) -> Floats:
        """Smoothed figures of the rows, shape (rows, layers), as they are drawn."""
        figure = (history or self.history).figure(self.figure)
        stop = len(figure) if stop is None else stop
        half = self._half
        if half < 1:
            return figure[start:stop]
        left, right = max(0, start - half), min(len(figure), stop + half)
        part = figure[left:right]
        known = np.isfinite(part)
        if self.log:
            known &= part > LEAST
            part = np.log10(np.where(known, part, 1.0))
        part = smooth_columns(np.where(known, part, 0.0), known, half)[start - left : stop - left]
        return 10.0**part if self.log else part

    def visible(self) -> slice:
        """The rows in view."""
        x = self.history.layer_rows.x
        scale = self.axis.scale
        start, stop = x.searchsorted((scale.low, scale.high))
        return slice(int(start), int(stop))

    def _group(self) -> int:
        """Rows that share a pixel column: a power of two, so that it changes rarely."""
        return max(1, 2 ** int(math.log2(max(self._shown / max(self.plot.width(), 1), 1))))

    # Following the run

    def _key_of(self, history: History) -> tuple[object, ...]:
        visible = self.visible()
        self._shown = visible.stop - visible.start
        self._half = int(self.smoothing * self._shown)
        revision = history.layer_rows.revision
        return revision, self.show_ghost, history.layers, self._half, self._group()

    def _extremes(self, afresh: bool) -> tuple[float, float]:
        if afresh:
            self._seen = 0
        visible = self.visible()
        start = max(visible.start, self._seen - 1)
        self._seen = self.rows()
        part = self.history.figure(self.figure)[start : max(visible.stop, start)]
        fine = np.abs(part) < LIMIT
        known = part[fine & (part > LEAST)] if self.log else part[fine]
        low, high = float(known.min(initial=math.inf)), float(known.max(initial=-math.inf))
        return self._with_others(low, high) if afresh and self.log else (low, high)

    def _with_others(self, low: float, high: float) -> tuple[float, float]:
        """Widen a logarithmic range for other runs: they are compared in decades."""
        for other in self.others():
            x, scale = other.history.layer_rows.x, self.axis.scale
            start, stop = x.searchsorted((scale.low, scale.high))
            part = other.history.figure(self.figure)[start:stop]
            known = part[(part > LEAST) & (part < LIMIT)]
            low = min(low, float(known.min(initial=math.inf)))
            high = max(high, float(known.max(initial=-math.inf)))
        return low, high

    def _settled_scale(self) -> Scale:
        if self.percent:
            return Scale(0.0, 1.0)
        if self.log and self._high >= self._low and self._high > 0:
            # Beyond this many decades the small end is cut: nobody reads 10⁻³⁰ beside 10⁻¹.
            low = max(self._low, self._high * 1e-24)
            return settle(self.y, low, self._high, log=True)
        return super()._settled_scale()

    def _volatile_from(self) -> float:
        x = self.history.layer_rows.x
        if not x.size:
            return 0.0
        row = self.history.layer_rows.settled - 2 - self._half - self._group()
        return float(x[self._measured(self.history, max(0, row))])

    def _measured(self, history: History, row: int, ahead: bool = False) -> int:
        """The row itself, or the last before it (the first behind, `ahead`) that was measured."""
        figure = history.figure(self.figure)
        if not len(figure) or np.isfinite(figure[min(row, len(figure) - 1)]).any():
            return row
        part = figure[row:] if ahead else figure[: row + 1]
        known = np.flatnonzero(np.isfinite(part).any(axis=1))
        if not known.size:
            return row
        return row + int(known[0]) if ahead else int(known[-1])

    def dirty(self) -> QRectF:
        where = super().dirty()
        return where.adjusted(0, -10, 0, 10) if self.labels else where

    def dirty_right(self) -> float:
        return self.rect.right() if self.labels else super().dirty_right()

    def gutter_right(self, ink: Ink) -> float:
        if not self.labels:
            return super().gutter_right(ink)
        widths = (ink.small_metrics.horizontalAdvance(name) for name in self.history.layers)
        return max(widths, default=0.0) + GAP + 6

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        if self.band:
            self._paint_band(painter, ink)
        super().paint_still(painter, ink)

    def _paint_band(self, painter: QPainter, ink: Ink) -> None:
        assert self.band
        top, bottom = self.py(np.array(self.band[::-1]))
        where = QRectF(self.plot.left(), top, self.plot.width(), bottom - top) & self.plot
        color = QColor(ink.theme.good)
        painter.fillRect(where, ink.pale(color, 0.09))

    def _paint_curves(self, painter: QPainter, ink: Ink, low: float, high: float) -> None:
        colors = ink.layer_colors(len(self.history.layers))
        self._paint_lines(painter, ink, self.history, low, high, colors, 1.5)

    def _paint_other(self, painter: QPainter, ink: Ink, other: Other) -> None:
        # All layers in the run's one colour: which is which was to be seen in its own time.
        color = ink.pale(ink.role(other.role), 0.6)
        low, high = self.axis.scale.low, self.axis.scale.high
        colors = [color] * len(other.history.layers)
        self._paint_lines(painter, ink, other.history, low, high, colors, 1.0)

    def _paint_lines(
        self,
        painter: QPainter,
        ink: Ink,
        history: History,
        low: float,
        high: float,
        colors: Sequence[QColor],
        width: float,
    ) -> None:
        """The lines of one run, as far as they lie between two iterations."""
        x = history.layer_rows.x
        group = self._group()
        start = max(0, int(x.searchsorted(low)) - 1)
        stop = min((int(x.searchsorted(high)) // group + 2) * group, x.size)
        if start >= stop:
            return
        # A line goes on to the next row that was measured, however far that is.
        start = self._measured(history, start) // group * group
        stop = self._measured(history, stop - 1, ahead=True) + 1
        values, x = self.values(start, stop, history), x[start:stop]
        chosen = np.arange(0, x.size, group)
        if chosen[-1] != x.size - 1:
            chosen = np.append(chosen, x.size - 1)
        px, py = self.px(x[chosen]), self.py(values[chosen])
        if self.log:
            # What is nothing runs along the bottom instead of vanishing.
            py = np.minimum(py, self.plot.bottom() + 0.5)
        for i, color in enumerate(colors):
            if self._line.load(px, py[:, i]):
                stroke(painter, self._line, color, width, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        super().paint_data(painter, ink, clip)
        if self.labels and self.rows():
            left = self._end() + 1
            room = QRectF(left, self.rect.top(), self.rect.right() - left, self.rect.height())
            if clip.intersects(room):
                self._paint_labels(painter, ink, left + MARGIN + 1)

    def _end(self) -> float:
        """Where the lines end."""
        return min(self.px_of(self.axis.last), self.plot.right())

    def _paint_labels(self, painter: QPainter, ink: Ink, left: float) -> None:
        """Names behind the ends of the lines; some left out where there is not room for all."""
        layers, bottom = self.history.layers, self.plot.bottom()
        ends = np.minimum(self.py(self.values(self.rows() - 1)[0]), bottom).tolist()
        height = ink.small_metrics.height() - 2
        room = max(1, int(self.plot.height() / height))
        chosen = [i for i in _evenly(len(layers), room) if math.isfinite(ends[i])]
        wanted = [ends[i] for i in chosen]
        # Where the lines end early the axis goes on below the names, which keep off it.
        places = spread(wanted, height, self.plot.top() - 4, bottom - 1)
        colors, half = ink.layer_colors(len(layers)), round(height / 2) + 1
        for i, y in zip(chosen, places, strict=True):
            ink.write(painter, round(left), round(y) - half, layers[i], colors[i])

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        x = self.history.layer_rows.x
        if not x.size:
            return None
        nearest = int(np.abs(x - self.x_of(place.x())).argmin())
        figure = self.history.figure(self.figure)[nearest]
        names = zip(ink.layer_colors(figure.size), self.history.layers, figure, strict=True)
        rows = [Row(color, name, self.text(float(value))) for color, name, value in names]
        where = self.px_of(float(x[nearest]))
        return ReadOut(self.plot, where, f"step {int(x[nearest]):,}", rows)

    def text(self, value: float) -> str:
        """A value as the read-out writes it."""
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


def smooth_columns(values: Floats, known: NDArray[np.bool_], half: int) -> Floats:
    """`smooth` for every column at once: laid end to end, with room between for the bell."""
    rows, columns = values.shape
    laid = np.zeros((2, columns, rows + half))
    laid[0, :, :rows], laid[1, :, :rows] = values.T, known.T
    smoothed = smooth(laid[0].ravel(), laid[1].ravel(), half)
    return smoothed.reshape(columns, rows + half)[:, :rows].T


def _evenly(n: int, most: int) -> list[int]:
    """At most so many of the numbers below n, evenly spread, first and last among them."""
    if n <= most:
        return list(range(n))
    if most == 1:
        return [n - 1]
    return [round(i * (n - 1) / (most - 1)) for i in range(most)]
