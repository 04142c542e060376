"""The classic activation functions: identity, step, sigmoid and tanh."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.catalogue.activations.base import ACTIVATIONS, Activation, Array, logistic


@ACTIVATIONS.add(
    "identity",
    label="Identity",
    formula="x",
    advice="A stack of linear layers is one linear layer: depth has no effect.",
    torch="nn.Identity()",
)
class Identity(Activation):
    saturation: ClassVar[float] = 0.0

    def forward(self, z: Array, out: Array) -> None:
        np.copyto(out, z)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        out.fill(1)


@ACTIVATIONS.add(
    "step",
    label="Step function",
    formula="1 if x > 0, else 0",
    advice="Its slope is 0 everywhere, so no gradient passes through and the layers "
    "below never learn. Included for comparison.",
    torch="lambda x: F.relu(x).sign()",
    source="Rosenblatt 1958",
)
class Step(Activation):
    def forward(self, z: Array, out: Array) -> None:
        np.sign(z, out)
        np.maximum(out, constant(0, out.dtype), out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        out.fill(0)


@ACTIVATIONS.add(
    "sigmoid",
    label="Sigmoid",
    formula="1 / (1 + e⁻ˣ)",
    advice="Slope at most ¼ and flat beyond ±6: gradients shrink with every layer. Use with "
    "Xavier; works best as an output function.",
    torch="nn.Sigmoid()",
)
class Sigmoid(Activation):
    saturation: ClassVar[float] = 0.0025  # 1 % of the greatest slope, which is ¼

    def forward(self, z: Array, out: Array) -> None:
        logistic(z, 1, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.subtract(constant(1, a.dtype), a, out)
        np.multiply(out, a, out)


@ACTIVATIONS.add(
    "tanh",
    label="tanh",
    formula="tanh x",
    advice="Zero-centred, so the path zigzags less than with sigmoid, but flat at both ends. Use "
    "with "
    "Xavier.",
    torch="nn.Tanh()",
)
class Tanh(Activation):
    def forward(self, z: Array, out: Array) -> None:
        np.tanh(z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.multiply(a, a, out)
        np.subtract(constant(1, a.dtype), out, out)
