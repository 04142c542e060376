"""The base class of optimizers, and their registry.

A rule may be replaced between two steps (another learning rate, another optimizer), and a run
resumes from its saved state bit for bit. Every rule follows PyTorch's convention; docstrings say
where the lecture's differs.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.registry import Entry, Registry, setting

State = dict[str, NDArray[Any]]


def rate_setting(default: float) -> float:
    """The learning rate η of a rule, with a suitable default."""
    return setting(
        default, label="Rate η", low=0, high=1e12, scale="log", help="Learning rate: step size."
    )


def epsilon_setting(default: float) -> float:
    """The ε that prevents division by 0."""
    return setting(default, label="ε", low=0, high=1, scale="log", help="Prevents division by 0.")


class Optimizer(Entry):
    """An in-place update of a flat parameter vector.

    `slots` names the state vectors a rule keeps, each as long as the parameters and starting at 0.
    An `elementwise` rule allows a long vector to be updated in chunks with the same t. A
    `full_batch` rule needs the exact gradient, without the noise of batches.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    elementwise: ClassVar[bool] = True
    full_batch: ClassVar[bool] = False
    learning_rate: float = rate_setting(0.01)

    def init(self, n: int, dtype: type = np.float32) -> State:
        """Fresh state for n parameters."""
        return {name: np.zeros(n, dtype) for name in self.slots}

    def take_over(self, state: State, former: Optimizer) -> None:
        """Convert the state of the same rule with other settings, in place."""

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        """Do update number t (from 1) with learning rate `rate`, in place.

        `grads` may be overwritten; `scratch` is a work vector of the same length. An elementwise
        rule also accepts a vector of rates, one per parameter, which is not modified.
        """
        raise NotImplementedError


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", Optimizer)
