"""Restricted Boltzmann machines: binary units in two layers, trained by contrastive divergence.

The energy of visible units v and hidden units h is E(v, h) = −a·v − c·h − h·Wv, so the units of one
layer are independent given the other, p(h = 1 | v) = σ(Wv + c) and p(v = 1 | h) = σ(Wᵀh + a), and
summing over h leaves the free energy F(v) = −a·v − Σⱼ ln(1 + exp(Wv + c)ⱼ) (Hinton 2002, 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.base.arrays import Array

START_STD = 0.01
# Momentum increases after the first, large gradients (Hinton 2010, section 9).
FIRST_MOMENTUM, MOMENTUM = 0.5, 0.9


@dataclass(frozen=True, eq=False)
class Machine:
    """Weights W (hidden, visible) and the biases a (visible,) and c (hidden,), changed in place.

    Samples are rows: v is (samples, visible), h is (samples, hidden).
    """

    weights: Array
    visible_bias: Array
    hidden_bias: Array

    @classmethod
    def drawn(cls, visible: int, hidden: int, rng: np.random.Generator, dtype: Any) -> Machine:
        """A machine with small normal weights and biases of 0."""
        weights = START_STD * rng.standard_normal((hidden, visible))
        return cls(weights.astype(dtype), np.zeros(visible, dtype), np.zeros(hidden, dtype))

    def hidden(self, v: Array) -> Array:
        """p(h = 1 | v)."""
        return _sigmoid(_plus(v @ self.weights.T, self.hidden_bias))

    def visible(self, h: Array) -> Array:
        """p(v = 1 | h)."""
        return _sigmoid(_plus(h @ self.weights, self.visible_bias))

    def reconstruct(self, v: Array) -> Array:
        """The reconstruction of v: up and down once, with probabilities."""
        return self.visible(self.hidden(v))

    def free_energy(self, v: Array) -> Array:
        """F(v) of every sample; the lower, the more probable."""
        z = _plus(v @ self.weights.T, self.hidden_bias)
        return -(v @ self.visible_bias) - np.logaddexp(0, z).sum(axis=1)

    def gibbs(self, v: Array, steps: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """States of v after a number of Gibbs steps, and the probabilities they were drawn from."""
        p = v
        for _ in range(steps):
            p = self.visible(drawn(self.hidden(v), rng))
            v = drawn(p, rng)
        return v, p


@dataclass(frozen=True, eq=False)
class Statistics:
    """The statistics of one update: ⟨h v⟩ of the data (`positive`) and of the model (`negative`),
    both (hidden, visible), and the mean squared `error` of the reconstruction per visible unit."""

    positive: Array
    negative: Array
    error: float

    @property
    def difference(self) -> Array:
        """The direction of the update of the weights."""
        return self.positive - self.negative


class ContrastiveDivergence:
    """Updates of a machine: Δθ = μ Δθ + η (⟨·⟩data − ⟨·⟩model), the latter after k Gibbs steps.

    The steps start at the data (CD-k, Hinton 2002) or, if `persistent`, where those of the previous
    update ended (Tieleman 2008). In CD-k the visible units keep their probabilities; hidden units
    are drawn, except at the very end (Hinton 2010, section 3).

    Persistent chains are states of 0 and 1, so the data are drawn, too: probabilities lack the
    variance of states, and weights of deeper layers, whose inputs are close to ½, would shrink to
    0. There is no momentum then: it changes the machine faster than the chains can follow.
    """

    def __init__(
        self,
        machine: Machine,
        rng: np.random.Generator,
        *,
        rate: float = 0.1,
        k: int = 1,
        weight_cost: float = 2e-4,
        persistent: bool = False,
        hidden_bias: bool = True,
    ) -> None:
        """Without `hidden_bias` the biases c stay as they are."""
        self.machine = machine
        self._rng, self._rate, self._k, self._cost = rng, rate, k, weight_cost
        self._persistent, self._hidden_bias = persistent, hidden_bias
        self._chains: Array | None = None
        # Of the last update; None before the first.
        self.statistics: Statistics | None = None
        parts = (machine.weights, machine.visible_bias, machine.hidden_bias)
        self._velocity = tuple(np.zeros_like(part) for part in parts)

    def update(self, v: Array, momentum: float = MOMENTUM) -> Statistics:
        """One update with a batch v (samples, visible) of values from 0 to 1."""
        machine, n, given = self.machine, len(v), v
        if self._persistent:
            v, momentum = drawn(v, self._rng), 0.0
        h = machine.hidden(v)
        v_model, h_model, error = self._model(v, h)
        if self._persistent:
            error = _error(given, machine.visible(h))
        rows = len(v_model)
        positive, negative = h.T @ v / n, h_model.T @ v_model / rows
        gradients = (
            positive - negative - self._cost * machine.weights,
            v.mean(axis=0) - v_model.mean(axis=0),
            h.mean(axis=0) - h_model.mean(axis=0),
        )
        parts = (machine.weights, machine.visible_bias, machine.hidden_bias)
        for part, velocity, gradient in zip(parts, self._velocity, gradients, strict=True):
            if part is machine.hidden_bias and not self._hidden_bias:
                continue
            velocity *= momentum
            velocity += self._rate * gradient
            part += velocity
        self.statistics = Statistics(positive, negative, error)
        return self.statistics

    def epoch(
        self,
        data: Array,
        batch: int,
        momentum: float = MOMENTUM,
        tell: Callable[[float], None] = lambda share: None,
    ) -> float:
        """One pass over all samples in a new order; the mean error of reconstruction.

        `tell` is called after every update with the share done, and may raise to stop.
        """
        order, errors = self._rng.permutation(len(data)), []
        for first in range(0, len(data), batch):
            rows = order[first : first + batch]
            errors.append(self.update(data[rows], momentum).error * len(rows))
            tell((first + len(rows)) / len(data))
        return float(np.sum(errors) / len(data))

    def _model(self, v: Array, h: Array) -> tuple[Array, Array, float]:
        """Visible and hidden units after k Gibbs steps, and the error of reconstruction."""
        if self._persistent:
            start = v if self._chains is None else self._chains
            self._chains, _ = self.machine.gibbs(start, self._k, self._rng)
            return self._chains, self.machine.hidden(self._chains), 0.0
        error, v_model = 0.0, v
        for step in range(self._k):
            v_model = self.machine.visible(drawn(h, self._rng))
            h = self.machine.hidden(v_model)
            if step == 0:
                error = _error(v, v_model)
        return v_model, h, error


def drawn(p: Array, rng: np.random.Generator) -> Array:
    """Units that are 1 with probability p and 0 otherwise, in the precision of p."""
    return (rng.random(p.shape, dtype=p.dtype.type) < p).astype(p.dtype)


def _error(v: Array, reconstruction: Array) -> float:
    return float(np.mean((v - reconstruction) ** 2, dtype=np.float64))


def _plus(z: Array, bias: Array) -> Array:
    z += bias
    return z


def _sigmoid(z: Array) -> Array:
    """1/(1 + e^−z) in place, computed by tanh, which does not overflow."""
    z *= 0.5
    np.tanh(z, out=z)
    z += 1
    z *= 0.5
    return z
