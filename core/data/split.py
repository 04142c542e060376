"""Train, validation and test sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples


@dataclass(frozen=True)
class Split:
    """The samples in three parts. `mean` and `std` (features,) are what standardising used."""

    train: Samples
    validation: Samples
    test: Samples
    mean: NDArray[np.floating]
    std: NDArray[np.floating]


def split(
    samples: Samples,
    validation: float,
    standardize: bool,
    rng: np.random.Generator,
    test: float = 0.0,
) -> Split:
    """Shuffle, set the share `test` apart and `validation` of the others, and standardise.

    A test set of the data's own is kept as it is, and `test` then means nothing. At least one
    sample is left to train on. Standardising goes by the training part: pictures by one mean and
    one deviation over all pixels, so that a border pixel which is nearly always 0 is not blown up,
    tables feature by feature.
    """
    n = len(samples)
    order = rng.permutation(n)
    tested = 0 if samples.test else min(n - 1, round(n * test))
    held_out = min(n - 1, tested + round((n - tested) * validation))
    last, rest, train = np.split(order, [tested, held_out])
    dtype = samples.inputs.dtype
    mean, std = np.zeros(samples.features, dtype), np.ones(samples.features, dtype)
    if standardize:
        axis = None if samples.image_shape else 0
        known = samples.inputs[train]
        # Sums over many float32 numbers are kept in float64.
        mean[:] = known.mean(axis=axis, dtype=np.float64)
        std[:] = known.std(axis=axis, dtype=np.float64)
        std[std == 0] = 1

    def standardized(inputs: NDArray[np.floating]) -> NDArray[np.floating]:
        return (inputs - mean) / std

    def part(rows: NDArray[np.intp]) -> Samples:
        inputs, targets = standardized(samples.inputs[rows]), samples.targets[rows]
        return replace(samples, inputs=inputs, targets=targets, test=None)

    own = samples.test
    tests = replace(own, inputs=standardized(own.inputs)) if own else part(last)
    return Split(part(train), part(rest), tests, mean, std)
