"""Train and validation sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.data.dataset import Samples


@dataclass(frozen=True)
class Split:
    """The samples in two parts. `mean` and `std` (features,) are what standardising used."""

    train: Samples
    validation: Samples
    mean: np.ndarray
    std: np.ndarray


def split(
    samples: Samples, validation: float, standardize: bool, rng: np.random.Generator
) -> Split:
    """Shuffle, cut off the share `validation`, and standardise by the training part.

    Pictures are standardised by one mean and one deviation over all pixels, so that a border pixel
    which is nearly always 0 is not blown up; tables feature by feature.
    """
    n = len(samples)
    order = rng.permutation(n)
    held_out = min(n - 1, round(n * validation))
    train, rest = order[held_out:], order[:held_out]
    mean, std = np.zeros(samples.features), np.ones(samples.features)
    if standardize:
        axis = None if samples.image_shape else 0
        mean = mean + samples.inputs[train].mean(axis=axis)
        std = std * samples.inputs[train].std(axis=axis)
        std[std == 0] = 1
    inputs = (samples.inputs - mean) / std

    def part(rows: np.ndarray) -> Samples:
        return replace(samples, inputs=inputs[rows], targets=samples.targets[rows])

    return Split(part(train), part(rest), mean, std)
