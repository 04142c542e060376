"""A tape: the in-place array operations of one pass over a batch of fixed size.

Layers record their operations once per batch size; training then replays them without allocations
or look-ups. Arrays are feature-major, (units, batch): rows of one unit are contiguous, and a last
row of ones makes the bias an ordinary column of the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.base.arrays import Array
from core.network.storage import Storage

Op = Callable[[], Any]

NO_GRADIENT: Array = np.empty((0, 0))


class Signal:
    """A signal between layers: `value` (units, batch) and `grad`, dE/dvalue.

    Both are views of arrays with one more row: `with_ones` ends in ones, and the last row of
    `grad_with_ones` is ignored. So both passes can use the whole parameter block, biases included.
    `grad` is empty where it is not needed: at the inputs and in evaluation.
    """

    def __init__(self, with_ones: Array, grad_with_ones: Array = NO_GRADIENT) -> None:
        self.with_ones, self.value = with_ones, with_ones[:-1]
        self.grad_with_ones, self.grad = grad_with_ones, grad_with_ones[:-1]

    @property
    def units(self) -> int:
        return len(self.value)

    @property
    def trains(self) -> bool:
        return self.grad.size > 0


@dataclass(frozen=True)
class Mark:
    """A measured layer on this tape: its pre-activations z, activations a, and δ = dE/dz after a
    backward pass; empty without one."""

    name: str
    z: Array
    a: Array
    delta: Array


class Tape:
    """Records operations layer by layer and runs them forward, or backward in reverse order.

    `affine_inputs` are the inputs (units, rows) of every affine layer by its name.
    """

    def __init__(
        self,
        rows: int,
        features: int,
        dtype: Any,
        training: bool,
        storage: Storage | None = None,
        dropout: bool | None = None,
    ) -> None:
        """`dropout` switches dropout on, by default as `training`. With `storage` the arrays share
        memory with other tapes', and gradients are overwritten after the backward pass."""
        self.rows = rows
        self.dtype = np.dtype(dtype)
        self.training = training
        self.dropout = training if dropout is None else dropout
        self._storage = storage
        self._apart = 0
        self._ones: list[Array] = []
        self._forward: list[Op] = []
        self._backward: list[list[Op]] = []
        self.marks: list[Mark] = []
        self.affine_inputs: dict[str, Array] = {}
        if storage is not None:
            storage.begin()
        self.inputs = self._array((rows, features + 1))
        self._ones.append(self.inputs[:, -1])
        self.source = Signal(self.inputs.T)
        self.enter()

    def buffer(self, units: int) -> Array:
        return self._array((units, self.rows))

    def signal(self, units: int) -> Signal:
        """A new signal, with a gradient only if there will be a backward pass."""
        with_ones = self._array((units + 1, self.rows))
        self._ones.append(with_ones[-1])
        with_ones[-1] = 1
        return Signal(with_ones, self._gradient(units) if self.training else NO_GRADIENT)

    def another_way(self, signal: Signal) -> Signal:
        """The same values with a gradient of their own: for a branch."""
        return Signal(signal.with_ones, self.buffer(signal.units + 1))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Use while recording branches: each needs its own gradients until they are merged."""
        self._apart += 1
        yield
        self._apart -= 1

    def enter(self) -> None:
        """Reclaim shared memory after another tape has run."""
        for row in self._ones:
            row.fill(1)

    def _array(self, shape: tuple[int, ...]) -> Array:
        if self._storage is None:
            return np.zeros(shape, self.dtype)
        return self._storage.array(shape)

    def _gradient(self, units: int) -> Array:
        if self._storage is None or self._apart:
            return self.buffer(units + 1)
        return self._storage.gradient((units + 1, self.rows))

    def forward(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Record one operation of the forward pass."""
        self._forward.append(partial(function, *args, **kwargs))

    def backward(self, *operations: Op) -> None:
        """Record one layer's backward operations, in the order in which they are to run."""
        if self.training:
            self._backward.append(list(operations))

    def program(self) -> tuple[list[Op], list[Op]]:
        """The operations of the forward pass, and those of the backward pass."""
        return list(self._forward), [op for group in reversed(self._backward) for op in group]

    def play_forward(self) -> None:
        for operation in self._forward:
            operation()

    def play_backward(self) -> None:
        for group in reversed(self._backward):
            for operation in group:
                operation()
