"""Batch normalisation, forward and backward."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.base.streams import Streams
from core.network.layers import Layer, Parameter
from core.network.tape import Signal, Tape


class BatchNorm(Layer):
    """y = γ(x − mean)/√(var + ε) + β over the batch (Ioffe & Szegedy 2015), as PyTorch does it.

    Running statistics move by 0.1 towards each training batch's mean and unbiased variance; they
    are what evaluation uses. A batch of one has no variance (PyTorch raises an error): it is
    normalised by the running statistics, which it does not change.
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
        if tape.training and tape.rows > 1:
            return self._training(tape, x)
        return self._by_running_statistics(tape, x)

    def _by_running_statistics(self, tape: Tape, x: Signal) -> Signal:
        y = tape.signal(x.units)

        def forward() -> None:
            scale = self.gamma.value / np.sqrt(self.var.value + self.EPSILON)
            np.multiply(x.value, scale, out=y.value)
            np.add(y.value, self.beta.value - self.mean.value * scale, out=y.value)

        def backward() -> None:
            inverse = 1 / np.sqrt(self.var.value + self.EPSILON)
            normal = (x.value - self.mean.value) * inverse
            self.gamma.grad[:] = (y.grad * normal).sum(axis=1, keepdims=True)
            self.beta.grad[:] = y.grad.sum(axis=1, keepdims=True)
            np.multiply(y.grad, self.gamma.value * inverse, out=x.grad)

        tape.forward(forward)
        tape.backward(backward)
        return y

    def _training(self, tape: Tape, x: Signal) -> Signal:
        y, normal, work = tape.signal(x.units), tape.buffer(x.units), tape.buffer(x.units)
        column = np.zeros((5, x.units, 1), tape.dtype)
        mean, var, inverse, shift, slope = column
        average = np.full((tape.rows, 1), 1 / tape.rows, tape.dtype)
        unbiased = tape.rows / (tape.rows - 1)

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
