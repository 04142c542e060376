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

from core.activations import Activation
from core.initializers import Initializer
from core.streams import Streams
from core.tape import Array, Mark, Signal, Tape


@dataclass
class Parameter:
    """A named block of the flat vectors, starting at `offset`; its first `decaying_columns` columns
    are weights, which penalties apply to."""

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
    """Base: what a layer owns and how it takes part in a pass."""

    parameters: Sequence[Parameter] = ()
    buffers: Sequence[Parameter] = ()
    children: Sequence[Layer] = ()

    def initialize(self, streams: Streams) -> None:
        """Write the starting values of the layer's own parameters and buffers."""

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
        z = tape.signal(len(self.block.value))
        source = x.with_ones if self.bias else x.value
        tape.forward(np.dot, self.block.value, source, z.value)
        steps = [partial(np.dot, z.grad, source.T, self.block.grad)]
        if x.trains:
            steps.append(partial(np.dot, self.weights.T, z.grad, x.grad))
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
    """Silences a share p of the signal in training and scales the rest by 1/(1−p)."""

    def __init__(self, name: str, rate: float, streams: Streams) -> None:
        self.rate = rate
        self.rng = streams[f"dropout/{name}"]

    def record(self, tape: Tape, x: Signal) -> Signal:
        if not tape.training:
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


class BatchNorm(Layer):
    """y = γ(x − mean)/√(var + ε) + β over the batch (Ioffe & Szegedy 2015), as PyTorch does it.

    Running statistics move by 0.1 towards each training batch's mean and unbiased variance; they
    are what evaluation uses.
    """

    EPSILON, MOMENTUM = 1e-5, 0.1

    def __init__(self, name: str, units: int) -> None:
        self.gamma, self.beta = (Parameter(f"{name}.{n}", (units, 1)) for n in ("gamma", "beta"))
        self.mean, self.var = (
            Parameter(f"{name}.running_{n}", (units, 1)) for n in ("mean", "var")
        )
        self.parameters, self.buffers = (self.gamma, self.beta), (self.mean, self.var)

    def initialize(self, streams: Streams) -> None:
        self.gamma.value.fill(1)
        self.var.value.fill(1)

    def record(self, tape: Tape, x: Signal) -> Signal:
        return self._training(tape, x) if tape.training else self._evaluation(tape, x)

    def _evaluation(self, tape: Tape, x: Signal) -> Signal:
        y = tape.signal(x.units)

        def forward() -> None:
            scale = self.gamma.value / np.sqrt(self.var.value + self.EPSILON)
            np.multiply(x.value, scale, out=y.value)
            np.add(y.value, self.beta.value - self.mean.value * scale, out=y.value)

        tape.forward(forward)
        return y

    def _training(self, tape: Tape, x: Signal) -> Signal:
        y, normal, work = tape.signal(x.units), tape.buffer(x.units), tape.buffer(x.units)
        column = np.zeros((5, x.units, 1), tape.dtype)
        mean, var, inverse, shift, slope = column
        average = np.full((tape.rows, 1), 1 / tape.rows, tape.dtype)
        unbiased = tape.rows / max(tape.rows - 1, 1)

        def forward() -> None:
            np.dot(x.value, average, mean)
            np.subtract(x.value, mean, out=normal)
            np.multiply(normal, normal, out=work)
            np.dot(work, average, var)
            np.add(var, self.EPSILON, out=inverse)
            np.sqrt(inverse, out=inverse)
            np.reciprocal(inverse, out=inverse)
            np.multiply(normal, inverse, out=normal)
            np.multiply(normal, self.gamma.value, out=y.value)
            np.add(y.value, self.beta.value, out=y.value)
            track(self.mean.value, mean, self.MOMENTUM)
            track(self.var.value, var, self.MOMENTUM * unbiased)

        def track(running: Array, batch: Array, share: float) -> None:
            np.multiply(running, 1 - self.MOMENTUM, out=running)
            np.multiply(batch, share, out=shift)
            np.add(running, shift, out=running)

        def backward() -> None:
            # dx = γ/√(var+ε) · (dy − mean(dy) − x̂·mean(dy·x̂))
            np.multiply(y.grad, normal, out=work)
            np.dot(work, average, slope)
            np.dot(y.grad, average, shift)
            np.multiply(slope, tape.rows, out=self.gamma.grad)
            np.multiply(shift, tape.rows, out=self.beta.grad)
            np.multiply(normal, slope, out=work)
            np.subtract(y.grad, work, out=x.grad)
            np.subtract(x.grad, shift, out=x.grad)
            np.multiply(inverse, self.gamma.value, out=slope)
            np.multiply(x.grad, slope, out=x.grad)

        tape.forward(forward)
        tape.backward(backward)
        return y


class Chain(Layer):
    """Layers one after the other."""

    def __init__(self, *layers: Layer) -> None:
        self.children = layers

    def record(self, tape: Tape, x: Signal) -> Signal:
        for layer in self.children:
            x = layer.record(tape, x)
        return x


class Marked(Layer):
    """A measured activation: notes where its input and its output stand on the tape."""

    def __init__(self, name: str, layer: Layer) -> None:
        self.name, self.children = name, (layer,)

    def record(self, tape: Tape, x: Signal) -> Signal:
        a = self.children[0].record(tape, x)
        tape.marks.append(Mark(self.name, x.value, a.value, x.grad))
        return a


class Residual(Layer):
    """y = F(x) + P(x), P being the identity or a linear projection (He et al. 2016)."""

    def __init__(self, inner: Layer, projection: Layer) -> None:
        self.children = (inner, projection)

    def record(self, tape: Tape, x: Signal) -> Signal:
        return merge_by_adding(tape, *branch(tape, x, self.children))


class Parallel(Layer):
    """Two branches over the same input, added or concatenated."""

    def __init__(self, first: Layer, second: Layer, concatenate: bool) -> None:
        self.children = (first, second)
        self.concatenate = concatenate

    def record(self, tape: Tape, x: Signal) -> Signal:
        outputs = branch(tape, x, self.children)
        merge = merge_by_concatenating if self.concatenate else merge_by_adding
        return merge(tape, *outputs)


def branch(tape: Tape, x: Signal, layers: Sequence[Layer]) -> tuple[Signal, Signal]:
    """Send x through two layers; on the way back their gradients are added."""
    if not x.trains:
        with tape.apart():
            first, second = (layer.record(tape, x) for layer in layers)
        return first, second
    ways = [Signal(x.value, x.with_ones, tape.buffer(x.units)) for _ in layers]
    tape.backward(partial(np.add, ways[0].grad, ways[1].grad, x.grad))
    with tape.apart():
        first, second = (layer.record(tape, w) for layer, w in zip(layers, ways, strict=True))
    return first, second


def merge_by_adding(tape: Tape, first: Signal, second: Signal) -> Signal:
    y = tape.signal(first.units)
    tape.forward(np.add, first.value, second.value, y.value)
    tape.backward(*(partial(np.copyto, s.grad, y.grad) for s in (first, second) if s.trains))
    return y


def merge_by_concatenating(tape: Tape, first: Signal, second: Signal) -> Signal:
    y, cut = tape.signal(first.units + second.units), first.units
    tape.forward(np.copyto, y.value[:cut], first.value)
    tape.forward(np.copyto, y.value[cut:], second.value)
    if y.trains:
        parts = ((first, y.grad[:cut]), (second, y.grad[cut:]))
        tape.backward(*(partial(np.copyto, s.grad, part) for s, part in parts if s.trains))
    return y
