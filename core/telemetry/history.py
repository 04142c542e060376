"""The recorded run, for views and timeline.

Memory is bounded: steps are collected in buckets and frames are thinned, always with the first and
the newest.
"""

from __future__ import annotations

import bisect
import copy
import math
from dataclasses import dataclass, replace

import numpy as np

from core.catalogue.activations import Sigmoid
from core.catalogue.blocks import Dense
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.telemetry.frame import MEASURES, Frame, measured_bytes
from core.telemetry.pictures import Baseline
from core.telemetry.series import Buckets, Floats, Rows
from core.training.results import Score, Segment

LOSS, ACCURACY, LEARNING_RATE = 0, 1, 2
CURVES = ("loss", "accuracy", "learning_rate")
# The columns of `History.scores`.
SCORES = ("loss", "accuracy", "r2", "rmse")
SHARES = ("saturated", "dead", "same_sign")
LAYER_FIGURES = ("gradient", "weight", "update_ratio", *SHARES)

# Memory for the frames of a run: 600 of a usual network, fewer of a deep one.
MOST_FRAME_BYTES = 16 * 2**20
FEWEST_FRAMES = 60

# A run becomes the ghost if it lasted about a second, or has at least this share of the steps of
# the ghost before.
WATCHED_FRAMES, ENOUGH = 60, 0.1

_NOTHING = np.empty(0)


@dataclass(frozen=True)
class Mark:
    """Settings that changed in the middle of a run."""

    iteration: int
    text: str


@dataclass(frozen=True, eq=False)
class Pin:
    """A pinned run; `slot` is the number of its colour, from 0, `spec` its settings."""

    name: str
    slot: int
    spec: ExperimentSpec
    history: History


