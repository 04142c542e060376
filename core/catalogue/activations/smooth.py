"""Smooth relatives of ReLU."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.base.registry import setting
from core.catalogue.activations.base import ACTIVATIONS, Activation, Array, logistic


@ACTIVATIONS.add(
    "swish",
    label="Swish",
    formula="x σ(βx)",
    advice="Smooth and not monotonic, with a dip below 0. With β = 1 "
    "also called SiLU. Use with He.",
    torch="lambda x: x * torch.sigmoid({beta} * x)",
    source="Ramachandran et al. 2017",
)
class Swish(Activation):
    initializer: ClassVar[str] = "he_normal"

    beta: float = setting(1.0, label="β", low=0, high=10, help="0 is x/2, a large β is ReLU.")

    def forward(self, z: Array, out: Array) -> None:
        logistic(z, self.beta, out)
        np.multiply(out, z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # σ + βxσ(1 − σ) = σ·(1 + β(x − a)), with s for σ.
        s = np.empty_like(z)
        logistic(z, self.beta, s)
        np.subtract(z, a, out)
        np.multiply(out, constant(self.beta, out.dtype), out)
        np.add(out, constant(1, out.dtype), out)
        np.multiply(out, s, out)


@ACTIVATIONS.add(
    "gelu",
    label="GELU",
    formula="x Φ(x) ≈ ½x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
    advice="A smooth ReLU with a slight dip, usual in transformers. The tanh form is "
    "used, which differs from the exact one by at most 0.0005. Use with He.",
    torch="nn.GELU(approximate='tanh')",
    source="Hendrycks & Gimpel 2016",
)
class GELU(Activation):
    initializer: ClassVar[str] = "he_normal"

    # Beyond ±REACH tanh is ±1 in every precision and x³ is not needed.
    REACH: ClassVar[float] = 10.0
    SLOPE: ClassVar[float] = math.sqrt(2 / math.pi)
    CUBIC: ClassVar[float] = math.sqrt(2 / math.pi) * 0.044715

    def forward(self, z: Array, out: Array) -> None:
        self._gate(z, out)
        np.multiply(out, z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # With the gate s = ½(1 + tanh u): s + x·2s(1 − s)·u'.
        near = self._gate(z, out)
        slope = near * near
        np.multiply(slope, constant(6 * self.CUBIC, z.dtype), slope)
        np.add(slope, constant(2 * self.SLOPE, z.dtype), slope)
        np.multiply(slope, near, slope)
        np.multiply(slope, out, slope)
        np.subtract(constant(1, z.dtype), out, near)
        np.multiply(slope, near, slope)
        np.add(out, slope, out)

    def _gate(self, z: Array, out: Array) -> Array:
        """Write ½(1 + tanh u) to `out`; return z bounded to ±REACH."""
        near = np.minimum(z, constant(self.REACH, z.dtype))
        np.maximum(near, constant(-self.REACH, z.dtype), out=near)
        np.multiply(near, near, out)
        np.multiply(out, constant(2 * self.CUBIC, z.dtype), out)
        np.add(out, constant(2 * self.SLOPE, z.dtype), out)
        np.multiply(out, near, out)
        logistic(out, 1, out)
        return near


@ACTIVATIONS.add(
    "mish",
    label="Mish",
    formula="x tanh(ln(1 + eˣ))",
    advice="Similar to swish with a slightly deeper dip; slower to compute. Use with He.",
    torch="nn.Mish()",
    source="Misra 2019",
)
class Mish(Activation):
    """With e = eˣ, n = e(e + 2): tanh(ln(1 + e)) is n/(n + 2), 1 − tanh² is 4(n + 1)/(n + 2)²."""

    initializer: ClassVar[str] = "he_normal"

    REACH: ClassVar[float] = 20.0  # from here on tanh is 1 in every precision

    def forward(self, z: Array, out: Array) -> None:
        e = np.minimum(z, constant(self.REACH, z.dtype))
        np.exp(e, e)
        self._doubled(e, out)
        np.add(out, constant(2, z.dtype), e)
        np.divide(out, e, out)
        np.multiply(out, z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # tanh + xσ(1 − tanh²), where n + 1 = (e + 1)² and σ = e/(e + 1).
        near = np.minimum(z, constant(self.REACH, z.dtype))
        e = np.exp(near)
        self._doubled(e, out)
        n_plus_2 = out + constant(2, z.dtype)
        np.divide(out, n_plus_2, out)
        np.multiply(near, e, near)
        np.add(e, constant(1, z.dtype), e)
        np.multiply(near, e, near)
        np.multiply(near, constant(4, z.dtype), near)
        np.multiply(n_plus_2, n_plus_2, n_plus_2)
        np.divide(near, n_plus_2, near)
        np.add(out, near, out)

    @staticmethod
    def _doubled(e: Array, out: Array) -> None:
        """n = e(e + 2)."""
        np.add(e, constant(2, e.dtype), out)
        np.multiply(out, e, out)


@ACTIVATIONS.add(
    "softplus",
    label="Softplus",
    formula="ln(1 + eˣ)",
    advice="A smooth ReLU whose slope is the sigmoid; always positive, so the path zigzags. Use "
    "with "
    "He.",
    torch="nn.Softplus(threshold=50)",
    source="Dugas et al. 2001",
)
class Softplus(Activation):
    """PyTorch's own threshold of 20 turns it into x from there on, 2e-9 off."""

    initializer: ClassVar[str] = "he_normal"

    def forward(self, z: Array, out: Array) -> None:
        # max(x, 0) + ln(1 + e^−|x|)
        np.abs(z, out)
        np.negative(out, out)
        np.exp(out, out)
        np.log1p(out, out)
        np.add(out, np.maximum(z, constant(0, z.dtype)), out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # σ(x) = 1 − e^−a
        np.negative(a, out)
        np.expm1(out, out)
        np.negative(out, out)
