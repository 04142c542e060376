"""Plain gradient descent and momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.base.registry import setting
from core.catalogue.optimizers.base import OPTIMIZERS, Array, Optimizer, State, rate_setting


@OPTIMIZERS.add(
    "sgd",
    label="SGD",
    formula="W ← W − ηg",
    advice="A step against the gradient. Try η between 0.01 and 1.",
    torch="torch.optim.SGD(params, lr={learning_rate})",
    source="Robbins & Monro 1951",
)
class SGD(Optimizer):
    learning_rate: float = rate_setting(0.1)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        np.multiply(grads, np.array(rate, grads.dtype), grads)
        np.subtract(params, grads, params)


@OPTIMIZERS.add(
    "momentum",
    label="Momentum",
    formula="v ← γv + g;  W ← W − ηv",
    advice="Averages the gradient over about 1/(1−γ) steps: faster along valleys, less "
    "oscillation across.",
    torch="torch.optim.SGD(params, lr={learning_rate}, momentum={momentum})",
    source="Polyak 1964",
)
class Momentum(Optimizer):
    """The lecture puts η inside, v ← γv + ηg; W ← W − v: the same path while η is constant. A
    change of η affects the whole velocity here, but only new gradients there.
    """

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    learning_rate: float = rate_setting(0.05)
    momentum: float = setting(0.9, label="Momentum γ", low=0, high=0.9999)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        velocity = state["velocity"]
        np.multiply(velocity, constant(self.momentum, velocity.dtype), velocity)
        np.add(velocity, grads, velocity)
        np.multiply(velocity, np.array(rate, velocity.dtype), scratch)
        np.subtract(params, scratch, params)


@OPTIMIZERS.add(
    "nag",
    label="Nesterov",
    formula="v ← γv + g;  W ← W − η(g + γv)",
    advice="Momentum with the gradient at the look-ahead point, so it slows down before the "
    "minimum.",
    torch="torch.optim.SGD(params, lr={learning_rate}, momentum={momentum}, nesterov=True)",
    source="Nesterov 1983; Sutskever et al. 2013",
)
class NAG(Optimizer):
    """The lecture keeps the point W and takes g at the look-ahead point Θ = W − γv.

    Here the parameters are Θ itself. While η is constant the look-ahead points of the lecture's
    rule equal the parameters here.
    """

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    learning_rate: float = rate_setting(0.05)
    momentum: float = setting(0.9, label="Momentum γ", low=0, high=0.9999)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        velocity = state["velocity"]
        share = constant(self.momentum, velocity.dtype)
        np.multiply(velocity, share, velocity)
        np.add(velocity, grads, velocity)
        np.multiply(velocity, share, scratch)
        np.add(scratch, grads, scratch)
        np.multiply(scratch, np.array(rate, scratch.dtype), scratch)
        np.subtract(params, scratch, params)