class History:
    """The record of one run.

    `steps` holds the per-step curves (`CURVES`), `scores` the rows of validation (`SCORES`),
    `layer_rows` one row (figures, layers) per frame in the order of `LAYER_FIGURES`. `ghost` is an
    earlier run to draw behind this one, `pinned` are others that the user wants to compare with.
    `slope_bound` is the largest slope of the hidden activation if it bounds the gradient (sigmoid:
    1/4), else None.
    """

    def __init__(self, buckets: int = 4096, rows: int = 2048, frames: int = 600) -> None:
        self.steps = Buckets(CURVES, buckets)
        self.scores = Rows(buckets)
        self.layer_rows = Rows(rows)
        self.max_frames = frames // 2 * 2
        self.max_marks = 200
        self.ghost: History | None = None
        self.pinned: tuple[Pin, ...] = ()
        self.clear()

    def clear(self) -> None:
        """Discard the run, but not the ghost or the pinned runs."""
        self.steps.clear()
        self.scores.clear()
        self.layer_rows.clear()
        self.frames: list[Frame] = []
        self.marks: list[Mark] = []
        self.layers: tuple[str, ...] = ()
        self.slope_bound: float | None = None
        self.best: Score | None = None
        self.classifies = False
        self._stride = 1
        self._slots = 0
        self._seen = 0

    def __bool__(self) -> bool:
        return bool(self.frames)

    @property
    def baseline(self) -> Baseline | None:
        """The score of the best constant prediction; None if unknown."""
        data = self.frames[-1].data if self.frames else None
        return data.baseline if data else None

    @property
    def iteration(self) -> int:
        """Iteration of the newest frame, 0 before any."""
        return self.frames[-1].iteration if self.frames else 0

    @property
    def newest_loss(self) -> float:
        """Training loss of the newest step, or its bucket's mean where steps are no longer kept one
        by one; NaN before any."""
        if not self.steps.used:
            return math.nan
        _, steps = self.steps.tail()
        losses = steps[LOSS] if steps.size else self.steps.mean(LOSS, self.steps.used - 1)
        return float(losses[-1])

    @property
    def newest_score(self) -> Score | None:
        """The newest validation score; None before any."""
        return self._score_of(len(self.scores) - 1) if len(self.scores) else None

    def append(self, frame: Frame) -> None:
        """Record a frame with its segment of steps. Raises ValueError if iterations go back."""
        segment = frame.segment
        if segment.loss.size:
            values = np.array((segment.loss, segment.accuracy, segment.learning_rate))
            self.steps.append(segment.first, values)
        for score in frame.validation:
            self._score(score)
        if frame.data:
            self.classifies = frame.data.classifies
        self.layers = frame.layers
        self.layer_rows.append(frame.iteration, _figures(frame))
        self._keep(frame)

    def mark(self, iteration: int, text: str) -> None:
        """Record a change of settings; several changes at one iteration share a mark."""
        if self.marks and self.marks[-1].iteration == iteration:
            known = self.marks[-1].text
            self.marks[-1] = Mark(iteration, known if text in known else f"{known}, {text}")
        else:
            self.marks.append(Mark(iteration, text))
        del self.marks[: -self.max_marks]

    def figure(self, name: str) -> Floats:
        """One of `LAYER_FIGURES` at every row of `layer_rows`: shape (rows, layers)."""
        values = self.layer_rows.values
        if not values.size:
            return np.empty((0, len(self.layers)))
        return values[:, LAYER_FIGURES.index(name)]

    def recorded_steps(self) -> list[int]:
        """The iterations of the frames that are kept, ascending."""
        return [frame.iteration for frame in self.frames]

    def nearest(self, iteration: float, measure: str = "") -> Frame:
        """The kept frame nearest to an iteration, of those with that measure where one is named.

        Raises LookupError if there is none.
        """
        frames = [f for f in self.frames if not measure or getattr(f, measure) is not None]
        if not frames:
            raise LookupError(f"no frame with {measure or 'anything'} is recorded")
        i = bisect.bisect_left(frames, iteration, key=_moment)
        if i == len(frames) or (
            i and iteration - frames[i - 1].iteration <= frames[i].iteration - iteration
        ):
            i -= 1
        return frames[i]

    def rewind(self, iteration: int) -> None:
        """Discard everything after `iteration`, so that a run can continue from there."""
        self.steps.rewind(iteration)
        self.scores.rewind(iteration + 1)
        self.layer_rows.rewind(iteration + 1)
        del self.frames[bisect.bisect_right(self.frames, iteration, key=_moment) :]
        self._slots = min(self._slots, len(self.frames))
        self._seen = self._slots * self._stride
        self.marks = [mark for mark in self.marks if mark.iteration <= iteration]
        if self.best and self.best.iteration > iteration:
            self.best = self._best_score()

    def fork(self, iteration: int) -> History:
        """A copy of the history up to `iteration`."""
        branch = copy.copy(self)
        branch.steps, branch.scores = copy.deepcopy(self.steps), copy.deepcopy(self.scores)
        branch.layer_rows = copy.deepcopy(self.layer_rows)
        branch.frames, branch.marks = list(self.frames), list(self.marks)
        branch.rewind(iteration)
        return branch

    def keep_curves(self) -> None:
        """Discard all frames but the first and the newest, which suffice for a run to compare
        with."""
        del self.frames[1:-1]

    def _best_score(self) -> Score | None:
        """The best of the recorded validation scores."""
        loss = self.scores.values[:, 0] if len(self.scores) else np.empty(0)
        if not np.isfinite(loss).any():
            return None
        return self._score_of(int(np.nanargmin(np.where(np.isfinite(loss), loss, np.nan))))

    def _score_of(self, row: int) -> Score:
        loss, accuracy, *fit = self.scores.values[row].tolist()
        r2, rmse = (None if np.isnan(figure) else figure for figure in fit)
        return Score(int(self.scores.x[row]), loss, accuracy, r2, rmse)

    def _score(self, score: Score) -> None:
        row = (score.loss, score.accuracy, score.r2, score.rmse)
        self.scores.append(score.iteration, np.array(row, np.float64))
        self.classifies = self.classifies or bool(np.isfinite(score.accuracy))
        if np.isfinite(score.loss) and (self.best is None or score.loss < self.best.loss):
            self.best = score

    def _keep(self, frame: Frame) -> None:
        """Keep the most complete frame of every `stride`, the first, and the newest; its steps and
        all scores but the last are kept elsewhere."""
        nothing = Segment(frame.iteration, *(_NOTHING,) * 3)
        frame = replace(frame, segment=nothing, validation=frame.validation[-1:])
        if self.frames and self.frames[-1].iteration == frame.iteration:
            self.frames[-1] = frame
            return
        slot = self._seen // self._stride
        self._seen += 1
        passing = self.frames[self._slots :]
        del self.frames[self._slots :]
        if passing and self._slots > 1:
            self.frames[-1] = _fuller(self.frames[-1], passing[0])
        if slot == self._slots:
            if self._is_full():
                self._thin()
            self._slots += 1
        self.frames.append(frame)

    def _is_full(self) -> bool:
        """Whether frames must be thinned before another is kept, judged by the size of the last
        one. Only an even number of frames can be thinned."""
        if self._slots == self.max_frames:
            return True
        if self._slots % 2 or self._slots < FEWEST_FRAMES:
            return False
        return self._slots * measured_bytes(self.frames[-1]) > MOST_FRAME_BYTES

    def _thin(self) -> None:
        pairs = zip(self.frames[2::2], self.frames[3::2], strict=True)
        self.frames[1:] = [_fuller(*pair) for pair in pairs]
        self._slots = len(self.frames)
        self._stride *= 2


def _moment(frame: Frame) -> int:
    return frame.iteration


def _fuller(first: Frame, second: Frame) -> Frame:
    """The frame with more measures; the first if equal."""
    return second if _measures(second) > _measures(first) else first


def _measures(frame: Frame) -> int:
    return sum(getattr(frame, name) is not None for name in MEASURES)


def _figures(frame: Frame) -> Floats:
    """The figures of `LAYER_FIGURES`, shape (figures, layers); NaN where not measured."""
    shares = frame.shares
    unknown = np.full(len(frame.layers), np.nan)
    return np.array(
        (
            frame.gradient,
            frame.weight,
            frame.update_ratio,
            *(getattr(shares, name) if shares else unknown for name in SHARES),
        ),
        dtype=np.float64,
    )


def ghost_after(past: History) -> History | None:
    """The run to draw behind the next one: the last that is long enough."""
    earlier = past.ghost
    if past.iteration == 0:
        return earlier
    watched = len(past.frames) >= WATCHED_FRAMES
    if earlier is None or watched or past.iteration >= ENOUGH * earlier.iteration:
        return past
    return earlier


def slope_bound(network: NetworkSpec) -> float | None:
    """The largest factor by which a hidden layer can scale a gradient, if the activation bounds
    it."""
    plain = network.normalization == "none" and all(
        isinstance(block, Dense)
        and isinstance(block.activation or network.activation, Sigmoid)
        and block.normalization in (None, "none")
        for block in network.hidden
    )
    return 0.25 if network.hidden and plain else None


# Shown without a run. Shared, because a history allocates memory: never append to it.
EMPTY = History()
