"""Regression targets on one scale: mean 0 and deviation 1 over the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.base.arrays import Array
from core.data.split import deviations


@dataclass(frozen=True, eq=False)
class TargetScale:
    """Scaled targets are (y − `mean`) / `std`; both have shape (outputs,), in float64."""

    mean: Array
    std: Array

    @classmethod
    def of(cls, targets: Array) -> TargetScale:
        """The scale of targets (samples, outputs). A constant target keeps its unit."""
        mean = targets.mean(axis=0, dtype=np.float64)
        return cls(*deviations(targets, mean, 0))

    def scaled(self, targets: Array) -> Array:
        """Targets (samples, outputs) as they are trained on."""
        return (targets - self.mean) / self.std

    def original(self, outputs: Array) -> Array:
        """Scaled outputs or targets, (outputs, samples), in the units of the data."""
        restored = outputs * self.std[:, None] + self.mean[:, None]
        return restored.astype(outputs.dtype, copy=False)
