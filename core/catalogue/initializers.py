"""Weight initialisers: how a layer's weights are drawn before the first step.

Every layer has its own random stream, from which an entry draws first. So two normal initialisers
scale the same underlying draws and differ in that scale alone; so do two uniform ones. n is the
fan-in of a layer, m its fan-out.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import Entry, Registry, setting
from core.catalogue.activations import Activation

Weights = NDArray[np.float64]


class Initializer(Entry):
    """Draws the weights of one layer. Biases always start at 0.

    `data_driven` entries are fitted to the data after drawing, see `core.network.calibration`.
    """

    data_driven: ClassVar[bool] = False

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        """Weights of shape (fan_out, fan_in) in float64."""
        raise NotImplementedError

    def resolve(self, activation: Activation) -> Initializer:
        """The initialiser used for a layer with `activation`: itself, except for "auto"."""
        return self


INITIALIZERS: Registry[Initializer] = Registry("initializer", Initializer)


@INITIALIZERS.add(
    "auto",
    label="Auto",
    formula="follows the activation",
    advice="He for ReLU-like activations, Xavier for S-shaped ones, LeCun for those that "
    "normalise themselves.",
)
class Auto(Initializer):
    def resolve(self, activation: Activation) -> Initializer:
        return INITIALIZERS[activation.initializer]()


@INITIALIZERS.add(
    "zeros",
    label="Zeros",
    formula="0",
    advice="All units of a layer have the same output and gradient: they stay equal.",
    torch="nn.init.zeros_(w)",
)
class Zeros(Initializer):
    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return np.zeros((fan_out, fan_in))


@INITIALIZERS.add(
    "constant",
    label="One constant",
    formula="c",
    advice="Symmetric units learn the same: a layer of any width acts like a single unit.",
    torch="nn.init.constant_(w, {value})",
)
class Constant(Initializer):
    value: float = setting(0.01, label="Value c", low=-10, high=10, restarts_run=True)

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return np.full((fan_out, fan_in), float(self.value))


class Uniform(Initializer):
    """Uniform draws between minus and plus a limit."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return self.limit(fan_in, fan_out) * rng.uniform(-1, 1, (fan_out, fan_in))


