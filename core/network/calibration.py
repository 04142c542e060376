"""Fits the initial weights to the data, layer by layer, for data-driven initialisers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.initializers import RBM
from core.network.layer_names import layer_message
from core.network.layers import Affine
from core.network.network import Network
from core.network.pretraining import pretrain
from core.network.tape import Tape

# Samples used by LSUV and by pre-training.
LSUV_ROWS, RBM_ROWS = 512, 10_000
TOLERANCE = 0.01
MOST_ROUNDS = 10

# Called with the share done, 0…1, and a description; may raise to stop.
Report = Callable[[float, str], None]


def calibrate(
    network: Network, inputs: Array, streams: Streams, report: Report | None = None
) -> None:
    """Fit every layer with a data-driven initialiser, from first to last.

    `inputs` (samples, features + 1) end in a column of ones; the first LSUV_ROWS or RBM_ROWS of
    them are used. Only hidden layers are pre-trained, with random numbers from `streams`.
    """
    fitted = [a for a in network.affines if a.initializer.data_driven and _fits(network, a)]
    if not fitted:
        return
    most = max(RBM_ROWS if isinstance(a.initializer, RBM) else LSUV_ROWS for a in fitted)
    sample = inputs[:most]
    tape, _ = network.tape(len(sample), training=False)
    np.copyto(tape.inputs, sample)
    for done, affine in enumerate(fitted):
        if isinstance(affine.initializer, RBM):
            tape.play_forward()
            _pretrain(affine, tape, streams, _part(report, affine.name, done, len(fitted)))
        else:
            _scale(affine, tape)


def _fits(network: Network, affine: Affine) -> bool:
    """Projections of skip blocks are not fitted, the output is not pre-trained."""
    hidden = affine.name in network.activations
    return hidden or (affine.name == "output" and not isinstance(affine.initializer, RBM))


def _part(report: Report | None, name: str, done: int, of: int) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if report:
            report((done + share) / of, Message("Pre-training {layer}", layer=layer_message(name)))

    tell(0.0)
    return tell


def _pretrain(affine: Affine, tape: Tape, streams: Streams, tell: Callable[[float], None]) -> None:
    assert isinstance(affine.initializer, RBM)
    inputs = np.ascontiguousarray(tape.affine_inputs[affine.name].T)
    pretrain(affine, inputs, affine.initializer, streams[f"rbm/{affine.name}"], tell)


def _scale(affine: Affine, tape: Tape) -> None:
    """Layer-sequential unit variance: pre-activations of variance 1 (Mishkin & Matas 2016)."""
    z = next(mark.z for mark in tape.marks if mark.name == affine.name)
    for _ in range(MOST_ROUNDS):
        tape.play_forward()
        deviation = float(z[:, :LSUV_ROWS].std())
        if abs(deviation - 1) < TOLERANCE or deviation == 0:
            break
        affine.weights[...] /= deviation
