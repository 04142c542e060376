"""Piecewise linear versions of sigmoid, tanh and swish: cheap to compute."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.catalogue.activations.base import ACTIVATIONS, Activation, Array


def ramp(z: Array, out: Array) -> None:
    """z/6 + ½ between −3 and 3, 0 to the left and 1 to the right of them."""
    np.multiply(z, constant(1 / 6, z.dtype), out)
    np.add(out, constant(0.5, z.dtype), out)
    np.maximum(out, constant(0, z.dtype), out=out)
    np.minimum(out, constant(1, z.dtype), out=out)


def on_slope(a: Array, out: Array) -> None:
    """1 where a `ramp` a is between its ends, else 0."""
    np.subtract(constant(1, a.dtype), a, out)
    np.multiply(out, a, out)
    np.sign(out, out)


@ACTIVATIONS.add(
    "hard_sigmoid",
    label="Hard sigmoid",
    formula="x/6 + ½, kept within 0 … 1",
    advice="Sigmoid made of three straight lines: cheap, and flat beyond ±3. Use with Xavier.",
    torch="nn.Hardsigmoid()",
    source="Courbariaux et al. 2015",
)
class HardSigmoid(Activation):
    saturation: ClassVar[float] = 0.0025

    def forward(self, z: Array, out: Array) -> None:
        ramp(z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        on_slope(a, out)
        np.multiply(out, constant(1 / 6, out.dtype), out)


@ACTIVATIONS.add(
    "hard_tanh",
    label="Hard tanh",
    formula="x, kept within −1 … 1",
    advice="tanh made of three straight lines: cheap, and flat beyond ±1. Use with Xavier.",
    torch="nn.Hardtanh()",
    source="Collobert 2004",
)
class HardTanh(Activation):
    def forward(self, z: Array, out: Array) -> None:
        np.minimum(z, constant(1, z.dtype), out=out)
        np.maximum(out, constant(-1, z.dtype), out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.multiply(a, a, out)
        np.subtract(constant(1, a.dtype), out, out)
        np.sign(out, out)


@ACTIVATIONS.add(
    "hard_swish",
    label="Hard swish",
    formula="x · (x/6 + ½, kept within 0 … 1)",
    advice="Swish without an exponential, designed for phones. Use with He.",
    torch="nn.Hardswish()",
    source="Howard et al. 2019",
)
class HardSwish(Activation):
    initializer: ClassVar[str] = "he_normal"

    def forward(self, z: Array, out: Array) -> None:
        ramp(z, out)
        np.multiply(out, z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        gate = np.empty_like(z)
        ramp(z, gate)
        on_slope(gate, out)
        np.multiply(out, z, out)
        np.multiply(out, constant(1 / 6, z.dtype), out)
        np.add(out, gate, out)
