"""Exported scripts run as programs, and the trainer's weights to compare them with."""

from __future__ import annotations

import contextlib
import io
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import assume

from core.base.arrays import Array
from core.codegen import TARGETS, Options, export, start_weights, write
from core.experiment.spec import ExperimentSpec
from core.training.trainer import Trainer

STEPS = 20
# An experiment that makes more of a difference of 1e-13 in the first weights tells nothing about
# a script: its own roundings would decide.
NUDGE, CALM = 1e-13, 1e-10


def trained(spec: ExperimentSpec, nudge: float = 0.0) -> Trainer:
    """A trainer after `STEPS` steps."""
    trainer = Trainer(spec)
    params = trainer.network.params
    params *= 1 + nudge * np.cos(np.arange(len(params)))
    params += nudge * np.sin(np.arange(len(params)))
    trainer.advance(STEPS)
    trainer.restore_best()
    return trainer


def unending(spec: ExperimentSpec, dropout: bool = True) -> ExperimentSpec:
    """The spec without a last epoch; without dropout where its draws are not the script's."""
    network, training = spec.network, replace(spec.training, max_epochs=0)
    if not dropout:
        hidden = tuple(replace(block, dropout=None) for block in network.hidden)
        network = replace(network, dropout=0.0, hidden=hidden)
    return replace(spec, network=network, training=training)


def assume_calm(trainer: Trainer) -> None:
    """Leave out experiments that diverge or blow up roundings, whoever computes them."""
    assume(trainer.divergence is None)
    other = trained(trainer.spec, NUDGE)
    assume(other.iteration == trainer.iteration)
    assume(difference(other.network.tensors(), trainer.network.tensors()) < CALM)


def run(spec: ExperimentSpec, target: str, folder: Path, beside: bool = True) -> dict[str, Array]:
    """What the exported script writes after `STEPS` steps; `beside` gives it the first weights."""
    weights = start_weights(spec) if beside else None
    exported = export(spec, target, Options("script", STEPS), weights)
    write(folder, exported)
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path(str(folder / "script.py"), run_name="__main__")
    return result(folder)


def result(folder: Path) -> dict[str, Array]:
    """The arrays that a script has written."""
    with np.load(folder / "script-trained.npz") as archive:
        return dict(archive)


def expected(trainer: Trainer, target: str) -> dict[str, Any]:
    """A trainer's parameters and running statistics under the script's names."""
    named = TARGETS[target]().tensors(trainer.network.tensors())
    return {name: value for name, value in named.items() if "num_batches" not in name}


def difference(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """The largest difference of any two tensors, relative to the largest number of the network."""
    size = max((float(np.abs(value).max(initial=0)) for value in ours.values()), default=0.0)
    worst = max(
        (float(np.abs(theirs[name] - value).max(initial=0)) for name, value in ours.items()),
        default=0.0,
    )
    return worst / (size or 1.0)
