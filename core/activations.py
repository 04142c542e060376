"""Activation functions: each function and its derivative side by side.

The hidden layers' dropdown. Elementwise entries work in place on preallocated arrays of any float
dtype; entries with parameters of their own (`parametric`) are built as layers instead.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.registry import Entry, Registry

Array = NDArray[np.floating]


class Activation(Entry):
    """An elementwise function a = f(z). z, a and out share shape (units, batch) and dtype.

    `out` never aliases an input. `saturation` is the |f'(z)| below which a unit counts as
    saturated; `initializer` is the key that the "auto" initialiser picks for it.
    """

    parametric: ClassVar[bool] = False
    saturation: ClassVar[float] = 0.01
    initializer: ClassVar[str] = "xavier_normal"

    def forward(self, z: Array, out: Array) -> None:
        raise NotImplementedError

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        """Write f'(z) to `out`, given z and a = f(z)."""
        raise NotImplementedError


ACTIVATIONS: Registry[Activation] = Registry("activation", Activation)


@ACTIVATIONS.add(
    "identity",
    label="Identity",
    formula="x",
    advice="A stack of linear layers is one linear layer: depth buys nothing.",
    torch="nn.Identity()",
)
class Identity(Activation):
    def forward(self, z: Array, out: Array) -> None:
        np.copyto(out, z)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        out.fill(1)


@ACTIVATIONS.add(
    "sigmoid",
    label="Sigmoid",
    formula="1 / (1 + e⁻ˣ)",
    advice="Slope at most ¼ and flat beyond ±6: gradients shrink with every layer. Pair with "
    "Xavier; at its best as an output function.",
    torch="nn.Sigmoid()",
)
class Sigmoid(Activation):
    def forward(self, z: Array, out: Array) -> None:
        # ½(1 + tanh(z/2)) is the same function and cannot overflow.
        np.multiply(z, 0.5, out=out)
        np.tanh(out, out=out)
        np.add(out, 1, out=out)
        np.multiply(out, 0.5, out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.subtract(1, a, out=out)
        np.multiply(out, a, out=out)


@ACTIVATIONS.add(
    "tanh",
    label="tanh",
    formula="tanh x",
    advice="Zero-centred, so less zigzag than sigmoid, but still flat at both ends. Pair with "
    "Xavier.",
    torch="nn.Tanh()",
)
class Tanh(Activation):
    def forward(self, z: Array, out: Array) -> None:
        np.tanh(z, out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.multiply(a, a, out=out)
        np.subtract(1, out, out=out)


@ACTIVATIONS.add(
    "relu",
    label="ReLU",
    formula="max(0, x)",
    advice="Flat on one side only: trains several times faster than sigmoid or tanh, but a unit "
    "pushed to the flat side for every sample is dead. Pair with He.",
    torch="nn.ReLU()",
)
class ReLU(Activation):
    initializer: ClassVar[str] = "he_normal"

    def forward(self, z: Array, out: Array) -> None:
        np.maximum(z, 0, out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        np.sign(a, out=out)
