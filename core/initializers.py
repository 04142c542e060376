"""Weight initialisers: how a layer's weights are drawn before the first step.

Every layer has a random stream of its own, and an entry asks it for its draws first thing. So two
normal initialisers scale the same underlying draws and differ in that scale alone.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.activations import Activation
from core.registry import Entry, Registry, knob


class Initializer(Entry):
    """Draws the weights of one layer. Biases always start at 0.

    `data_driven` entries are rescaled once against the data after drawing (LSUV).
    """

    data_driven: ClassVar[bool] = False

    def weights(
        self, fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Weights of shape (fan_out, fan_in) in float64."""
        raise NotImplementedError

    def resolve(self, activation: Activation) -> Initializer:
        """The initialiser really used in front of `activation`; itself, except for "auto"."""
        return self


INITIALIZERS: Registry[Initializer] = Registry("initializer", Initializer)


@INITIALIZERS.add(
    "auto",
    label="Auto",
    formula="follows the activation",
    advice="He for ReLU-like activations, Xavier for S-shaped ones.",
)
class Auto(Initializer):
    def resolve(self, activation: Activation) -> Initializer:
        return INITIALIZERS[activation.initializer]()


@INITIALIZERS.add(
    "zeros",
    label="Zeros",
    formula="0",
    advice="All units of a layer compute the same thing and receive the same gradient for ever.",
    torch="nn.init.zeros_(w)",
)
class Zeros(Initializer):
    def weights(
        self, fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        return np.zeros((fan_out, fan_in))


class Scaled(Initializer):
    """Standard normal draws times a standard deviation."""

    def std(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def weights(
        self, fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        return self.std(fan_in, fan_out) * rng.standard_normal((fan_out, fan_in))


@INITIALIZERS.add(
    "normal",
    label="Normal, std 1",
    formula="N(0, σ²)",
    advice="With σ = 1 S-shaped units saturate at once and ReLU signals explode.",
    torch="nn.init.normal_(w, std={std})",
)
class Normal(Scaled):
    sigma: float = knob(1.0, label="std σ", low=0, high=100, scale="log", hot=False)

    def std(self, fan_in: int, fan_out: int) -> float:
        return self.sigma


@INITIALIZERS.add(
    "normal_small",
    label="Normal, std 0.01",
    formula="N(0, 0.01²)",
    advice="Signals shrink layer by layer until every unit says the same.",
    torch="nn.init.normal_(w, std=0.01)",
)
class NormalSmall(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return 0.01


@INITIALIZERS.add(
    "xavier_normal",
    label="Xavier normal",
    formula="N(0, 2/(n+m))",
    advice="Keeps the variance of signals and gradients steady through S-shaped units.",
    torch="nn.init.xavier_normal_(w)",
    source="Glorot & Bengio 2010",
)
class XavierNormal(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / (fan_in + fan_out))


@INITIALIZERS.add(
    "he_normal",
    label="He normal",
    formula="N(0, 2/n)",
    advice="Twice the variance, because ReLU throws half of the signal away.",
    torch="nn.init.kaiming_normal_(w, nonlinearity='relu')",
    source="He et al. 2015",
)
class HeNormal(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / fan_in)
