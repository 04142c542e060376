"""Signals of a network, forward and backward, with its present weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.telemetry.frame import Histograms
from core.telemetry.histograms import Counter
from core.training.trainer import Trainer

ROWS = 1000


@dataclass(frozen=True)
class Signals:
    """Activations a and errors δ = dE/dz of every layer, first hidden layer first, output last.

    `activation_std` and `delta_std` (layers,) are deviations over all units and samples. In the
    histograms of the errors all hidden layers share their edges, so that they can be compared;
    those of the activations are in frames.
    """

    layers: tuple[str, ...]
    activation_std: NDArray[np.float64]
    delta_std: NDArray[np.float64]
    deltas: Histograms


def signals(trainer: Trainer) -> Signals:
    """One pass over the first ROWS training samples, which does not change the run."""
    network, rows = trainer.network, min(ROWS, len(trainer.inputs))
    buffers, streams = network.buffers.copy(), trainer.streams.state()
    tape, logits = network.tape(rows, training=True)
    trainer.objective.record(tape, logits, trainer.targets[:rows].T)
    np.copyto(tape.inputs, trainer.inputs[:rows])
    with np.errstate(all="ignore"):
        tape.play_forward()
        tape.play_backward()
        activations = [mark.a for mark in tape.marks]
        deltas = [mark.delta for mark in tape.marks if mark.delta.size]
        measured = Signals(
            layers=tuple(mark.name for mark in tape.marks),
            activation_std=_deviations(activations),
            delta_std=_deviations(deltas),
            deltas=_histograms(deltas),
        )
    np.copyto(network.buffers, buffers)
    trainer.streams.restore(streams)
    return measured


def _deviations(layers: list[Array]) -> NDArray[np.float64]:
    return np.array([values.std(dtype=np.float64) for values in layers])


def _histograms(layers: list[Array]) -> Histograms:
    groups = ["hidden"] * (len(layers) - 1) + ["output"]
    return Counter([None] * len(layers), groups).count(layers)
