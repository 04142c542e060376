"""Per-step curves of a run: every mini-batch pale, the smoothed curve on top, and validation. The
gap between training and validation is shaded and given as a number.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from core.base.translation import Message, tr
from core.telemetry.history import LOSS, History
from core.telemetry.series import LIMIT, smooth
from ui.plots.item import PlotObject, resolve
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.series import Curve, Curves
from ui.plots.stroke import Polyline, envelope, fill
from ui.plots.style import PaintStyle
from ui.plots.text import given
from ui.plots.ticks import number
from ui.plots.time_axis import TimeAxis
from ui.plots.time_plot import Other, TimePlot

# Other runs may extend the range to this many times the present run's largest value.
STRETCH = 3.0
# Single mini-batches may be cut off beyond this many times the largest mean.
SPIKE = 1.6
# Opacity of the shaded gap.
SHADE = 0.14
# As in `CURVES`.
NAMES = Message("loss"), Message("accuracy"), Message("learning rate")


class RunPlot(TimePlot):
    """One of the curves of `History.steps`, and the validation score that belongs to it."""

    def __init__(
        self, axis: TimeAxis, curve: int = LOSS, caption: str = "", scored: bool = True, **how
    ) -> None:
        super().__init__(axis, caption, **how)
        self.curve, self.scored = curve, scored
        self.name = NAMES[curve]
        self.shades = True
        self._seen_buckets = self._seen_scores = 0
        self._peak = -math.inf
        self.raw_line = Curve("train", 1.0, fade=0.35, smooth=False)
        self.train_line = Curve("train", 1.6)
        self.validation_line = Curve("validation", 1.6)
        self.gap = Gap(self.train_line, self.validation_line)
        self.baseline_line = Curve("muted", 1.0, fade=0.6, smooth=False)
        lines = self.raw_line, self.train_line, self.validation_line
        for item in (self.baseline_line, self.gap, *lines):
            self.add(item)

    # What is shown

    def reach(self) -> float:
        """Iterations to either side over which the curve is smoothed."""
        return self.smoothing * self.axis.scale.span

    def buckets_per_pixel(self, history: History | None = None) -> int:
        """Buckets per pixel column."""
        visible = self.axis.scale.span / (history or self.history).steps.width
        return max(1, int(visible / max(self.frame.width(), 1)))

    def buckets(self, history: History, low: float, high: float, group: int = 1) -> slice:
        """The buckets of the iterations low to high, in whole groups, starting with an even group:
        a zigzag goes up in even and down in odd groups.
        """
        steps = history.steps
        start = max(0, int(low / steps.width) // (2 * group) * (2 * group))
        stop = (int(max(high, 0.0) / steps.width) // group + 2) * group
        return slice(min(start, steps.used), min(stop, steps.used))

    def singly(self) -> bool:
        """Whether all visible steps are stored one by one while buckets hold several."""
        steps = self.history.steps
        return steps.width > 1 and self.axis.scale.low >= steps.tail()[0]

    def smoothed(self, history: History, low: float, high: float) -> tuple[Floats, Floats]:
        """The smoothed curve between two iterations as x and y, at most one point per pixel
        column."""
        steps, group = history.steps, self.buckets_per_pixel(history)
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
        """Single steps between two iterations, or a zigzag between their extremes, as x and y."""
        steps = self.history.steps
        if self.singly():
            return self._tail()
        group = self.buckets_per_pixel()
        part = self.buckets(self.history, low, high, group)
        x = steps.centers(part.start, part.stop)
        if steps.width == 1 and group == 1:
            return x, steps.mean(self.curve, part.start, part.stop)
        lows, highs = steps.low[self.curve, part], steps.high[self.curve, part]
        return envelope(x, lows, highs, group)

    def scores(self, history: History, low: float, high: float) -> tuple[Floats, Floats]:
        """Validation scores between two iterations, with one more on each side, as x and y."""
        x = history.scores.x
        if not self.scored or not x.size:
            return np.empty(0), np.empty(0)
        start = max(0, int(np.searchsorted(x, low)) - 1)
        stop = int(np.searchsorted(x, high)) + 1
        return x[start:stop], history.scores.values[start:stop, self.curve]

    def newest(self) -> tuple[float, float]:
        """The newest smoothed training figure and validation score; NaN for none."""
        steps, scores = self.history.steps, self.history.scores
        train = validation = math.nan
        if steps.used:
            y = steps.smoothed(self.curve, steps.used - 1, steps.used, self.reach())
            train = float(y[0])
        if self.scored and len(scores):
            validation = float(scores.values[-1, self.curve])
        return train, validation

    def figures(self) -> tuple[float, float]:
        """The smoothed training figure and the validation score at the selected step."""
        return self.newest() if self.selected_step is None else self.figures_at(self.selected_step)

    def figures_at(self, iteration: float) -> tuple[float, float]:
        """As `figures`, at any iteration; NaN for none.

        Iteration n means the weights after n steps, so its figures are those of the last step
        before it and of the last score up to it.
        """
        steps, scores = self.history.steps, self.history.scores
        train = validation = math.nan
        if steps.used and iteration > 0:
            train = self._train_at(self.history, int(iteration - 1))
        if self.scored and len(scores):
            last = int(np.searchsorted(scores.x, iteration, side="right")) - 1
            validation = float(scores.values[last, self.curve]) if last >= 0 else math.nan
        return train, validation

    def gap_of(self, train: float | Floats, validation: float | Floats) -> float | Floats:
        """How much worse validation is: higher loss or lower accuracy."""
        return train - validation if self.percent else validation - train

    def gap_text(self, train: float, validation: float) -> str:
        """The gap as text; differences between percentages are in points."""
        value = float(self.gap_of(train, validation))
        if self.percent and math.isfinite(value):
            return tr("{points:.1f} points", points=100 * value).replace("-", "−")
        return self.text(value)

    def gaps(self, history: History, low: float, high: float) -> Floats:
        """The gap at each of the `scores` between two iterations."""
        at, validation = self.scores(history, low, high)
        x, train = self.smoothed(history, low, high)
        known = np.isfinite(train)
        if not known.any():
            return np.full(at.size, math.nan)
        return np.asarray(self.gap_of(np.interp(at, x[known], train[known]), validation))

    def _tail(self) -> tuple[Floats, Floats]:
        first, values = self.history.steps.tail()
        start = max(0, int(self.axis.scale.low) - first - 2)
        stop = int(self.axis.scale.high) - first + 3
        x = np.arange(first, first + values.shape[1], dtype=float)[start:stop]
        return x, values[self.curve, start:stop]

    # Following the run

    @property
    def baseline(self) -> float:
        """The score of the best constant prediction; NaN if unknown."""
        known = self.history.baseline
        if known is None or not self.scored:
            return math.nan
        return known.loss if self.curve == LOSS else known.accuracy

    def _level(self) -> tuple[Floats, Floats]:
        """The baseline over the whole axis: x and y."""
        level, scale = self.baseline, self.axis.scale
        if not math.isfinite(level):
            return NOTHING
        return np.array([min(0.0, scale.low), max(scale.high, self.axis.last)]), np.full(2, level)

    def load(self, low: float, high: float) -> None:
        self.baseline_line.set_data(*self._level())
        self.gap.set_shown(self.shades)
        self.raw_line.set_data(*(self.raw(low, high) if self._has_raw() else NOTHING))
        self.train_line.set_data(*self.smoothed(self.history, low, high))
        self.validation_line.set_data(*self.scores(self.history, low, high))

    def extend(self, low: float, high: float) -> None:
        if self._has_raw():
            self.raw_line.splice(*self.raw(low, high), since=low)
        self.train_line.splice(*self.smoothed(self.history, low, high), since=low)
        self.validation_line.splice(*self.scores(self.history, low, high), since=low)

    def _has_raw(self) -> bool:
        """Whether single steps are visibly different from the smoothed curve."""
        return (
            bool(self.smoothing)
            and self.buckets_per_pixel() * self.history.steps.width < self.reach()
        )

    def items_of(self, other: Other) -> list[PlotObject]:
        low, high = self.axis.scale.low, self.axis.scale.high
        train = Curve(other.role, 1.0, fade=0.6, layer=-20)
        train.set_data(*self.smoothed(other.history, low, high))
        validation = Curve(other.role, 1.3, layer=-19)
        validation.set_data(*self.scores(other.history, low, high))
        return [train, validation]

    def _key_of(self, history: History) -> tuple[object, ...]:
        revisions = history.steps.revision, history.scores.revision
        return (*revisions, self.smoothing, self.shades, self.buckets_per_pixel(), self.singly())

    def _extremes(self, everything: bool) -> tuple[float, float]:
        steps, scores = self.history.steps, self.history.scores
        scale = self.axis.scale
        if everything:
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
        if everything and steps.first is not None and scale.low == 0:
            values.append(steps.first[self.curve : self.curve + 1])
        low, high = _finite_extremes(np.concatenate(values), self.log)
        if everything:
            low, high = self._with_others(low, high)
        lows, highs = steps.low[self.curve, part], steps.high[self.curve, part]
        self._peak = max(self._peak, float(highs.max(initial=-math.inf)))
        return self._with_single(low, high, float(lows.min(initial=math.inf)))

    def _with_others(self, low: float, high: float) -> tuple[float, float]:
        """Widen the range for other runs, but not for one that diverged."""
        scale = self.axis.scale
        most = STRETCH * high if high > 0 else math.inf
        for other in self.others():
            values = self.smoothed(other.history, scale.low, scale.high)[1]
            least, greatest = _finite_extremes(values[values < most], self.log)
            low, high = min(low, least), max(high, greatest)
        return low, high

    def _with_single(self, low: float, high: float, least: float) -> tuple[float, float]:
        """Widen the range for single steps, but not for far outliers."""
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
            current = self.home_y if self.home_y and self.home_y.high == 1.0 else None
            scale = settle(current, max(min(self._low, 0.999), 0.0), 1.0)
            return Scale(scale.low, 1.0)
        return super()._settled_scale()

    def _volatile_from(self) -> float:
        steps, scores = self.history.steps, self.history.scores
        step = steps.width * (self.buckets_per_pixel() + 1)
        start = steps.next - step - self.reach() * 1.01
        if self.scored and len(scores):
            start = min(start, float(scores.x[-1]))
        return start

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        steps = self.history.steps
        iteration = round(self.x_of(place.x()))
        if not steps.used or not 0 <= iteration <= self.axis.last:
            return None
        rows = self._rows(min(iteration, steps.next - 1), style)
        rows += [
            Row(style.axis, "", tr(mark.text))
            for mark in self.history.marks
            if abs(self.px_of(mark.iteration) - place.x()) < 4
        ]
        x = self.px_of(iteration)
        return ReadOut(self.frame, x, tr("step {step:,}", step=iteration), rows)

    def _rows(self, iteration: int, style: PaintStyle) -> list[Row]:
        steps, scores = self.history.steps, self.history.scores
        first, tail = steps.tail()
        rows = []
        if iteration >= first:
            value = float(tail[self.curve, iteration - first])
            color = style.pale(style.train, 0.6)
            name = tr("batch") if self.scored else tr(self.name)
            rows.append(Row(color, name, self.text(value)))
        train = self._train_at(self.history, iteration)
        if self.reach() >= steps.width or iteration < first:
            rows.append(Row(style.train, tr("train, smoothed"), self.text(train)))
        if self.scored and len(scores):
            value = self._score_at(self.history, iteration)
            rows.append(Row(style.validation, tr("validation"), self.text(value)))
            rows.append(Row(None, tr("gap"), self.gap_text(train, value)))
        if math.isfinite(self.baseline):
            level = self.text(self.baseline)
            rows.append(Row(style.role("muted"), tr("constant prediction"), level))
        for other in self.others():
            value = self._of_other(other.history, iteration)
            rows.append(Row(style.role(other.role), given(other.name), self.text(value)))
        return rows

    def _train_at(self, history: History, iteration: int) -> float:
        """The smoothed training figure of one step, or of the newest before it."""
        steps = history.steps
        i = min(iteration // steps.width, steps.used - 1)
        return float(steps.smoothed(self.curve, i, i + 1, self.reach())[0])

    def _score_at(self, history: History, iteration: int) -> float:
        """The validation score nearest to a step."""
        scores = history.scores
        return float(scores.values[int(np.abs(scores.x - iteration).argmin()), self.curve])

    def _of_other(self, history: History, iteration: int) -> float:
        """Another run's validation score near an iteration, or its smoothed training figure."""
        if iteration >= history.steps.next:
            return math.nan
        if self.scored and len(history.scores):
            return self._score_at(history, iteration)
        return self._train_at(history, iteration)

    def text(self, value: float) -> str:
        """A value as text for read-out and legend."""
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


