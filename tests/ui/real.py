"""Real moments of small runs, for tests of what views make of real data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.catalogue.blocks import Block, Dense
from core.data.dataset import Dataset, Samples, Task
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.telemetry.frame import Frame
from core.telemetry.history import History
from core.telemetry.meter import Meter
from core.training.trainer import Trainer


@dataclass(frozen=True)
class Clouds(Dataset):
    """So many classes in the plane or in more dimensions, in units far from 0 and 1."""

    task: ClassVar[Task] = "classes"

    classes: int = 4
    features: int = 2

    def samples(self, rng: np.random.Generator) -> Samples:
        centres = 100 + 30 * rng.normal(size=(self.classes, self.features))
        labels = np.arange(240) % self.classes
        return Samples(
            centres[labels] + 5 * rng.normal(size=(240, self.features)),
            np.eye(self.classes)[labels],
            "classes",
            tuple(f"kind {i}" for i in range(self.classes)),
            tuple(f"length {i}" for i in range(self.features)),
        )


def spec_of(dataset: Dataset, *hidden: Block, **data) -> ExperimentSpec:
    """An experiment with the default settings but for data and hidden layers."""
    blocks = hidden or (Dense(units=4),)
    return ExperimentSpec(
        data=DataSpec(dataset=dataset, **data), network=NetworkSpec(hidden=blocks)
    )


def moments(spec: ExperimentSpec, steps: int = 0) -> tuple[Trainer, History, Frame]:
    """A run after so many steps: its trainer, its history and its newest frame."""
    trainer = Trainer(spec)
    meter = Meter(trainer, run=1)
    history = History()
    history.append(meter.frame("paused"))
    if steps:
        trainer.advance(steps)
        history.append(meter.frame("paused"))
    return trainer, history, history.frames[-1]
