"""The figures of one update: gradient, size and objective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class StepFigures:
    """Figures of update number `iteration`; those per layer have shape (layers,).

    `gradient` is the mean |dE/dW| of the batch's data loss, before penalty and clipping.
    `update_ratio` is ‖ΔW‖/‖W‖, W after the update and ΔW with penalty, clipping and weight decay.
    `still` is the share of the units that did not move, `same_sign` that of the others whose
    weights all moved one way. `batch_loss` and `penalty` are the two parts of what was minimised.
    """

    iteration: int
    gradient: NDArray[np.float64]
    update_ratio: NDArray[np.float64]
    same_sign: NDArray[np.float64]
    still: NDArray[np.float64]
    batch_loss: float
    penalty: float


def unknown(iteration: int, layers: int) -> StepFigures:
    """The figures of an unknown update."""
    nothing = np.full(layers, np.nan)
    return StepFigures(iteration, nothing, nothing, nothing, nothing, np.nan, np.nan)
