"""Layer-sequential unit variance: rescaling weights against the data (Mishkin & Matas 2016)."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.network.network import Network

ROWS = 512
TOLERANCE = 0.01
MOST_ROUNDS = 10


def calibrate(network: Network, inputs: Array) -> None:
    """Give the pre-activations of every layer with a data-driven initialiser variance 1.

    `inputs` (samples, features + 1) end in a column of ones; the first ROWS of them are used.
    """
    if not any(affine.initializer.data_driven for affine in network.affines):
        return
    sample = inputs[:ROWS]
    tape, _ = network.tape(len(sample), training=False)
    np.copyto(tape.inputs, sample)
    signals = {mark.name: mark.z for mark in tape.marks}
    for affine in network.affines:
        if not affine.initializer.data_driven or affine.name not in signals:
            continue
        for _ in range(MOST_ROUNDS):
            tape.play_forward()
            deviation = float(signals[affine.name].std())
            if abs(deviation - 1) < TOLERANCE or deviation == 0:
                break
            affine.weights[...] /= deviation
