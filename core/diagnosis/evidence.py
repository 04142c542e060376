"""The evidence of a diagnosis: spec, frame, history, and figures derived from them.

Figures use neither what is later than the frame nor what is before the last change of settings.
They are taken over recent steps, not from one batch, and computed lazily.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.catalogue.losses import AutoLoss, CrossEntropy
from core.diagnosis.hidden import Hidden, hidden_layers
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.history import LAYER_FIGURES, LEARNING_RATE, LOSS, History
from core.telemetry.series import Floats

T = TypeVar("T")

# "Recent" is this last share of the run.
RECENT = 0.2
# Number of rows for a median, if that many are available.
FEWEST, ROWS = 8, 64
# A mean loss is taken over an epoch, or over this many samples if that is less.
SAMPLES = 512
# Losses are compared over this many such intervals, of which the last few are "now".
STRETCHES, NOW = 24, 4


class RunEvidence:
    """The input of rules. `known` has the keys of the last findings. `lasting` caches what depends
    only on the spec and the start of the run, for later evidence of the same run and spec.
    """

    def __init__(
        self,
        spec: ExperimentSpec,
        frame: Frame,
        history: History,
        known: frozenset[str] = frozenset(),
        lasting: dict[Any, Any] | None = None,
    ) -> None:
        self.spec, self.frame, self.history, self.known = spec, frame, history, known
        self._lasting: dict[Any, Any] = {} if lasting is None else lasting

    def lasting(self, work: Callable[[RunEvidence], T]) -> T:
        """The cached result of work(run), which may depend only on the spec, the layers and the
        first frame."""
        origin, value = self._lasting.get(work, (self, None))
        if origin is not self.origin:
            value = work(self)
            self._lasting[work] = self.origin, value
        return value

    def threshold(self, key: str, on: float, off: float) -> float:
        """The threshold with hysteresis: `off` while the finding lasts, so that it does not
        flicker."""
        return off if key in self.known else on

    # The network

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """The measured hidden layers; empty if the spec describes another network."""
        return self.lasting(_hidden)

    @cached_property
    def plain(self) -> bool:
        """Whether the network is a plain stack of hidden layers without normalisation."""
        return bool(self.hidden) and all(
            layer.block.key == "dense" and not layer.normalized for layer in self.hidden
        )

    def newest(self, measure: str) -> Frame | None:
        """The frame itself, or the newest before it, that contains the measure."""
        if getattr(self.frame, measure) is not None:
            return self.frame
        for frame in reversed(self.history.frames):
            if frame.iteration <= self.frame.iteration and getattr(frame, measure) is not None:
                return frame
        return None

    @cached_property
    def origin(self) -> Frame | None:
        """The frame before the first update."""
        frames = self.history.frames
        first = frames[0] if frames else self.frame
        return first if first.iteration == 0 else None

    # Figures per layer

    @cached_property
    def since(self) -> int:
        """The iteration of the last change of settings in flight; 0 if none."""
        past = (m.iteration for m in self.history.marks if m.iteration <= self.frame.iteration)
        return max(past, default=0)

    @cached_property
    def _rows(self) -> Floats:
        """Recent rows of figures per layer, shape (rows, figures, layers)."""
        rows, at = self.history.layer_rows, self.frame.iteration
        stop = int(np.searchsorted(rows.x, at, side="right"))
        if stop == 0 or rows.values.shape[2] != len(self.frame.layers):
            frame = self.frame
            return np.array([[frame.gradient, frame.weight, frame.update_ratio]])
        start = int(np.searchsorted(rows.x, (1 - RECENT) * at))
        start = max(0, min(start, stop - FEWEST))
        start = max(start, min(int(np.searchsorted(rows.x, self.since)), stop - 1))
        return rows.values[start:stop][:: 1 + (stop - start) // ROWS]

    def recent(self, name: str) -> Floats:
        """Recent rows of "gradient", "weight" or "update_ratio", shape (rows, layers)."""
        return self._rows[:, LAYER_FIGURES.index(name)]

    @cached_property
    def _typical(self) -> Floats:
        """Medians of all layers for each of `LAYER_FIGURES`, then of `first_to_last`, in one call:
        sorting many columns costs hardly more than sorting one.
        """
        rows = self._rows
        gradient = self.recent("gradient")
        columns = rows.reshape(len(rows), -1)
        return typical(np.column_stack((columns, gradient[:, 0] / gradient[:, -1])))

    def _typical_of(self, name: str) -> Floats:
        layers = self._rows.shape[2]
        start = LAYER_FIGURES.index(name) * layers
        return self._typical[start : start + layers]

    @cached_property
    def gradient(self) -> Floats:
        """Median of mean |g| of each layer, shape (layers,)."""
        return self._typical_of("gradient")

    @cached_property
    def latest_gradient(self) -> Floats:
        """Mean |g| of each layer in the last few frames, shape (layers,)."""
        return typical(self.recent("gradient")[-3:])

    @property
    def is_brief(self) -> bool:
        """Whether the gradients of a few batches only are known: their ratios vary much."""
        return len(self._rows) < FEWEST

    @cached_property
    def first_to_last(self) -> float:
        """Mean |g| of the first layer over that of the last; NaN where both are 0."""
        return float(self._typical[-1])

    @cached_property
    def update_ratio(self) -> Floats:
        """Median of ‖ΔW‖/‖W‖ of each layer, shape (layers,); NaN where all weights are 0."""
        return self._typical_of("update_ratio")

    # The loss

    @cached_property
    def all_levels(self) -> Floats:
        """Mean training loss of each interval of the run, oldest first. An interval is long enough
        for comparable means: an epoch, or many samples.
        """
        return self._levels(0)

    @cached_property
    def levels(self) -> Floats:
        """`all_levels` since the settings were last changed."""
        return self._levels(self.since) if self.since else self.all_levels

    def _levels(self, since: int) -> Floats:
        steps, frame = self.history.steps, self.frame
        start = -(-since // steps.width)
        stop = min(steps.used, -(-frame.iteration // steps.width))
        per_epoch = frame.iteration / frame.epoch if frame.epoch > 0 else 1
        length = min(per_epoch, SAMPLES / self.spec.training.batching.rows(SAMPLES))
        buckets = max(1, round(length / steps.width))
        count = max(0, stop - start) // buckets
        start = stop - count * buckets
        total = steps.total[LOSS, start:stop].reshape(count, buckets).sum(axis=1)
        known = steps.count[LOSS, start:stop].reshape(count, buckets).sum(axis=1)
        return total[known > 0] / known[known > 0]

    @cached_property
    def loss(self) -> float:
        """The present training loss; NaN with too few steps."""
        return float(self.levels[-NOW:].mean()) if len(self.levels) >= NOW else math.nan

    @cached_property
    def untrained(self) -> float:
        """The loss before the first update: of the validation samples or of the first batch,
        whichever is larger. NaN if neither is known."""
        scores, steps, known = self.history.scores, self.history.steps, []
        if len(scores) and scores.x[0] == 0:
            known.append(float(scores.values[0, 0]))
        if steps.first is not None and not math.isnan(steps.first[LOSS]):
            known.append(float(steps.first[LOSS]))
        return max(known, default=math.nan)

    @cached_property
    def start(self) -> float:
        """The baseline: the loss of the untrained network, or of guessing if that is smaller. NaN
        if neither is known."""
        return _smallest(self.untrained, self._guessing)

    @cached_property
    def _guessing(self) -> float:
        """The cross-entropy of guessing classes; NaN for other losses."""
        fits = isinstance(self.spec.training.loss, AutoLoss | CrossEntropy)
        if not self.history.classifies or not fits:
            return math.nan
        frame = self.newest("weights")
        if frame is None or frame.weights is None or not self.hidden:
            return math.nan
        block = self.hidden[-1].block
        width = block.units * (1 + (getattr(block, "merge", "") == "concatenate"))
        outputs = int(weights_counted(frame)[-1]) // width
        return math.log(max(2, outputs))

    @cached_property
    def best_loss(self) -> float:
        """The minimum of `loss` since the last change."""
        return _least(self.levels) if self.since else self._least_ever

    @cached_property
    def _least_ever(self) -> float:
        return _least(self.all_levels)

    @cached_property
    def loss_roughness(self) -> float:
        """Mean increase of the recent loss per interval, without the two largest, which may be
        outliers; 0 if it only decreases."""
        up = np.sort(np.maximum(np.diff(self.levels[-STRETCHES:]), 0))[:-2]
        return float(up.mean()) if len(up) > NOW else 0.0

    @cached_property
    def rate(self) -> float:
        """The present learning rate, including the schedule."""
        steps, set_rate = self.history.steps, self.spec.training.optimizer.learning_rate
        rates = steps.mean(LEARNING_RATE, max(0, steps.used - 1))
        return float(rates[-1]) if len(rates) else set_rate

    def has_sunk(self, share: float) -> bool:
        """Whether the loss has ever been below this share of the baseline."""
        return self._least_ever < share * self.start

    @cached_property
    def has_learned(self) -> bool:
        """Whether the loss is so low that the run has no problem."""
        now = self.all_levels[-NOW:]
        return len(now) == NOW and float(now.mean()) < 0.25 * self.start


def weights_counted(frame: Frame) -> NDArray[np.int64]:
    """The number of weights of each layer, shape (layers,)."""
    w = frame.weights
    assert w is not None
    return w.counts.sum(axis=1) + w.under + w.over + w.missing


def _least(levels: Floats) -> float:
    """The smallest mean of NOW levels; infinite if there are fewer."""
    whole = levels[len(levels) % NOW :]
    return float(whole.reshape(-1, NOW).mean(axis=1).min(initial=math.inf))


def typical(rows: Floats) -> Floats:
    """The (lower) median of each column, ignoring NaN; NaN for empty columns. np.nanmedian is ten
    times slower.
    """
    ordered = np.sort(rows, axis=0)
    known = rows.shape[0] - np.isnan(rows).sum(axis=0)
    return ordered[np.maximum(known - 1, 0) // 2, np.arange(rows.shape[1])]


def _hidden(run: RunEvidence) -> tuple[Hidden, ...]:
    return hidden_layers(run.spec, run.frame.layers)


def _smallest(*values: float) -> float:
    return min((value for value in values if math.isfinite(value)), default=math.nan)
