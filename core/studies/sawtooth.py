"""Lab 4, depth: the sawtooth that k layers of 2 units draw, and one layer needs 2ᵏ units for.

hat(x) = 2x up to ½ and 2 − 2x from there on, as 2·relu(x) − 4·relu(x − ½). Composed k times it is a
sawtooth with 2ᵏ linear pieces (Telgarsky 2016). One hidden layer of n units has at most n + 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.catalogue.activations import ReLU

Values = NDArray[np.float64]
Function = Callable[[Values], Values]

UNITS_PER_LAYER = 2
DEEPEST = 20


def relu(z: Values) -> Values:
    out = np.empty_like(z)
    ReLU().forward(z, out)
    return out


def hat(x: Values) -> Values:
    return 2 * relu(x) - 4 * relu(x - 0.5)


def deep(x: Values, layers: int) -> Values:
    """The sawtooth with `layers` layers of two units each."""
    for _ in range(layers):
        x = hat(x)
    return x


def shallow(x: Values, layers: int) -> Values:
    """The same sawtooth in one layer of 2ᵏ units: one for the first slope, one for each turn."""
    pieces = 2**layers
    total = pieces * relu(x)
    for turn in range(1, pieces):
        total += (-1) ** turn * 2 * pieces * relu(x - turn / pieces)
    return total


def shallow_units(layers: int) -> int:
    return 2**layers


def linear_pieces(function: Function, finest: int) -> int:
    """The number of linear pieces on 0 … 1 of a function whose turns lie on multiples of
    2^−finest; exact, since such numbers and their sums are exact in binary."""
    x = np.arange(2**finest + 1) / 2**finest
    slopes = np.diff(function(x)) * 2**finest
    return 1 + int(np.count_nonzero(np.diff(slopes)))
