"""The state of an experiment while it runs: the curves of all runs and seeds, and the last
frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.gallery.experiment import Experiment, Variant
from core.gallery.watching import ComparisonUpdate, RunUpdate
from core.telemetry.frame import Frame
from core.telemetry.series import LIMIT, smooth
from core.training.results import Score, Segment

Floats = NDArray[np.float64]

LOSS, ACCURACY = 0, 1
BUCKETS = 400
# Curves are smoothed over ± this share of the whole run.
SMOOTHING = 0.01


class Band(NamedTuple):
    """A figure over the run: its mean, minimum and maximum over the seeds."""

    x: Floats
    mean: Floats
    low: Floats
    high: Floats


class Curve:
    """Loss and accuracy of one run's batches, in buckets of equal length over the planned course,
    and its validation scores."""

    def __init__(self, steps: int) -> None:
        self.steps = max(steps, 1)
        n = min(self.steps, BUCKETS)
        self._total = np.zeros((2, n))
        self._count = np.zeros((2, n), np.int64)
        self.scores: list[Score] = []

    def add(self, segment: Segment) -> None:
        """Add the figures of further steps."""
        if not segment.loss.size:
            return
        n = self._total.shape[1]
        at = (segment.first + np.arange(segment.loss.size)) * n // self.steps
        for figure, values in enumerate((segment.loss, segment.accuracy)):
            known = np.abs(values) < LIMIT
            self._count[figure] += np.bincount(at[known], minlength=n)
            self._total[figure] += np.bincount(at[known], values[known], n)

    def x(self) -> Floats:
        """The step in the middle of each bucket."""
        n = self._total.shape[1]
        return (np.arange(n) + 0.5) * self.steps / n - 0.5

    def smoothed(self, figure: int) -> Floats:
        """LOSS or ACCURACY, (buckets,); NaN in empty buckets."""
        total, count = self._total[figure], self._count[figure]
        values = smooth(total, count, int(SMOOTHING * total.size))
        values[count == 0] = math.nan
        return values


class Run:
    """The data of one run: a curve for every seed started, the first and the newest frame."""

    def __init__(self, variant: Variant) -> None:
        self.label, self.spec = variant.label, variant.spec
        self.curves: list[Curve] = []
        self.before: Frame | None = None
        self.now: Frame | None = None
        self.iteration = self.steps = 0
        self.steps_per_epoch = 1
        self.ended = False

    def take(self, run_update: RunUpdate, turn: int) -> None:
        while len(self.curves) <= turn:
            self.curves.append(Curve(run_update.steps))
        self.curves[turn].add(run_update.segment)
        self.curves[turn].scores += run_update.validation
        self.iteration, self.steps = run_update.iteration, run_update.steps
        self.steps_per_epoch, self.ended = run_update.steps_per_epoch, run_update.ended
        if run_update.frame is not None and turn == 0:
            self.before, self.now = self.before or run_update.frame, run_update.frame

    def band(self, figure: int, epochs: bool = False) -> Band:
        """LOSS or ACCURACY of the batches, smoothed, over steps or epochs."""
        if not self.curves:
            return _no_band()
        x = self.curves[0].x() / (self.steps_per_epoch if epochs else 1)
        return _band(x, [curve.smoothed(figure) for curve in self.curves])

    def validation(self, figure: int, epochs: bool = False) -> Band:
        """The same of the validation scores; empty where there are none."""
        longest = max((curve.scores for curve in self.curves), key=len, default=[])
        if not longest:
            return _no_band()
        x = np.array([score.iteration for score in longest], float)
        rows = np.full((len(self.curves), len(longest)), math.nan)
        for row, curve in zip(rows, self.curves, strict=True):
            values = [(score.loss, score.accuracy)[figure] for score in curve.scores]
            row[: len(values)] = values
        return _band(x / (self.steps_per_epoch if epochs else 1), list(rows))


class Comparison:
    """All runs of an experiment on one of its data sets, over some seeds."""

    def __init__(self, experiment: Experiment, data: str, seeds: Sequence[int]) -> None:
        self.experiment, self.data, self.seeds = experiment, data, tuple(seeds)
        self.plan = experiment.plans[data]
        self.runs = {variant.label: Run(variant) for variant in self.plan.variants}
        self.turn = -1

    def take(self, update: ComparisonUpdate) -> None:
        """Add what is new."""
        self.turn = update.turn
        for run_update in update.runs:
            self.runs[run_update.label].take(run_update, update.turn)

    @property
    def begun(self) -> bool:
        return self.turn >= 0

    @property
    def in_epochs(self) -> bool:
        """Whether the axis is in epochs: the runs' epochs have different numbers of steps."""
        steps = {run.steps_per_epoch for run in self.runs.values()}
        return self.plan.steps is None and len(steps) > 1

    @property
    def length(self) -> float:
        """The length of the longest run, in steps or epochs."""
        unit = self.in_epochs
        lengths = [r.steps / (r.steps_per_epoch if unit else 1) for r in self.runs.values()]
        return max(lengths, default=0.0)


def _no_band() -> Band:
    return Band(*(np.empty(0),) * 4)


def _band(x: Floats, rows: list[Floats]) -> Band:
    values = np.array(rows)
    known = np.abs(values) < LIMIT
    count = known.sum(axis=0)
    mean = np.full(x.shape, math.nan)
    np.divide(np.where(known, values, 0.0).sum(axis=0), count, out=mean, where=count > 0)
    low = np.where(known, values, math.inf).min(axis=0)
    high = np.where(known, values, -math.inf).max(axis=0)
    low[count == 0] = high[count == 0] = math.nan
    return Band(x, mean, low, high)