class Gap(PlotObject):
    """The shaded area between training and validation curve."""

    layer = -10.0

    def __init__(self, train: Curves, validation: Curves) -> None:
        super().__init__()
        self._train, self._validation = train, validation
        self._area = Polyline()

    def set_shown(self, shown: bool) -> None:
        """Shade the gap, or not."""
        if shown != self.isVisible():
            self.setVisible(shown)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        at, score = self._validation.xs, self._validation.ys[:, 0]
        known = np.isfinite(score)
        at, score = at[known], score[known]
        low, high = plot.x_of(exposed.left() - 2), plot.x_of(exposed.right() + 2)
        around = slice(max(int(at.searchsorted(low)) - 1, 0), int(at.searchsorted(high)) + 1)
        at, score = at[around], score[around]
        if at.size < 2:
            return
        x, y = self._train.xs, self._train.ys[:, 0]
        between = slice(*x.searchsorted((at[0], at[-1])).tolist())
        # One curve forwards, the other backwards, to enclose the area.
        outline = np.concatenate((x[between], at[::-1]))
        edge = np.concatenate((y[between], score[::-1]))
        if self._area.load(plot.px(outline), plot.py(edge)):
            fill(painter, self._area.polygon, resolve("validation", style), SHADE, style)


NOTHING = np.empty(0), np.empty(0)


def _finite_extremes(values: Floats, log: bool) -> tuple[float, float]:
    fine = np.abs(values) < LIMIT
    known = values[fine & (values > 0)] if log else values[fine]
    return float(known.min(initial=math.inf)), float(known.max(initial=-math.inf))
