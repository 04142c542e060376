"""Whole training runs to compare with PyTorch: all optimizers, schedules and kinds of layer."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue.activations import Activation, Maxout, PReLU, ReLU, Tanh
from core.catalogue.batching import FullBatch, MiniBatch
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.catalogue.optimizers import LBFGS, OPTIMIZERS, SGD, Adam, Momentum, Optimizer
from core.catalogue.penalties import L2, ByNorm
from core.catalogue.schedules import SCHEDULES, Schedule
from core.data.curves import Sine
from core.data.digits import Digits
from core.data.toys import Spiral, TwoGaussians
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer

UPDATES = 210


def experiment(
    optimizer: Optimizer | None = None,
    schedule: Schedule | None = None,
    normalization: str = "none",
    activation: Activation | None = None,
    hidden: tuple[Any, ...] = (Dense(units=6), Dense(units=5)),
    dataset: Any = None,
    **training: Any,
) -> ExperimentSpec:
    """A small net on a toy problem, in batches that do not divide the data.

    Batch norm takes away what a bias before it adds. Its gradient is a rounding, of which the
    adaptive rules make steps of full length: so there are no biases there.
    """
    rule = optimizer or Momentum()
    if schedule is not None:
        training["schedule"] = schedule
    return ExperimentSpec(
        data=DataSpec(dataset=dataset or Spiral(count=80)),
        network=NetworkSpec(
            hidden=hidden,
            normalization=normalization,
            activation=activation or Tanh(),
            bias=normalization != "before",
        ),
        training=TrainingSpec(
            optimizer=rule,
            batching=FullBatch() if rule.full_batch else MiniBatch(size=16),
            **training,
        ),
        precision="float64",
    )


def with_settings(entry: Any, **settings: Any) -> Any:
    """An entry with those of the settings that it has."""
    names = {f.name for f in fields(entry)}
    return entry(**{name: value for name, value in settings.items() if name in names})


def _trainings() -> dict[str, ExperimentSpec]:
    cases: dict[str, ExperimentSpec] = {}
    for norm, suffix in (("none", ""), ("before", ", batch norm")):
        for entry in OPTIMIZERS.entries():
            cases[f"{entry.key}{suffix}"] = experiment(entry(), normalization=norm)
        for entry in SCHEDULES.entries():
            lengths = {"steps": 60, "warmup": 30, "floor": 0.1, "patience": 1, "threshold": 0.01}
            schedule = with_settings(entry, **lengths)
            cases[f"schedule {entry.key}{suffix}"] = experiment(None, schedule, norm)
    # L-BFGS doubles any difference, also a last digit's, every few steps: calm problems for it.
    calm: dict[str, Any] = {"dataset": TwoGaussians(count=80)}
    cases["lbfgs"] = experiment(LBFGS(), penalty=L2(strength=0.01), **calm)
    cases["lbfgs, batch norm"] = experiment(
        LBFGS(learning_rate=0.003), normalization="after", hidden=(Dense(units=3),), **calm
    )
    blocks = (
        Dense(units=4, normalization="after", activation=ReLU()),
        Skip(units=4),
        Skip(units=6, layers=1),
        SplitMerge(units=3, merge="concatenate"),
        SplitMerge(units=4, merge="add"),
    )
    cases["relu, norm after"] = experiment(
        SGD(learning_rate=0.02), normalization="after", activation=ReLU()
    )
    cases["prelu, one a layer"] = experiment(activation=PReLU())
    cases["prelu, one a unit"] = experiment(activation=PReLU(share="unit"))
    cases["maxout"] = experiment(SGD(), activation=Maxout(pieces=3))
    cases["blocks"] = experiment(SGD(), hidden=blocks)
    cases["classes"] = experiment(SGD(), dataset=Digits(count=100))
    cases["classes, weighted"] = experiment(
        SGD(), dataset=Digits(count=100), class_weights="balanced"
    )
    cases["two classes, weighted"] = experiment(SGD(), class_weights="balanced")
    cases["regression"] = experiment(SGD(), dataset=Sine(count=80))
    raw = experiment(SGD(), dataset=Sine(count=80))
    cases["regression, raw targets"] = replace(
        raw, data=replace(raw.data, standardize_targets=False)
    )
    cases["penalty, clipping, decay"] = experiment(
        Adam(),
        penalty=L2(strength=0.01),
        clipping=ByNorm(limit=0.3),
        weight_decay=0.02,
    )
    return cases


TRAININGS = _trainings()


def flat(network: Any) -> NDArray[np.float64]:
    """All parameters and running statistics, one after the other."""
    return np.concatenate([tensor.ravel() for tensor in network.tensors().values()])


def train(spec: ExperimentSpec) -> dict[str, NDArray[np.float64]]:
    """The weights after, and a few from before."""
    trainer = Trainer(spec)
    before = flat(trainer.network)
    trainer.advance(UPDATES)
    assert trainer.iteration == UPDATES, trainer.finished
    return {"start": before[:5], "weights": flat(trainer.network)}
