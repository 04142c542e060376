"""What the trainer reports: figures of every step, scores over a set, where a run diverged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.translation import Message
from core.network.layer_names import layer_message


@dataclass(frozen=True)
class Segment:
    """Per-step training figures since the last frame, each of shape (steps,).

    `first` is the iteration of the first entry: the loss entry i belongs to the batch of update
    number first + i, measured before that update: the mean data loss of the batch in the units of
    the data, without penalty and class weights. Accuracy is NaN for regression.
    """

    first: int
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    learning_rate: NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """The score of a whole set with the weights of `iteration`, in evaluation mode.

    `loss` is the mean data loss in the units of the data, without penalty and class weights.
    `accuracy` is NaN for regression; `r2` (the mean over outputs, as scikit-learn's) and `rmse` (in
    the units of the data, over all outputs) are None for classes. The errors are standard errors of
    loss and accuracy; None if the set is too small.
    """

    iteration: int
    loss: float
    accuracy: float
    r2: float | None = None
    rmse: float | None = None
    loss_error: float | None = None
    accuracy_error: float | None = None


def scored(
    iteration: int,
    loss: NDArray[np.float64],
    correct: NDArray[np.float64],
    outputs: Array | None = None,
    targets: Array | None = None,
) -> Score:
    """The score of samples with `loss` and `correct` (samples,); for regression also of `outputs`
    and `targets` (outputs, samples)."""
    with np.errstate(all="ignore"):
        r2 = rmse = None
        if outputs is not None and targets is not None:
            r2, rmse = _fit(outputs.astype(np.float64), targets)
        mean_loss, accuracy = float(loss.mean()), float(correct.mean())
        errors = _standard_error(loss), _standard_error(correct)
        return Score(iteration, mean_loss, accuracy, r2, rmse, *errors)


def _fit(outputs: NDArray[np.float64], targets: Array) -> tuple[float | None, float]:
    """R² (None if no output has varying targets) and RMSE."""
    squares = np.square(outputs - targets)
    mean = targets.mean(axis=1, keepdims=True, dtype=np.float64)
    around_mean = np.square(targets - mean).sum(axis=1)
    varies = around_mean > 0
    explained = 1 - squares.sum(axis=1)[varies] / around_mean[varies]
    return float(explained.mean()) if varies.any() else None, float(np.sqrt(squares.mean()))


def _standard_error(figures: NDArray[np.float64]) -> float | None:
    if len(figures) < 2:
        return None
    error = float(figures.std(ddof=1) / np.sqrt(len(figures)))
    return error if math.isfinite(error) else None


@dataclass(frozen=True)
class Divergence:
    """The place of the first number that is not finite, or far too large; `iteration` is −1 where
    the initial weights are not finite."""

    iteration: int
    layer: str
    quantity: str

    def __str__(self) -> str:
        return Message(
            "diverged {when}: {quantity} in {layer}",
            when=self.when,
            quantity=self.quantity,
            layer=layer_message(self.layer),
        )

    @property
    def when(self) -> str:
        if self.iteration < 0:
            return Message("before the first step")
        return Message("at step {step:,}", step=self.iteration)
