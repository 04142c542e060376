"""Optimizers: frozen rules over flat vectors; their state lives outside them.

A rule may be swapped between two steps (another learning rate, another optimizer), and a run
resumes from its saved state bit for bit. Every rule follows PyTorch's convention; where the
lecture's differs the docstring says how.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.registry import Entry, Registry, knob

Array = NDArray[np.floating]
State = dict[str, Array]


def rate_knob(default: float) -> float:
    """The learning rate η of a rule, with the default that works for it."""
    return knob(
        default, label="Rate η", low=0, high=1e12, scale="log", help="Learning rate: step size."
    )


class Optimizer(Entry):
    """An in-place update of a flat parameter vector.

    `slots` names the state vectors a rule keeps, each as long as the parameters and starting at 0.
    All arithmetic is elementwise, so a long vector may be updated piece by piece.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    learning_rate: float = rate_knob(0.01)

    def init(self, n: int, dtype: type = np.float32) -> State:
        """Fresh state for n parameters."""
        return {name: np.zeros(n, dtype) for name in self.slots}

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        """Do update number t (from 1) with learning rate `rate`, in place.

        `grads` may be overwritten; `scratch` is a work vector of the same length.
        """
        raise NotImplementedError


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", Optimizer)


@OPTIMIZERS.add(
    "sgd",
    label="SGD",
    formula="W ← W − ηg",
    advice="The plain step down the slope. Try η between 0.01 and 1.",
    torch="torch.optim.SGD(params, lr={learning_rate})",
)
class SGD(Optimizer):
    learning_rate: float = rate_knob(0.1)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        np.multiply(grads, rate, out=grads)
        np.subtract(params, grads, out=params)


@OPTIMIZERS.add(
    "momentum",
    label="Momentum",
    formula="v ← γv + g;  W ← W − ηv",
    advice="Averages the slope over about 1/(1−γ) steps: faster along valleys, calmer across.",
    torch="torch.optim.SGD(params, lr={learning_rate}, momentum={momentum})",
    source="Polyak 1964",
)
class Momentum(Optimizer):
    """The lecture puts η inside, v ← γv + ηg; the same path while η is constant."""

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    learning_rate: float = rate_knob(0.05)
    momentum: float = knob(0.9, label="Momentum γ", low=0, high=0.9999)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        velocity = state["velocity"]
        np.multiply(velocity, self.momentum, out=velocity)
        np.add(velocity, grads, out=velocity)
        np.multiply(velocity, rate, out=scratch)
        np.subtract(params, scratch, out=params)


@OPTIMIZERS.add(
    "adam",
    label="Adam",
    formula="m, v: decaying means of g, g²;  W ← W − η m̂ / (√v̂ + ε)",
    advice="Every weight gets a step size of its own; a good first choice.",
    torch="torch.optim.Adam(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon})",
    source="Kingma & Ba 2015",
)
class Adam(Optimizer):
    slots: ClassVar[tuple[str, ...]] = ("mean", "square")
    learning_rate: float = rate_knob(0.01)
    beta1: float = knob(0.9, label="β₁", low=0, high=0.99999)
    beta2: float = knob(0.999, label="β₂", low=0, high=0.9999999)
    epsilon: float = knob(1e-8, label="ε", low=0, high=1, scale="log")

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        mean, square = state["mean"], state["square"]
        np.multiply(mean, self.beta1, out=mean)
        np.multiply(grads, 1 - self.beta1, out=scratch)
        np.add(mean, scratch, out=mean)
        np.multiply(square, self.beta2, out=square)
        np.multiply(grads, grads, out=grads)
        np.multiply(grads, 1 - self.beta2, out=grads)
        np.add(square, grads, out=square)
        # m̂/(√v̂+ε) = c·m/(√v + ε·√(1−β₂ᵗ)): the corrections become two scalars.
        root = math.sqrt(1 - self.beta2**t)
        np.sqrt(square, out=scratch)
        np.add(scratch, self.epsilon * root, out=scratch)
        np.divide(mean, scratch, out=scratch)
        np.multiply(scratch, rate * root / (1 - self.beta1**t), out=scratch)
        np.subtract(params, scratch, out=params)
