"""Evenly spaced inputs, to see a network as a function of its input plane or line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.network.network import Network
from core.network.tape import Mark, Tape
from core.telemetry.pictures import DataPicture
from core.training.training_data import with_ones

MARGIN = 0.08


class Grid:
    """A tape over a grid of `side` points along each of one or two features. `low` and `high` are
    its corners, standardised by the data's `mean` and `std`; the first feature varies fastest.
    """

    def __init__(self, network: Network, data: DataPicture, side: int) -> None:
        low, high = corners(data)
        self.low, self.high = tuple(low.tolist()), tuple(high.tolist())
        axes = [np.linspace(a, b, side) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, len(axes))
        self.tape: Tape
        self.tape, logits = network.tape(len(points), training=False)
        inputs = data.preparation(points) if data.preparation else points
        np.copyto(self.tape.inputs, with_ones(inputs, network.dtype))
        self.logits = logits.value

    def play(self) -> list[Mark]:
        """Run the network on the grid; return the marks of its layers, logits last."""
        self.tape.play_forward()
        return self.tape.marks


def corners(data: DataPicture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minimum and maximum of the inputs to draw, with a margin, standardised."""
    inputs = np.concatenate([points.inputs for points in data.points.values()])
    if data.reach:
        ends = np.full((1, inputs.shape[1]), data.reach)
        inputs = np.concatenate([inputs, ends, -ends])
    inputs = (inputs - data.mean) / data.std
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    return low - margin, high + margin