class Scaled(Initializer):
    """Standard normal draws times a standard deviation."""

    def std(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return self.std(fan_in, fan_out) * rng.standard_normal((fan_out, fan_in))


@INITIALIZERS.add(
    "uniform",
    label="Uniform −1 … 1",
    formula="U(−r, r)",
    advice="With r = 1 the standard deviation is about 0.6: wide layers saturate or explode.",
    torch="nn.init.uniform_(w, -{reach}, {reach})",
)
class FixedUniform(Uniform):
    reach: float = setting(1.0, label="Limit r", low=0, high=100, scale="log", restarts_run=True)

    def limit(self, fan_in: int, fan_out: int) -> float:
        return self.reach


@INITIALIZERS.add(
    "normal",
    label="Normal, std 1",
    formula="N(0, σ²)",
    advice="With σ = 1 S-shaped units saturate at once and ReLU signals explode.",
    torch="nn.init.normal_(w, std={sigma})",
)
class Normal(Scaled):
    sigma: float = setting(1.0, label="std σ", low=0, high=100, scale="log", restarts_run=True)

    def std(self, fan_in: int, fan_out: int) -> float:
        return self.sigma


@INITIALIZERS.add(
    "normal_small",
    label="Normal, std 0.01",
    formula="N(0, 0.01²)",
    advice="Signals shrink from layer to layer until every unit gives the same output.",
    torch="nn.init.normal_(w, std=0.01)",
)
class NormalSmall(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return 0.01


@INITIALIZERS.add(
    "xavier_normal",
    label="Xavier normal",
    formula="N(0, 2/(n+m))",
    advice="Preserves the variance of signals and gradients through S-shaped units.",
    torch="nn.init.xavier_normal_(w)",
    source="Glorot & Bengio 2010",
)
class XavierNormal(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / (fan_in + fan_out))


@INITIALIZERS.add(
    "xavier_uniform",
    label="Xavier uniform",
    formula="U(−r, r), r = √(6/(n+m))",
    advice="The variance of Xavier normal, without its rare large weights.",
    torch="nn.init.xavier_uniform_(w)",
    source="Glorot & Bengio 2010",
)
class XavierUniform(Uniform):
    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / (fan_in + fan_out))


@INITIALIZERS.add(
    "xavier_fan_in",
    label="Xavier by fan-in",
    formula="N(0, 1/n)",
    advice="Xavier as often taught, for the forward signal only. Right for "
    "S-shaped units, half the variance that ReLU needs.",
    torch="nn.init.kaiming_normal_(w, nonlinearity='linear')",
)
class XavierFanIn(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(1 / fan_in)


@INITIALIZERS.add(
    "he_normal",
    label="He normal",
    formula="N(0, 2/n)",
    advice="Twice the variance of Xavier, because ReLU removes half of the signal.",
    torch="nn.init.kaiming_normal_(w, nonlinearity='relu')",
    source="He et al. 2015",
)
class HeNormal(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / fan_in)


@INITIALIZERS.add(
    "he_uniform",
    label="He uniform",
    formula="U(−r, r), r = √(6/n)",
    advice="The variance of He normal, without its rare large weights.",
    torch="nn.init.kaiming_uniform_(w, nonlinearity='relu')",
    source="He et al. 2015",
)
class HeUniform(Uniform):
    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / fan_in)


@INITIALIZERS.add(
    "lecun_normal",
    label="LeCun normal",
    formula="N(0, 1/n)",
    advice="For SELU and similar activations: preserves a variance of 1.",
    torch="nn.init.kaiming_normal_(w, nonlinearity='linear')",
    source="LeCun et al. 1998",
)
class LeCunNormal(Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(1 / fan_in)


@INITIALIZERS.add(
    "orthogonal",
    label="Orthogonal",
    formula="gain · Q, QᵀQ = I",
    advice="Orthogonal rows preserve the norm of signals at any depth. Use gain √2 for ReLU.",
    torch="nn.init.orthogonal_(w, {gain})",
    source="Saxe et al. 2014",
)
class Orthogonal(Initializer):
    gain: float = setting(1.0, label="Gain", low=0, high=10, restarts_run=True)

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return self.gain * orthonormal(fan_in, fan_out, rng)


@INITIALIZERS.add(
    "lsuv",
    label="LSUV",
    formula="orthogonal, then W ← W / std(z)",
    advice="Orthogonal weights, rescaled layer by layer until real data give every layer's input "
    "z variance 1. Suits any activation.",
    source="Mishkin & Matas 2016",
)
class LSUV(Initializer):
    data_driven: ClassVar[bool] = True

    def weights(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
        return orthonormal(fan_in, fan_out, rng)


@INITIALIZERS.add(
    "rbm",
    label="RBM pre-training",
    formula="ΔW = η(⟨hv⟩data − ⟨hv⟩model)",
    advice="Each hidden layer first learns, without labels, to reconstruct its inputs, as a "
    "restricted Boltzmann machine trained by contrastive divergence. For sigmoid layers; the "
    "output layer starts from Xavier normal.",
    source="Hinton, Osindero & Teh 2006",
)
class RBM(XavierNormal):
    data_driven: ClassVar[bool] = True

    epochs: int = setting(
        5,
        label="Epochs",
        low=1,
        high=200,
        restarts_run=True,
        help="Passes over the training samples, of which the first 10,000 are used.",
    )
    rate: float = setting(0.1, label="Rate η", low=1e-6, high=10, scale="log", restarts_run=True)
    k: int = setting(
        1,
        label="CD steps k",
        low=1,
        high=100,
        restarts_run=True,
        help="Number of Gibbs steps before the model is compared with the data.",
    )
    weight_cost: float = setting(
        2e-4, label="Cost λ", low=0, high=1, scale="log", restarts_run=True
    )


def orthonormal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
    """A random matrix (fan_out, fan_in) whose rows, or columns if those are fewer, are orthonormal.

    The Q of a QR decomposition of normal draws; signs are chosen so that all such matrices are
    equally likely (Mezzadri 2007).
    """
    draws = rng.standard_normal((fan_out, fan_in))
    q, r = np.linalg.qr(draws if fan_out >= fan_in else draws.T)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if fan_out >= fan_in else np.ascontiguousarray(q.T)
