"""Optimizers with a step size for each weight, from the size of its past gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.base.registry import setting
from core.catalogue.optimizers.base import (
    OPTIMIZERS,
    Array,
    Optimizer,
    State,
    epsilon_setting,
    rate_setting,
)


@OPTIMIZERS.add(
    "adagrad",
    label="AdaGrad",
    formula="G ← G + g²;  W ← W − η g / (√G + ε)",
    advice="Weights with rare gradients keep large steps. G only grows, so all steps keep "
    "shrinking.",
    torch="torch.optim.Adagrad(params, lr={learning_rate}, eps={epsilon})",
    source="Duchi et al. 2011",
)
class AdaGrad(Optimizer):
    """The lecture divides by √(G + ε): the same to within ε/2G, unless G is as small as ε."""

    slots: ClassVar[tuple[str, ...]] = ("square_sum",)
    learning_rate: float = rate_setting(0.1)
    epsilon: float = epsilon_setting(1e-10)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        total = state["square_sum"]
        np.multiply(grads, grads, scratch)
        np.add(total, scratch, total)
        _descend(params, grads, total, self.epsilon, rate, scratch)


@OPTIMIZERS.add(
    "rmsprop",
    label="RMSProp",
    formula="G ← ρG + (1−ρ)g²;  W ← W − η g / (√G + ε)",
    advice="AdaGrad with a decaying mean of g² instead of the sum, so the steps do not shrink to "
    "0.",
    torch="torch.optim.RMSprop(params, lr={learning_rate}, alpha={rho}, eps={epsilon})",
    source="Tieleman & Hinton 2012",
)
class RMSProp(Optimizer):
    """The lecture divides by √(G + ε), see AdaGrad; its ρ of 0.9 is kept (PyTorch's is 0.99)."""

    slots: ClassVar[tuple[str, ...]] = ("square",)
    learning_rate: float = rate_setting(0.01)
    rho: float = setting(0.9, label="Decay ρ", low=0, high=0.99999)
    epsilon: float = epsilon_setting(1e-8)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        square = state["square"]
        np.multiply(grads, grads, scratch)
        _average(square, self.rho, scratch)
        _descend(params, grads, square, self.epsilon, rate, scratch)


@OPTIMIZERS.add(
    "adadelta",
    label="AdaDelta",
    formula="W ← W − η g √(D + ε) / √(G + ε);  G, D: decaying means of g², ΔW²",
    advice="Derives its step size from past steps, so it needs no learning rate: leave η at "
    "1. Slow to start.",
    torch="torch.optim.Adadelta(params, lr={learning_rate}, rho={rho}, eps={epsilon})",
    source="Zeiler 2012",
)
class AdaDelta(Optimizer):
    """RMS[x] is √(mean of x² + ε), in the lecture and in PyTorch alike."""

    slots: ClassVar[tuple[str, ...]] = ("square", "step_square")
    learning_rate: float = rate_setting(1.0)
    rho: float = setting(0.9, label="Decay ρ", low=0, high=0.99999)
    epsilon: float = epsilon_setting(1e-6)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        square, step_square = state["square"], state["step_square"]
        epsilon = constant(self.epsilon, grads.dtype)
        np.multiply(grads, grads, scratch)
        _average(square, self.rho, scratch)
        np.add(square, epsilon, scratch)
        np.sqrt(scratch, scratch)
        np.divide(grads, scratch, grads)
        np.add(step_square, epsilon, scratch)
        np.sqrt(scratch, scratch)
        np.multiply(grads, scratch, grads)
        np.multiply(grads, grads, scratch)
        _average(step_square, self.rho, scratch)
        np.multiply(grads, np.array(rate, grads.dtype), grads)
        np.subtract(params, grads, params)


def _average(mean: Array, share: float, values: Array) -> None:
    """mean ← share·mean + (1 − share)·values; overwrites `values`."""
    np.multiply(mean, constant(share, mean.dtype), mean)
    np.multiply(values, constant(1 - share, values.dtype), values)
    np.add(mean, values, mean)


def _descend(
    params: Array, grads: Array, square: Array, epsilon: float, rate: float, scratch: Array
) -> None:
    """W ← W − η g / (√square + ε)."""
    np.sqrt(square, scratch)
    np.add(scratch, constant(epsilon, scratch.dtype), scratch)
    np.divide(grads, scratch, scratch)
    np.multiply(scratch, np.array(rate, scratch.dtype), scratch)
    np.subtract(params, scratch, params)
