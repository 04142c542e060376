"""Early stopping: keeps the best weights of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.base.arrays import Array
from core.network.network import Network


class Best(NamedTuple):
    """The smallest loss so far, with its epoch and weights."""

    loss: float
    epoch: int
    params: Array
    buffers: Array

    @classmethod
    def of(cls, loss: float, epoch: int, network: Network) -> Best:
        return cls(loss, epoch, network.params.copy(), network.buffers.copy())

    def restore(self, network: Network) -> bool:
        """Restore the weights; return whether they differ from the present ones."""
        differs = not np.array_equal(network.params, self.params)
        np.copyto(network.params, self.params)
        np.copyto(network.buffers, self.buffers)
        return differs
