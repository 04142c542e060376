"""The base class of activation functions, their registry, and shared helpers.

Elementwise entries work in place on preallocated arrays of any float dtype; entries with parameters
of their own (`parametric`) are built as layers instead. Where the two sides of a kink differ, the
derivative at the kink is the left one, as in PyTorch.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.arrays import Array
from core.base.constants import constant
from core.base.registry import Entry, Registry

# np.sign is the faster test for small arrays, a comparison for large ones; comparing two large
# arrays is faster than comparing an array with a number.
SMALL = 2048


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


def logistic(x: Array, slope: float, out: Array) -> None:
    """σ(slope·x), as ½ + ½ tanh(½·slope·x), which cannot overflow. `out` may be x."""
    half = constant(0.5, out.dtype)
    np.multiply(x, half if slope == 1 else constant(0.5 * slope, out.dtype), out)
    np.tanh(out, out)
    np.multiply(out, half, out)
    np.add(out, half, out)


def above_zero(x: Array, out: Array) -> None:
    """max(x, 0)."""
    if x.size < SMALL:
        np.maximum(x, constant(0, x.dtype), out=out)
    else:
        out.fill(0)
        np.maximum(x, out, out=out)


def below_zero(x: Array, out: Array) -> None:
    """min(x, 0)."""
    if x.size < SMALL:
        np.minimum(x, constant(0, x.dtype), out=out)
    else:
        out.fill(0)
        np.minimum(x, out, out=out)


def two_values(x: Array, below: float, above: float, out: Array) -> None:
    """`above` where x > 0, `below` elsewhere."""
    zero = constant(0, x.dtype)
    if x.size < SMALL:
        np.sign(x, out)
        np.maximum(out, zero, out=out)
    else:
        np.greater(x, zero, out=out)
    np.multiply(out, constant(above - below, out.dtype), out)
    np.add(out, constant(below, out.dtype), out)
