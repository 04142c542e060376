"""Per-step curves of the run: every mini-batch pale, smoothed on top, and the validation score."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from core.telemetry.history import CURVES, LOSS, History
from core.telemetry.series import LIMIT, smooth
from ui.plots.ink import Ink
from ui.plots.panel import ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.stroke import Polyline, envelope, stroke
from ui.plots.ticks import number
from ui.plots.time_axis import TimeAxis
from ui.plots.time_panel import Other, TimePanel

# Horizontal and vertical places in logical pixels.
Places = tuple[Floats, Floats]

# Other runs may stretch the plot to so many times the largest value of the present one.
STRETCH = 3.0
# Single mini-batches may stand out of the plot beyond this many times the largest mean.
SPIKE = 1.6


class CurvePanel(TimePanel):
    """One of the curves of `History.steps`, and the validation score that belongs to it."""

    def __init__(
        self, axis: TimeAxis, curve: int = LOSS, caption: str = "", scored: bool = True
    ) -> None:
        super().__init__(axis, caption)
        self.curve, self.scored = curve, scored
        self.smoothing = 0.01
        self.name = CURVES[curve].replace("_", " ")
        self._line = Polyline()
        self._seen_buckets = self._seen_scores = 0

    # What is shown

    def reach(self) -> float:
        """Iterations to either side over which the curve is smoothed."""
        return self.smoothing * self.axis.scale.span

    def group(self, history: History | None = None) -> int:
        """Buckets that share a pixel column."""
        visible = self.axis.scale.span / (history or self.history).steps.width
        return max(1, int(visible / max(self.plot.width(), 1)))

    def buckets(self, history: History, low: float, high: float, group: int = 1) -> slice:
        """The buckets that hold the iterations low to high, in whole groups.

        The first is an even one, as a zigzag goes up in even and down in odd groups.
        """
        steps = history.steps
        start = max(0, int(low / steps.width) // (2 * group) * (2 * group))
        stop = (int(max(high, 0.0) / steps.width) // group + 2) * group
        return slice(min(start, steps.used), min(stop, steps.used))

    def singly(self) -> bool:
        """Whether all steps in view are known one by one while the buckets hold several."""
        steps = self.history.steps
        return steps.width > 1 and self.axis.scale.low >= steps.tail()[0]

    def smoothed(self, history: History, low: float, high: float) -> tuple[Floats, Floats]:
        """The smoothed curve between two iterations: x and y, at most a point per pixel column."""
        steps, group = history.steps, self.group(history)
        if history is self.history and self.singly():
            x, y = self._tail()
            half = int(self.reach())
            return x, (smooth(y, np.isfinite(y).astype(float), half) if half else y)
        part = self.buckets(history, low, high, group)
        if part.start >= part.stop:
            return np.empty(0), np.empty(0)
        y = steps.smoothed(self.curve, part.start, part.stop, self.reach())
        chosen = np.arange(0, y.size, group)
        if chosen[-1] != y.size - 1:
            chosen = np.append(chosen, y.size - 1)
        return steps.centers(part.start, part.stop)[chosen], y[chosen]

    def raw(self, low: float, high: float) -> tuple[Floats, Floats]:
        """Single steps between two iterations, or a zigzag between their extremes: x and y."""
        steps = self.history.steps
        if self.singly():
            return self._tail()
        group = self.group()
        part = self.buckets(self.history, low, high, group)
        x = steps.centers(part.start, part.stop)
        if steps.width == 1 and group == 1:
            return x, steps.mean(self.curve, part.start, part.stop)
        lows, highs = steps.low[self.curve, part], steps.high[self.curve, part]
        return envelope(x, lows, highs, group)

    def scores(self, history: History, low: float, high: float) -> tuple[Floats, Floats]:
        """Validation scores between two iterations and the ones next to them: x and y."""
        x = history.scores.x
        if not self.scored or not x.size:
            return np.empty(0), np.empty(0)
        start = max(0, int(np.searchsorted(x, low)) - 1)
        stop = int(np.searchsorted(x, high)) + 1
        return x[start:stop], history.scores.values[start:stop, self.curve]

    def newest(self) -> tuple[float, float]:
        """The newest smoothed training figure and validation score, NaN where there is none."""
        steps, scores = self.history.steps, self.history.scores
        train = validation = math.nan
        if steps.used:
            y = steps.smoothed(self.curve, steps.used - 1, steps.used, self.reach())
            train = float(y[0])
        if self.scored and len(scores):
            validation = float(scores.values[-1, self.curve])
        return train, validation

    def _tail(self) -> tuple[Floats, Floats]:
        first, values = self.history.steps.tail()
        start = max(0, int(self.axis.scale.low) - first - 2)
        stop = int(self.axis.scale.high) - first + 3
        x = np.arange(first, first + values.shape[1], dtype=float)[start:stop]
        return x, values[self.curve, start:stop]

    # Following the run

    def _key_of(self, history: History) -> tuple[object, ...]:
        revisions = history.steps.revision, history.scores.revision
        return (*revisions, self.smoothing, self.group(), self.singly())

    def _extremes(self, afresh: bool) -> tuple[float, float]:
        steps, scores = self.history.steps, self.history.scores
        scale = self.axis.scale
        if afresh:
            self._seen_buckets = self._seen_scores = 0
            self._peak = -math.inf
        part = self.buckets(self.history, scale.low, scale.high)
        part = slice(max(part.start, self._seen_buckets - 1, 0), part.stop)
        seen = slice(max(self._seen_scores - 1, 0), len(scores))
        self._seen_buckets, self._seen_scores = steps.used, len(scores)
        values = [steps.mean(self.curve, part.start, part.stop)]
        if self.scored and len(scores):
            inside = (scores.x[seen] >= scale.low) & (scores.x[seen] <= scale.high)
            values.append(scores.values[seen, self.curve][inside])
        if afresh and steps.first is not None and scale.low == 0:
            values.append(steps.first[self.curve : self.curve + 1])
        low, high = _finite_extremes(np.concatenate(values), self.log)
        if afresh:
            low, high = self._with_others(low, high)
        lows, highs = steps.low[self.curve, part], steps.high[self.curve, part]
        self._peak = max(self._peak, float(highs.max(initial=-math.inf)))
        return self._with_single(low, high, float(lows.min(initial=math.inf)))

    def _with_others(self, low: float, high: float) -> tuple[float, float]:
        """Widen the range for other runs, but not for one that has blown up."""
        scale = self.axis.scale
        most = STRETCH * high if high > 0 else math.inf
        for other in self.others():
            values = self.smoothed(other.history, scale.low, scale.high)[1]
            least, greatest = _finite_extremes(values[values < most], self.log)
            low, high = min(low, least), max(high, greatest)
        return low, high

    def _with_single(self, low: float, high: float, least: float) -> tuple[float, float]:
        """Widen the range for single steps, but not for spikes far off."""
        known = max(high, self._high)
        if math.isfinite(known) and known > 0:
            high = max(high, min(self._peak, SPIKE * known))
        if not self.log:
            low = min(low, least)
        elif least > 0:
            low = min(low, max(least, min(low, self._low) / SPIKE))
        return low, high

    def _settled_scale(self) -> Scale:
        if self.percent:
            if not math.isfinite(self._low):
                return Scale(0.0, 1.0)
            current = self.y if self.y.high == 1.0 else None
            scale = settle(current, max(min(self._low, 0.999), 0.0), 1.0)
            return Scale(scale.low, 1.0)
        return super()._settled_scale()

    def _volatile_from(self) -> float:
        steps, scores = self.history.steps, self.history.scores
        step = steps.width * (self.group() + 1)
        start = steps.next - step - self.reach() * 1.01
        if self.scored and len(scores):
            start = min(start, float(scores.x[-1]))
        return start

    def _paint_curves(self, painter: QPainter, ink: Ink, low: float, high: float) -> None:
        color = ink.train
        train = self._places(*self.smoothed(self.history, low, high))
        validation = self._places(*self.scores(self.history, low, high))
        self._paint_between(painter, ink, train, validation)
        if self.smoothing and self.group() * self.history.steps.width < self.reach():
            raw = self._places(*self.raw(low, high))
            self._stroke(painter, ink, raw, ink.pale(color), 1.0, smooth=False)
        self._stroke(painter, ink, train, color, 1.6)
        self._stroke(painter, ink, validation, ink.validation, 1.6)

    def _paint_between(
        self, painter: QPainter, ink: Ink, train: Places, validation: Places
    ) -> None:
        """What lies under the curves, which have been placed already."""

    def _paint_other(self, painter: QPainter, ink: Ink, other: Other) -> None:
        low, high, color = self.axis.scale.low, self.axis.scale.high, ink.role(other.role)
        train = self._places(*self.smoothed(other.history, low, high))
        validation = self._places(*self.scores(other.history, low, high))
        self._stroke(painter, ink, train, ink.pale(color, 0.6), 1.0)
        self._stroke(painter, ink, validation, color, 1.3)

    def _places(self, x: Floats, y: Floats) -> Places:
        return self.px(x), self.py(y)

    def _stroke(
        self, painter: QPainter, ink: Ink, places: Places, color, width, smooth: bool = True
    ) -> None:
        if self._line.load(*places):
            stroke(painter, self._line, color, width, ink, smooth)

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        steps = self.history.steps
        iteration = round(self.x_of(place.x()))
        if not steps.used or not 0 <= iteration <= self.axis.last:
            return None
        rows = self._rows(min(iteration, steps.next - 1), ink)
        rows += [
            Row(ink.axis, "", mark.text)
            for mark in self.history.marks
            if abs(self.px_of(mark.iteration) - place.x()) < 4
        ]
        x = self.px_of(iteration)
        return ReadOut(self.plot, x, f"step {iteration:,}", rows)

    def _rows(self, iteration: int, ink: Ink) -> list[Row]:
        steps, scores = self.history.steps, self.history.scores
        first, tail = steps.tail()
        rows = []
        if iteration >= first:
            value = float(tail[self.curve, iteration - first])
            rows.append(Row(ink.pale(ink.train, 0.6), "batch", self.text(value)))
        i = iteration // steps.width
        if self.reach() >= steps.width or iteration < first:
            value = float(steps.smoothed(self.curve, i, i + 1, self.reach())[0])
            rows.append(Row(ink.train, "train, smoothed", self.text(value)))
        if self.scored and len(scores):
            nearest = int(np.abs(scores.x - iteration).argmin())
            value = float(scores.values[nearest, self.curve])
            rows.append(Row(ink.validation, "validation", self.text(value)))
        for other in self.others():
            value = self._of_other(other.history, iteration)
            rows.append(Row(ink.role(other.role), other.name, self.text(value)))
        return rows

    def _of_other(self, history: History, iteration: int) -> float:
        """Another run's validation score near an iteration, or its smoothed training figure."""
        steps, scores = history.steps, history.scores
        if iteration >= steps.next:
            return math.nan
        if self.scored and len(scores):
            nearest = int(np.abs(scores.x - iteration).argmin())
            return float(scores.values[nearest, self.curve])
        i = iteration // steps.width
        return float(steps.smoothed(self.curve, i, i + 1, self.reach())[0])

    def text(self, value: float) -> str:
        """A value as the read-out and the legend write it."""
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


def _finite_extremes(values: Floats, log: bool) -> tuple[float, float]:
    fine = np.abs(values) < LIMIT
    known = values[fine & (values > 0)] if log else values[fine]
    return float(known.min(initial=math.inf)), float(known.max(initial=-math.inf))
