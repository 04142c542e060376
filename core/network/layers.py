"""Layers: forward and backward side by side, recorded on a tape over preallocated buffers.

A layer declares its parameters, is bound to views of the network's flat vectors, and then records
its operations for any batch size. Shapes are (units, batch); weights are (fan_out, fan_in).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.base.arrays import Array
from core.base.streams import Streams
from core.catalogue.activations import Activation
from core.catalogue.initializers import Initializer
from core.network.tape import Signal, Tape


@dataclass
class Parameter:
    """A named block of the flat vectors, starting at `offset`; its first `decaying_columns` columns
    are weights, to which penalties apply."""

    name: str
    shape: tuple[int, ...]
    decaying_columns: int = 0
    offset: int = 0
    value: Array = None  # pyright: ignore[reportAssignmentType]
    grad: Array = None  # pyright: ignore[reportAssignmentType]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Layer:
    """The base class of layers."""

    parameters: Sequence[Parameter] = ()
    buffers: Sequence[Parameter] = ()
    children: Sequence[Layer] = ()

    def initialize(self, streams: Streams) -> None:
        """Write the initial values of the layer's own parameters and buffers."""

    def record(self, tape: Tape, x: Signal) -> Signal:
        raise NotImplementedError

    def walk(self) -> list[Layer]:
        """This layer and all below it, in the order of the forward pass."""
        return [self, *(layer for child in self.children for layer in child.walk())]


class Affine(Layer):
    """z = Wx + b, the bias b being the last column of the parameter block."""

    def __init__(
        self,
        name: str,
        fan_in: int,
        fan_out: int,
        initializer: Initializer,
        bias: bool = True,
        pieces: int = 1,
    ) -> None:
        self.name, self.fan_in, self.fan_out = name, fan_in, fan_out
        self.initializer, self.bias, self.pieces = initializer, bias, pieces
        shape = (pieces * fan_out, fan_in + bias)
        self.block = Parameter(f"{name}.affine", shape, decaying_columns=fan_in)
        self.parameters = (self.block,)

    @property
    def weights(self) -> Array:
        return self.block.value[:, : self.fan_in]

    def initialize(self, streams: Streams) -> None:
        rng = streams[f"init/{self.name}"]
        drawn = [
            self.initializer.weights(self.fan_in, self.fan_out, rng) for _ in range(self.pieces)
        ]
        self.block.value[:, : self.fan_in] = np.concatenate(drawn)

    def record(self, tape: Tape, x: Signal) -> Signal:
        z, block = tape.signal(len(self.block.value)), self.block
        source = x.with_ones if self.bias else x.value
        tape.affine_inputs[self.name] = x.value
        tape.forward(np.dot, block.value, source, z.value)
        steps = [partial(np.dot, z.grad, source.T, block.grad)]
        if x.trains:
            towards = x.grad_with_ones if self.bias else x.grad
            steps.append(partial(np.dot, block.value.T, z.grad, towards))
        tape.backward(*steps)
        return z


class Elementwise(Layer):
    """a = f(z) for an activation without parameters."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def record(self, tape: Tape, x: Signal) -> Signal:
        a = tape.signal(x.units)
        tape.forward(self.activation.forward, x.value, a.value)
        tape.backward(
            partial(self.activation.derivative, x.value, a.value, x.grad),
            partial(np.multiply, x.grad, a.grad, x.grad),
        )
        return a


class LearnedSlope(Layer):
    """a = max(z, 0) + α·min(z, 0) with learned α (He et al. 2015), one per layer or per unit."""

    def __init__(self, name: str, units: int, start: float, per_unit: bool) -> None:
        self.start = start
        self.slope = Parameter(f"{name}.slope", (units if per_unit else 1, 1))
        self.parameters = (self.slope,)

    def initialize(self, streams: Streams) -> None:
        self.slope.value.fill(self.start)

    def record(self, tape: Tape, x: Signal) -> Signal:
        a = tape.signal(x.units)
        negative, positive = tape.buffer(x.units), np.empty(x.value.shape, bool)

        def forward() -> None:
            np.minimum(x.value, 0, out=negative)
            np.maximum(x.value, 0, out=a.value)
            np.add(a.value, self.slope.value * negative, out=a.value)

        def backward() -> None:
            per_unit = np.einsum("ij,ij->i", a.grad, negative)[:, None]
            self.slope.grad[:] = per_unit if len(self.slope.grad) > 1 else per_unit.sum()
            np.greater(x.value, 0, out=positive)
            np.multiply(a.grad, self.slope.value, out=x.grad)
            np.copyto(x.grad, a.grad, where=positive)

        tape.forward(forward)
        tape.backward(backward)
        return a


class LargestPiece(Layer):
    """a = the largest of k affine pieces, which gets the gradient (Goodfellow et al. 2013)."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces

    def record(self, tape: Tape, x: Signal) -> Signal:
        units = x.units // self.pieces
        a = tape.signal(units)
        stacked = x.value.reshape(self.pieces, units, tape.rows)
        winner = np.empty((units, tape.rows), np.intp)
        piece = np.arange(self.pieces)[:, None, None]

        def backward() -> None:
            np.argmax(stacked, axis=0, out=winner)
            np.multiply(a.grad, winner == piece, out=x.grad.reshape(stacked.shape))  # pyright: ignore

        tape.forward(np.max, stacked, 0, a.value)
        tape.backward(backward)
        return a


class Dropout(Layer):
    """Sets a share p of the signal to 0 in training and scales the rest by 1/(1−p)."""

    def __init__(self, name: str, rate: float, streams: Streams) -> None:
        self.rate = rate
        self.rng = streams[f"dropout/{name}"]

    def record(self, tape: Tape, x: Signal) -> Signal:
        if not tape.dropout:
            return x
        a, mask = tape.signal(x.units), tape.buffer(x.units)
        keep, scale = tape.dtype.type(self.rate), tape.dtype.type(1 / (1 - self.rate))

        def forward() -> None:
            self.rng.random(out=mask, dtype=tape.dtype.type)
            np.greater_equal(mask, keep, out=mask, casting="unsafe")
            np.multiply(mask, scale, out=mask)
            np.multiply(x.value, mask, out=a.value)

        tape.forward(forward)
        tape.backward(partial(np.multiply, a.grad, mask, x.grad))
        return a
