"""Noise in the targets, to watch a network memorise what no rule explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples


def with_label_noise(samples: Samples, share: float, rng: np.random.Generator) -> Samples:
    """Samples some of whose targets are wrong.

    Of classes, each sample has the chance `share` to get one of the other classes. Numbers get
    normal noise of `share` times the targets' deviation. A larger share changes the same samples in
    the same way, and others as well; samples added in front do not affect the rest.
    """
    if not share:
        return samples
    if samples.task == "regression":
        noise = rng.standard_normal(samples.targets.shape)[::-1]
        return _with(samples, samples.targets + share * samples.targets.std(axis=0) * noise)
    draws = rng.random((len(samples), 2))[::-1]
    wrong = draws[:, 0] < share
    if samples.task == "binary":
        return _with(samples, np.where(wrong[:, None], 1 - samples.targets, samples.targets))
    classes = samples.outputs
    shifts = np.where(wrong, 1 + (draws[:, 1] * (classes - 1)).astype(int), 0)
    shifted = (samples.targets.argmax(axis=1) + shifts) % classes
    return _with(samples, np.eye(classes)[shifted])


def _with(samples: Samples, targets: NDArray[np.floating]) -> Samples:
    return replace(samples, targets=targets.astype(samples.targets.dtype))
