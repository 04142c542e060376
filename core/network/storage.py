"""Memory that training passes share, since they never run at the same time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array


class Storage:
    """Hands out arrays in the order in which a tape asks for them.

    The n-th array of every tape lies in the same memory. Gradients alternate between two blocks:
    backpropagation needs one layer's gradient only until the next layer's is there.

    A `common` one serves several trainers on the same samples, in one thread: a batch that one of
    them has read is there for those that come after it. `playing` is the pass that ran last.
    """

    def __init__(self, dtype: Any, common: bool = False) -> None:
        self._dtype, self.common = dtype, common
        self.playing: object = None
        self._loaded: tuple[Array, NDArray[np.intp]] | None = None
        self._blocks: list[Array] = []
        self._gradients = [np.empty(0, dtype), np.empty(0, dtype)]
        self.begin()

    def begin(self) -> None:
        """Start handing out from the first block again, to another tape."""
        self._next = 0
        self._turn = 0

    def has_batch(self, inputs: Array, rows: NDArray[np.intp]) -> bool:
        """Whether `inputs` hold the samples `rows` already; from now on they are taken to."""
        loaded, self._loaded = self._loaded, (inputs, rows)
        if loaded is None or loaded[0].base is not inputs.base:
            return False
        return np.array_equal(loaded[1], rows)

    def array(self, shape: tuple[int, ...]) -> Array:
        size = math.prod(shape)
        if self._next == len(self._blocks):
            self._blocks.append(np.zeros(size, self._dtype))
        elif len(self._blocks[self._next]) < size:
            self._blocks[self._next] = np.zeros(size, self._dtype)
        block = self._blocks[self._next]
        self._next += 1
        return block[:size].reshape(shape)

    def gradient(self, shape: tuple[int, ...]) -> Array:
        self._turn = 1 - self._turn
        size = math.prod(shape)
        if len(self._gradients[self._turn]) < size:
            self._gradients[self._turn] = np.zeros(size, self._dtype)
        return self._gradients[self._turn][:size].reshape(shape)
