"""Train, validation and test sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples

Floats = NDArray[np.floating]
BLOCK = 4096


@dataclass(frozen=True)
class Split:
    """The samples in three parts. `mean` and `std` (features,) are what standardising used."""

    train: Samples
    validation: Samples
    test: Samples
    mean: Floats
    std: Floats


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
    last, rest, first = (_copy(samples, rows) for rows in np.split(order, [tested, held_out]))
    if samples.test:
        last = replace(samples.test, inputs=samples.test.inputs.copy())
    parts = Split(first, rest, last, *_neutral(samples))
    if standardize:
        axis = None if samples.image_shape else 0
        # Sums over many float32 numbers are kept in float64.
        parts.mean[:] = first.inputs.mean(axis=axis, dtype=np.float64)
        parts.std[:] = _deviation(first.inputs, parts.mean, axis)
        parts.std[parts.std == 0] = 1
        for part in (parts.train, parts.validation, parts.test):
            np.subtract(part.inputs, parts.mean, out=part.inputs)
            np.divide(part.inputs, parts.std, out=part.inputs)
    return parts


def _copy(samples: Samples, rows: NDArray[np.intp]) -> Samples:
    return replace(samples, inputs=samples.inputs[rows], targets=samples.targets[rows], test=None)


def _deviation(inputs: Floats, mean: Floats, axis: int | None) -> np.float64 | Floats:
    """Standard deviation over `axis`, or over all numbers, without a copy of large inputs."""
    blocks = (inputs[i : i + BLOCK] for i in range(0, len(inputs), BLOCK))
    squares = sum(np.square(block - mean).sum(axis=axis, dtype=np.float64) for block in blocks)
    return np.sqrt(squares / (inputs.size if axis is None else len(inputs)))


def _neutral(samples: Samples) -> tuple[Floats, Floats]:
    """Mean and deviation that change nothing."""
    dtype = samples.inputs.dtype
    return np.zeros(samples.features, dtype), np.ones(samples.features, dtype)
