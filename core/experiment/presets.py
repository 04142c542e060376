"""Experiments used by several parts of the application."""

from __future__ import annotations

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Block, Dense, Skip
from core.catalogue.initializers import HeNormal
from core.catalogue.optimizers import Momentum
from core.catalogue.penalties import ByNorm
from core.data.digits import Digits
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec

WIDTH = 32


def deep_digits(depth: int, skip: bool, epochs: int = 60) -> ExperimentSpec:
    """Digits through `depth` layers of ReLU, plain or with a skip connection around every two.

    The learning rate is so high that a deep plain network hardly learns; clipping keeps it finite.
    With more than 16 layers it is lower, or all units of the plain network would die.
    """
    hidden: tuple[Block, ...] = (Dense(units=WIDTH),) * depth
    if skip:
        hidden = (Skip(units=WIDTH, layers=2),) * (depth // 2)
    return ExperimentSpec(
        title=f"{depth} layers, {'skip' if skip else 'plain'}",
        data=DataSpec(dataset=Digits(), validation=0, test=0.25, standardize=False),
        network=NetworkSpec(hidden=hidden, activation=ReLU(), initializer=HeNormal()),
        training=TrainingSpec(
            optimizer=Momentum(learning_rate=0.05 if depth <= 16 else 0.03),
            batching=MiniBatch(size=16),
            clipping=ByNorm(limit=2.0),
            max_epochs=epochs,
        ),
    )
