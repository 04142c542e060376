"""What the trainer reports: figures of every step, scores over a set, where a run diverged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Segment:
    """Per-step training figures since the last frame, each of shape (steps,).

    `first` is the iteration of the first entry: the loss entry i belongs to the batch of update
    number first + i, measured before that update. Accuracy is NaN for regression.
    """

    first: int
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    learning_rate: NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Loss and accuracy (NaN for regression) over a whole set, with the weights of `iteration`."""

    iteration: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Divergence:
    """Where the first number that is not finite, or beyond all measure, appeared."""

    iteration: int
    layer: str
    quantity: str

    def __str__(self) -> str:
        return f"diverged at step {self.iteration}: {self.quantity} in {self.layer}"
