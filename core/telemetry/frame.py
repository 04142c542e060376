"""Immutable frames with the measurements of a run, made by the training thread. A frame is
self-contained: no reader needs the trainer. Everything per layer is an array with one row per
measured layer, first hidden layer first, output layer last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.telemetry.pictures import (
    Confusion,
    DataPicture,
    FirstWeights,
    Fit,
    NetworkPicture,
    Surface,
)
from core.training.questions import Answer, Questionnaire
from core.training.results import Divergence, Score, Segment

BINS = 48
# What an array takes beside its values.
ARRAY_BYTES = 128

Status = Literal["running", "paused", "finished", "diverged"]


@dataclass(frozen=True)
class Histograms:
    """Counts of all layers over fixed edges: layer i has BINS equal bins from low[i] to high[i].

    `under` and `over` count values beyond the edges, `missing` counts NaN. Shapes: counts (layers,
    BINS), all others (layers,).
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]
    under: NDArray[np.int64]
    over: NDArray[np.int64]
    missing: NDArray[np.int64]


# Optional measures of a frame; the fields of those not taken are None.
MEASURES = (
    "activations",
    "preactivations",
    "weights",
    "shares",
    "surface",
    "fit",
    "network",
    "pictures",
    "confusion",
)


@dataclass(frozen=True)
class Shares:
    """Shares of units or values per layer, each (layers,) in 0…1.

    `saturated`: of all activations, those whose |f'(z)| is below the activation's threshold.
    `dead`: of all units, those that are 0 for every probe sample. `still`: of all units, those
    whose incoming weights the last update did not move at all; `same_sign`: of the others, those
    whose incoming weights it moved in one direction only, NaN where there are no others. Both are
    NaN if no update is known.
    `duplicate_units`: of all units, those that have the weights of another unit of their layer;
    None where not measured.
    """

    saturated: NDArray[np.float64]
    dead: NDArray[np.float64]
    same_sign: NDArray[np.float64]
    duplicate_units: NDArray[np.float64] | None = None
    still: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Frame:
    """A run after `iteration` updates.

    `gradient` and `weight` are the means of |dE/dW| and |W|, `update_ratio` is ‖ΔW‖/‖W‖ of the last
    update; biases are left out. `gradient`, `update_ratio`, `batch_loss`, `penalty` and the shares
    about updates belong to update number `iteration`; before the first, to the update to come; NaN
    if there was none. The gradient is that of the data loss, before penalty and clipping.
    `batch_loss` is the data loss of that update's batch as it is minimised and `penalty` the weight
    penalty beside it, both before the update (`objective` is their sum). `spread` comes with the
    shares: how far a unit's activation differs between two samples, mean over pairs of samples and
    the units of each layer. `confusion` is that of the last validation. `data` is the same object
    in all frames of a run. `slopes` (layers,) are the learned slopes of PReLU layers, mean over
    units, NaN in other layers; None where there is no such layer. `asked` says what can be asked by
    hand, the same object in all frames of a run, and `answer` is that to the question asked last,
    if any. `seconds` is how long the run has trained, pauses left out; NaN where nobody took the
    time.
    """

    run: int
    iteration: int
    epoch: float
    status: Status
    reason: str
    steps_per_second: float
    segment: Segment
    validation: tuple[Score, ...]
    layers: tuple[str, ...]
    gradient: NDArray[np.float64]
    weight: NDArray[np.float64]
    update_ratio: NDArray[np.float64]
    activations: Histograms | None = None
    preactivations: Histograms | None = None
    weights: Histograms | None = None
    shares: Shares | None = None
    spread: NDArray[np.float64] | None = None
    surface: Surface | None = None
    fit: Fit | None = None
    network: NetworkPicture | None = None
    pictures: FirstWeights | None = None
    confusion: Confusion | None = None
    slopes: NDArray[np.float64] | None = None
    data: DataPicture | None = None
    divergence: Divergence | None = None
    batch_loss: float = math.nan
    penalty: float = math.nan
    asked: Questionnaire | None = None
    answer: Answer | None = None
    seconds: float = math.nan

    @property
    def objective(self) -> float:
        """What the last update minimised: data loss plus penalty."""
        return self.batch_loss + self.penalty


def measured_bytes(frame: Frame) -> int:
    """The memory of all arrays in the `MEASURES` of a frame."""
    return sum(_array_bytes(getattr(frame, name)) for name in MEASURES)


def _array_bytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes + ARRAY_BYTES
    if is_dataclass(value):
        return sum(_array_bytes(getattr(value, field.name)) for field in fields(value))
    return sum(map(_array_bytes, value)) if isinstance(value, tuple) else 0


@dataclass(frozen=True)
class Failure:
    """An error in a run, with a message for the user. With `lost` the trainer is gone and only a
    new run can be started.
    """

    message: str
    run: int = 0
    lost: bool = False


@dataclass(frozen=True)
class ScoreOnTest:
    """The score of the test part with the weights of `iteration`; `score` is None if there are no
    test samples."""

    run: int
    iteration: int
    samples: int
    score: Score | None


@dataclass(frozen=True)
class ModelSaved:
    """The trained model of a run was saved to `path`, or not because of a `problem`."""

    run: int
    path: str
    problem: str = ""


@dataclass(frozen=True)
class Preparing:
    """Progress of loading a run: the share done, 0…1, and a description."""

    run: int
    share: float
    text: str


# What the training thread puts into its mailbox.
Item = Frame | Failure | ScoreOnTest | ModelSaved | Preparing | Answer
