"""Surfaces f(x, y) for watching optimizers, each with its analytic gradient and Hessian.

x and y are float64 arrays of one shape; everything returned has that shape.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import Entry, Registry

Values = NDArray[np.float64]
Point = tuple[float, float]
Window = tuple[float, float, float, float]
# Minima that were found by comparing values are accurate to this, in relation to f.
ROUNDING = 1e-9
# Points along each side of the window at which f is evaluated for its range.
GRID = 161


class Surface(Entry):
    """A function of two variables.

    `window` is the part of the plane to show (x from, x to, y from, y to), `start` where a descent
    begins by default. `unbounded` surfaces fall without bound in some direction, so that every good
    optimizer ends as "diverged" there.
    """

    window: ClassVar[Window] = (-4, 4, -4, 4)
    start: ClassVar[Point] = (-3, 2)
    unbounded: ClassVar[bool] = False

    @property
    def minima(self) -> tuple[Point, ...]:
        """The local minima that are known."""
        return ()

    def value(self, x: Values, y: Values) -> Values:
        raise NotImplementedError

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        """∂f/∂x and ∂f/∂y."""
        raise NotImplementedError

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        """∂²f/∂x², ∂²f/∂x∂y and ∂²f/∂y²."""
        raise NotImplementedError

    def lowest(self) -> float | None:
        """f at the lowest of the known minima; None if there is none or f falls without bound."""
        if self.unbounded or not self.minima:
            return None
        x, y = np.array(self.minima, float).T
        return float(self.value(x, y).min())

    def value_range(self) -> tuple[float, float]:
        """The least and the greatest finite f on a grid over the window; NaN if f has no value."""
        x0, x1, y0, y1 = self.window
        x, y = np.meshgrid(np.linspace(x0, x1, GRID), np.linspace(y0, y1, GRID))
        with np.errstate(all="ignore"):
            f = np.asarray(self.value(x, y), float)
        f = f[np.isfinite(f)]
        return (float(f.min()), float(f.max())) if f.size else (np.nan, np.nan)


def is_below(value: float, lowest: float) -> bool:
    """Whether a value is lower by more than rounding explains."""
    return value < lowest - ROUNDING * max(1.0, abs(lowest))


SURFACES: Registry[Surface] = Registry("surface", Surface)
