"""One line per layer over the run, with the layers' names at its right end."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from core.base.translation import tr
from core.telemetry.history import History
from core.telemetry.series import LIMIT, smooth
from ui.plots.item import PlotObject
from ui.plots.plot_area import GAP
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.series import Curves, Zone
from ui.plots.style import PaintStyle
from ui.plots.text import layer_name, layer_names
from ui.plots.ticks import number
from ui.plots.time_axis import TimeAxis
from ui.plots.time_plot import EndLabels, Other, TimePlot

# On a logarithmic scale anything smaller counts as 0.
LEAST = 1e-30


class LayerPlot(TimePlot):
    """A figure of every layer (one of `LAYER_FIGURES`) over iterations.

    `band` is a range of values to shade as healthy. Shares (`percent`) have the fixed range 0…1.
    `labels`: whether the layers' names are shown at the ends of their lines.
    """

    def __init__(
        self,
        axis: TimeAxis,
        figure: str,
        caption: str = "",
        log: bool = False,
        band: tuple[float, float] | None = None,
        **how,
    ) -> None:
        super().__init__(axis, caption, log, **how)
        self.figure, self.labels = figure, True
        self.show_ghost = False
        self._seen = 0
        self._shown = self._half = 0
        if band:
            self.add(Zone(*band))
        self.lines = self.add(Curves(lambda style, n: style.layer_colors(n), floor=True))
        self.names = self.add(EndLabels(self.lines))

    # What is shown

    def rows(self) -> int:
        return len(self.history.layer_rows)

    def others(self) -> list[Other]:
        """The pinned runs and, if enabled, the previous one; none for shares, which are crowded
        already."""
        if self.percent:
            return []
        ghost = self.history.ghost
        return [o for o in super().others() if self.show_ghost or o.history is not ghost]

    def values(
        self, start: int = 0, stop: int | None = None, history: History | None = None
    ) -> Floats:
        """Smoothed figures of the rows as drawn, (rows, layers)."""
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
        """The visible rows."""
        x = self.history.layer_rows.x
        scale = self.axis.scale
        start, stop = x.searchsorted((scale.low, scale.high))
        return slice(int(start), int(stop))

    def _rows_per_pixel(self) -> int:
        """Rows that share a pixel column: a power of two, so that it changes rarely."""
        return max(1, 2 ** int(math.log2(max(self._shown / max(self.frame.width(), 1), 1))))

    # Following the run

    def _key_of(self, history: History) -> tuple[object, ...]:
        visible = self.visible()
        self._shown = visible.stop - visible.start
        self._half = int(self.smoothing * self._shown)
        revision = history.layer_rows.revision
        return revision, self.show_ghost, history.layers, self._half, self._rows_per_pixel()

    def _extremes(self, everything: bool) -> tuple[float, float]:
        if everything:
            self._seen = 0
        visible = self.visible()
        start = max(visible.start, self._seen - 1)
        self._seen = self.rows()
        part = self.history.figure(self.figure)[start : max(visible.stop, start)]
        fine = np.abs(part) < LIMIT
        known = part[fine & (part > LEAST)] if self.log else part[fine]
        low, high = float(known.min(initial=math.inf)), float(known.max(initial=-math.inf))
        return self._with_others(low, high) if everything and self.log else (low, high)

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
            # Beyond this many decades the lower end is cut off: 10⁻³⁰ is of no use beside 10⁻¹.
            low = max(self._low, self._high * 1e-24)
            return settle(self.home_y, low, self._high, log=True)
        return super()._settled_scale()

    def _volatile_from(self) -> float:
        x = self.history.layer_rows.x
        if not x.size:
            return 0.0
        row = self.history.layer_rows.settled - 2 - self._half - self._rows_per_pixel()
        return float(x[self._measured(self.history, max(0, row))])

    def _measured(self, history: History, row: int, ahead: bool = False) -> int:
        """The row itself, or the last measured one before it (with `ahead`, the first after it)."""
        figure = history.figure(self.figure)
        if not len(figure) or np.isfinite(figure[min(row, len(figure) - 1)]).any():
            return row
        part = figure[row:] if ahead else figure[: row + 1]
        known = np.flatnonzero(np.isfinite(part).any(axis=1))
        if not known.size:
            return row
        return row + int(known[0]) if ahead else int(known[-1])

    def gutter_right(self, style: PaintStyle) -> float:
        if not self.labels:
            return super().gutter_right(style)
        widths = (style.small_metrics.horizontalAdvance(name) for name in self._names())
        return max(widths, default=0.0) + GAP + 6

    # The items

    def load(self, low: float, high: float) -> None:
        self.names.setVisible(self.labels)
        self.names.names = tuple(self._names())
        self.lines.set_data(*self._points(self.history, low, high))

    def extend(self, low: float, high: float) -> None:
        self.lines.splice(*self._points(self.history, low, high), since=low)
        if self.labels:
            frame = self.frame
            left = self.px_of(low) - 2
            self.names.update_part(QRectF(left, frame.top() - 10, self.rect_in_view.right() - left,
                                    frame.height() + 20))  # fmt: skip

    def items_of(self, other: Other) -> list[PlotObject]:
        # Another run has one colour for all its layers.
        lines = Curves(
            lambda style, n: [style.role(other.role)] * n, 1.0, fade=0.6, floor=True, layer=-20
        )
        lines.set_data(*self._points(other.history, self.axis.scale.low, self.axis.scale.high))
        return [lines]

    def _points(self, history: History, low: float, high: float) -> tuple[Floats, Floats]:
        """The lines of one run between two iterations: x (n,), y (n, layers)."""
        x = history.layer_rows.x
        group = self._rows_per_pixel()
        start = max(0, int(x.searchsorted(low)) - 1)
        stop = min((int(x.searchsorted(high)) // group + 2) * group, x.size)
        if start >= stop:
            return np.empty(0), np.empty((0, max(len(history.layers), 1)))
        # A line continues to the next measured row, however far away.
        start = self._measured(history, start) // group * group
        stop = self._measured(history, stop - 1, ahead=True) + 1
        values, x = self.values(start, stop, history), x[start:stop]
        chosen = np.arange(0, x.size, group)
        if chosen[-1] != x.size - 1:
            chosen = np.append(chosen, x.size - 1)
        return x[chosen], values[chosen]

    def _names(self) -> list[str]:
        return layer_names(self.history.layers)

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        x = self.history.layer_rows.x
        if not x.size:
            return None
        nearest = int(np.abs(x - self.x_of(place.x())).argmin())
        figure = self.history.figure(self.figure)[nearest]
        names = zip(style.layer_colors(figure.size), self.history.layers, figure, strict=True)
        rows = [
            Row(color, layer_name(name), self.text(float(value))) for color, name, value in names
        ]
        where = self.px_of(float(x[nearest]))
        return ReadOut(self.frame, where, tr("step {step:,}", step=int(x[nearest])), rows)

    def text(self, value: float) -> str:
        """A value as text for the read-out."""
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


def smooth_columns(values: Floats, known: NDArray[np.bool_], half: int) -> Floats:
    """`smooth` for every column at once: the columns are concatenated, with gaps for the kernel."""
    rows, columns = values.shape
    laid = np.zeros((2, columns, rows + half))
    laid[0, :, :rows], laid[1, :, :rows] = values.T, known.T
    smoothed = smooth(laid[0].ravel(), laid[1].ravel(), half)
    return smoothed.reshape(columns, rows + half)[:, :rows].T
