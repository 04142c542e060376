"""A surface that the user has typed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.base.registry import setting
from core.catalogue.formulas import Formula
from core.catalogue.surfaces.base import SURFACES, Point, Surface, Values, Window
from core.catalogue.surfaces.minima import find_minima

FARTHEST = 1e6


@SURFACES.add(
    "typed",
    label="Your own f(x, y)",
    formula="f(x, y)",
    advice="Type any formula of x and y; gradient and Hessian are derived from it, and minima in "
    "the window are searched for. Where it is undefined the picture stays empty and a descent that "
    "gets there ends.",
)
class Typed(Surface):
    """Using a surface with an invalid formula raises `FormulaError`, see `parsed`."""

    text: str = setting("(x² − 4)² / 8 + y² + 0.5 sin 3x", label="f(x, y)")
    left: float = setting(-4.0, label="x from", low=-FARTHEST, high=FARTHEST)
    right: float = setting(4.0, label="x to", low=-FARTHEST, high=FARTHEST)
    bottom: float = setting(-4.0, label="y from", low=-FARTHEST, high=FARTHEST)
    top: float = setting(4.0, label="y to", low=-FARTHEST, high=FARTHEST)

    @property
    def window(self) -> Window:  # type: ignore[override]
        return self.left, self.right, self.bottom, self.top

    @property
    def parsed(self) -> Formula:
        """The parsed formula. Raises `FormulaError`."""
        return _parsed(self.text)

    @property
    def minima(self) -> tuple[Point, ...]:
        """The local minima found in the window."""
        return _minima(self)

    def value(self, x: Values, y: Values) -> Values:
        return self.parsed.value(x, y)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        derivative = self.parsed.derivative
        return derivative(("x",), x, y), derivative(("y",), x, y)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        derivative = self.parsed.derivative
        xx, xy, yy = (derivative(by, x, y) for by in (("x", "x"), ("x", "y"), ("y", "y")))
        return xx, xy, yy


@lru_cache(maxsize=16)
def _parsed(text: str) -> Formula:
    """The parsed formula, cached together with its derivatives."""
    return Formula(text)


@lru_cache(maxsize=16)
def _minima(surface: Typed) -> tuple[Point, ...]:
    return tuple(_polished(surface, point) for point in find_minima(surface.value, surface.window))


def _polished(surface: Typed, point: Point) -> Point:
    """The point after two steps of Newton's method, if the slope is smaller there: values of f
    alone locate a minimum to only half of the digits."""

    def slope(x: float, y: float) -> Values:
        return np.array(surface.gradient(np.array([x]), np.array([y])))[:, 0]

    at = np.array(point)
    with np.errstate(all="ignore"):
        for _ in range(2):
            xx, xy, yy = (float(h[0]) for h in surface.hessian(at[:1], at[1:]))
            determinant = xx * yy - xy * xy
            gx, gy = slope(*at)
            step = np.array([yy * gx - xy * gy, xx * gy - xy * gx]) / determinant
            better = np.abs(slope(*(at - step))).max() < max(abs(gx), abs(gy))
            if not (determinant > 0 and better):
                break
            at = at - step
    return float(at[0]), float(at[1])
