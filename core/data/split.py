"""Train, validation and test sets, and their scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples

Floats = NDArray[np.floating]
Scaling = Literal["none", "standardize", "normalize"]
BLOCK = 4096


class Parts(NamedTuple):
    """The samples in three parts, each with arrays of its own."""

    train: Samples
    validation: Samples
    test: Samples

    def each(self, change: Callable[[Samples], Samples]) -> Parts:
        """The parts, all changed in the same way."""
        return Parts(*map(change, self))


@dataclass(frozen=True)
class Split:
    """The samples in three parts, scaled: `mean` (features,) was subtracted and `std` (features,)
    divided by. They are that when standardising; when normalising the least value and the range.
    """

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
    """`cut` and `scaled` in one."""
    return scaled(cut(samples, validation, rng, test), "standardize" if standardize else "none")


def cut(samples: Samples, validation: float, rng: np.random.Generator, test: float = 0.0) -> Parts:
    """Shuffle, set the share `test` apart and `validation` of the others.

    A test set of the data's own is kept as it is, and `test` then means nothing. At least one
    sample is left to train on.
    """
    n = len(samples)
    order = rng.permutation(n)
    tested = 0 if samples.test else max(0, min(n - 1, round(n * test)))
    held_out = max(0, min(n - 1, tested + round((n - tested) * validation)))
    last, rest, first = (_copy(samples, rows) for rows in np.split(order, [tested, held_out]))
    if samples.test:
        last = replace(samples.test, inputs=samples.test.inputs.copy())
    return Parts(first, rest, last)


def joined(one: Samples, other: Samples) -> Samples:
    """The samples of both, described as the first; inputs and targets must fit."""
    return replace(
        one,
        inputs=np.concatenate([one.inputs, other.inputs]),
        targets=np.concatenate([one.targets, other.targets]),
    )


def filled(parts: Parts) -> Parts:
    """Put the training part's median in the place of every missing input, in place; 0 where all of
    its values are missing."""
    if not parts.train.gaps:
        return parts
    for feature in range(parts.train.features):
        values = parts.train.inputs[:, feature]
        known = values[~np.isnan(values)]
        median = np.median(known) if len(known) else 0.0
        for part in parts:
            column = part.inputs[:, feature]
            column[np.isnan(column)] = median
    return parts.each(lambda part: replace(part, gaps=False))


def scaled(parts: Parts, scaling: Scaling) -> Split:
    """Bring the inputs to one scale, in place: to mean 0 and deviation 1 or to 0…1.

    The scale goes by the training part: of pictures by all pixels together, so that a border pixel
    which is nearly always 0 is not blown up, of tables feature by feature.
    """
    first = parts.train
    dtype = first.inputs.dtype
    mean, std = np.zeros(first.features, dtype), np.ones(first.features, dtype)
    axis = None if first.image_shape else 0
    if scaling == "standardize":
        # Sums over many float32 numbers are kept in float64.
        mean[:] = first.inputs.mean(axis=axis, dtype=np.float64)
        std[:] = _deviation(first.inputs, mean, axis)
    elif scaling == "normalize":
        mean[:] = first.inputs.min(axis=axis)
        std[:] = first.inputs.max(axis=axis) - mean
    std[std == 0] = 1
    if scaling != "none":
        for part in parts:
            np.subtract(part.inputs, mean, out=part.inputs)
            np.divide(part.inputs, std, out=part.inputs)
    return Split(*parts, mean, std)


def _copy(samples: Samples, rows: NDArray[np.intp]) -> Samples:
    return replace(samples, inputs=samples.inputs[rows], targets=samples.targets[rows], test=None)


def _deviation(inputs: Floats, mean: Floats, axis: int | None) -> np.float64 | Floats:
    """Standard deviation over `axis`, or over all numbers, without a copy of large inputs."""
    blocks = (inputs[i : i + BLOCK] for i in range(0, len(inputs), BLOCK))
    squares = sum(np.square(block - mean).sum(axis=axis, dtype=np.float64) for block in blocks)
    return np.sqrt(squares / (inputs.size if axis is None else len(inputs)))
