"""What runs of the gallery have in common: samples, memory, and how they are measured."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from core.experiment.spec import ExperimentSpec
from core.gallery.watching import MEASURED
from core.network.storage import Storage
from core.telemetry.frame import Frame
from core.telemetry.meter import Meter
from core.training.results import Segment
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

PARTS = ("train", "validation", "test")
NO_SEGMENT = Segment(0, *(np.empty(0),) * 3)


class SharedData(NamedTuple):
    """What runs on the same samples have in common: these, and the memory for a batch of them."""

    data: TrainingData
    storage: Storage


def shared_data(spec: ExperimentSpec) -> SharedData:
    data = TrainingData(spec)
    return SharedData(data, Storage(data.dtype, common=True))


def frame_of(trainer: Trainer) -> Frame:
    """The trainer's present state, without its curves, its data and what can be asked of it."""
    frame = Meter(trainer).frame("paused", measures=MEASURED, validate=False)
    return replace(frame, segment=NO_SEGMENT, validation=(), data=None, asked=None)
