"""Train, validation and test sets, and their scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
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


# A column whose deviation is within this many rounding errors of its mean is constant.
ROUNDINGS = 8


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

    Classes keep their shares in each part as nearly as whole samples allow (stratified split), and
    a class with at least as many samples as there are parts is in all of them. A test set of the
    data's own is kept as it is, and `test` then means nothing. At least one sample is left to
    train on.
    """
    n = len(samples)
    order = rng.permutation(n)
    tested = 0 if samples.test else max(0, min(n - 1, round(n * test)))
    held_out = max(0, min(n - 1, tested + round((n - tested) * validation)))
    if samples.task != "regression":
        order = _stratified(classes_of(samples)[order], order, (tested, held_out - tested))
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

    The scale is that of the training part: for pictures over all pixels together, so that a border
    pixel which is nearly always 0 is not amplified, for tables feature by feature.
    """
    first = parts.train
    dtype = first.inputs.dtype
    mean, std = np.zeros(first.features, dtype), np.ones(first.features, dtype)
    axis = None if first.image_shape else 0
    if scaling == "standardize":
        # Sums over many float32 numbers are kept in float64.
        mean[:] = first.inputs.mean(axis=axis, dtype=np.float64)
        mean[:], std[:] = deviations(first.inputs, mean, axis)
    elif scaling == "normalize":
        mean[:] = first.inputs.min(axis=axis)
        std[:] = first.inputs.max(axis=axis) - mean
        std[std <= ROUNDINGS * np.finfo(dtype).eps * np.abs(mean)] = 1
    if scaling != "none":
        for part in parts:
            np.subtract(part.inputs, mean, out=part.inputs)
            np.divide(part.inputs, std, out=part.inputs)
    return Split(*parts, mean, std)


def classes_of(samples: Samples) -> NDArray[np.intp]:
    """The class of every sample, from its target."""
    if samples.task == "binary":
        return (samples.targets[:, 0] > 0.5).astype(np.intp)
    return samples.targets.argmax(axis=1)


def classes_too_small(parts: Parts | Split) -> tuple[str, ...]:
    """Names of the classes that have samples, but none in the training part, or none in a
    validation or test part that has samples of other classes."""
    if parts.train.task == "regression":
        return ()
    present = [set(classes_of(p).tolist()) for p in (parts.train, parts.validation, parts.test)]
    filled_parts = [part for part in present if part]
    lacking = set().union(*present) - set.intersection(*filled_parts)
    names = parts.train.class_names
    return tuple(
        names[i] if i < len(names) else Message("class {number}", number=i + 1)
        for i in sorted(lacking)
    )


def _stratified(
    labels: NDArray[np.intp], order: NDArray[np.intp], sizes: tuple[int, ...]
) -> NDArray[np.intp]:
    """Rearrange `order`, whose samples have `labels`, so that the first sizes[0] samples, the next
    sizes[1] and the rest each have the classes in the same shares.

    The samples of each class are spread evenly over the whole. So any beginning has the same
    shares, and holding out more takes samples from the training part without moving the others.
    """
    counts = np.bincount(labels)
    by_class = np.argsort(labels, kind="stable")
    rank = np.empty(len(labels))
    rank[by_class] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    spread = np.argsort((rank + 0.5) / counts[labels], kind="stable")
    parts = np.split(spread, np.cumsum(sizes))
    filled = [part for part in parts if len(part)]
    for label in np.flatnonzero(counts >= len(filled)):
        for part in filled:
            _give(int(label), part, filled, labels)
    return order[np.concatenate(parts)]


def _give(
    label: int, part: NDArray[np.intp], parts: list[NDArray[np.intp]], labels: NDArray[np.intp]
) -> None:
    """Give a part without samples of a class one, in exchange for one of its most frequent class,
    where another part has two."""
    if (labels[part] == label).any():
        return
    donor = max(parts, key=lambda other: np.count_nonzero(labels[other] == label))
    frequent = np.bincount(labels[part])
    if np.count_nonzero(labels[donor] == label) < 2 or frequent.max() < 2:
        return
    here = np.flatnonzero(labels[part] == frequent.argmax())[-1]
    there = np.flatnonzero(labels[donor] == label)[-1]
    part[here], donor[there] = donor[there], part[here]


def _copy(samples: Samples, rows: NDArray[np.intp]) -> Samples:
    return replace(samples, inputs=samples.inputs[rows], targets=samples.targets[rows], test=None)


def deviations(values: Floats, mean: Floats, axis: int | None) -> tuple[Floats, Floats]:
    """Mean and standard deviation of `values` (samples, columns) over `axis`, or over all of them.

    A constant column (values differ by rounding errors at most) gets its first value as mean and 1
    as deviation: dividing by rounding errors would turn it into noise.
    """
    std = np.asarray(_deviation(values, mean, axis))
    rounding = ROUNDINGS * np.finfo(values.dtype).eps * np.abs(np.asarray(mean, np.float64))
    same = std <= (rounding if axis == 0 else rounding.max(initial=0))
    if not len(values) or not same.any():
        return mean, np.broadcast_to(std, mean.shape)
    first = values[0] if axis == 0 else np.broadcast_to(values.flat[0], mean.shape)
    return np.where(same, first, mean), np.broadcast_to(np.where(same, 1.0, std), mean.shape)


def _deviation(inputs: Floats, mean: Floats, axis: int | None) -> np.float64 | Floats:
    """Standard deviation over `axis`, or over all numbers, without a copy of large inputs."""
    blocks = (inputs[i : i + BLOCK] for i in range(0, len(inputs), BLOCK))
    squares = sum(np.square(block - mean).sum(axis=axis, dtype=np.float64) for block in blocks)
    return np.sqrt(squares / (inputs.size if axis is None else len(inputs)))
