"""An experiment whose data cannot be had."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.data import DataError, Dataset, Samples
from core.experiment.spec import DataSpec, ExperimentSpec

WHY = "these samples are on another computer"


@dataclass(frozen=True)
class Missing(Dataset):
    """Raises what a data set raises whose files are not there."""

    key, label, task = "missing", "Missing", "classes"

    def samples(self, rng: np.random.Generator) -> Samples:
        raise DataError(WHY)


def without_data(spec: ExperimentSpec | None = None) -> ExperimentSpec:
    return replace(spec or ExperimentSpec(), data=DataSpec(dataset=Missing()))
