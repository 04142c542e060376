"""Random samples and labels, for looking at signals rather than at learning."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.registry import setting
from core.base.translation import Message
from core.data.dataset import DATASETS, Dataset, Samples, Task
from core.data.toys import samples_setting


@DATASETS.add(
    "noise",
    label="Pure noise",
    formula=Message("x ~ N(0, 1), random labels"),
    advice="There is nothing to learn: it shows what initialisation alone does to the signals, "
    "and how much a network can memorise.",
)
class Noise(Dataset):
    task: ClassVar[Task] = "classes"

    count: int = samples_setting()
    features: int = setting(100, label="Features", low=1, high=1000, scale="log", restarts_run=True)
    classes: int = setting(10, label="Classes", low=2, high=10, restarts_run=True)

    def samples(self, rng: np.random.Generator) -> Samples:
        lot = rng.spawn(1)[0]
        return Samples(
            inputs=rng.standard_normal((self.count, self.features)),
            targets=np.eye(self.classes)[lot.integers(self.classes, size=self.count)],
            task="classes",
            class_names=tuple(str(c) for c in range(self.classes)),
        )
