"""Test functions of the optimization literature."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.catalogue.surfaces.base import SURFACES, Point, Surface, Values, Window


@SURFACES.add(
    "beale",
    label="Beale",
    formula="(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
    advice="Flat valleys, steep corners. The minimum is (3, 0.5); (0, 1) is a saddle on which a "
    "method that only looks for slope 0 stops.",
    source="Beale 1958",
)
class Beale(Surface):
    window: ClassVar[Window] = (-4.5, 4.5, -4.5, 4.5)
    start: ClassVar[Point] = (1, 1.5)

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((3.0, 0.5),)

    def value(self, x: Values, y: Values) -> Values:
        a, b, c = self._residuals(x, y)
        return a * a + b * b + c * c

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        a, b, c = self._residuals(x, y)
        square = y * y
        dx = 2 * (a * (y - 1) + b * (square - 1) + c * (square * y - 1))
        return dx, 2 * x * (a + 2 * y * b + 3 * square * c)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        a, b, c = self._residuals(x, y)
        ax, bx, cx = y - 1, y**2 - 1, y**3 - 1
        ay, by, cy = x, 2 * x * y, 3 * x * y**2
        xx = 2 * (ax * ax + bx * bx + cx * cx)
        xy = 2 * (ax * ay + bx * by + cx * cy + a + 2 * y * b + 3 * y**2 * c)
        yy = 2 * (ay * ay + by * by + cy * cy + 2 * x * b + 6 * x * y * c)
        return xx, xy, yy

    @staticmethod
    def _residuals(x: Values, y: Values) -> tuple[Values, Values, Values]:
        once = x * y
        twice = once * y
        return 1.5 - x + once, 2.25 - x + twice, 2.625 - x + twice * y


@SURFACES.add(
    "rosenbrock",
    label="Rosenbrock",
    formula="(1 − x)² + 100 (y − x²)²",
    advice="A curved valley with an almost flat floor: it is easy to get into and slow to follow. "
    "At the minimum (1, 1) the condition number is 2508.",
    source="Rosenbrock 1960",
)
class Rosenbrock(Surface):
    window: ClassVar[Window] = (-2, 2, -1, 3)
    start: ClassVar[Point] = (-1.2, 1)

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((1.0, 1.0),)

    def value(self, x: Values, y: Values) -> Values:
        valley = y - x * x
        return (1 - x) ** 2 + 100 * valley * valley

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        slope = 200 * (y - x * x)
        return 2 * (x - 1) - 2 * x * slope, slope

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return 2 - 400 * (y - 3 * x * x), -400 * x, np.full_like(x, 200.0)


@SURFACES.add(
    "himmelblau",
    label="Himmelblau",
    formula="(x² + y − 11)² + (x + y² − 7)²",
    advice="Four minima, all with f = 0, a maximum in the middle and four saddles between: where a "
    "descent ends depends on where it starts.",
    source="Himmelblau 1972",
)
class Himmelblau(Surface):
    window: ClassVar[Window] = (-5.5, 5.5, -5.5, 5.5)
    start: ClassVar[Point] = (0, -0.5)

    @property
    def minima(self) -> tuple[Point, ...]:
        return (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286169),
            (3.5844283403304917, -1.8481265269644036),
        )

    def value(self, x: Values, y: Values) -> Values:
        a, b = x * x + y - 11, x + y * y - 7
        return a * a + b * b

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        a, b = 2 * (x * x + y - 11), 2 * (x + y * y - 7)
        return 2 * x * a + b, a + 2 * y * b

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return 12 * x * x + 4 * y - 42, 4 * (x + y), 12 * y * y + 4 * x - 26


def _rastrigin_minima() -> tuple[float, ...]:
    """The minima of v² − 10 cos 2πv near −5, −4, …, 5, by Newton's method."""
    v, turn = np.arange(-5.0, 6.0), 2 * math.pi
    for _ in range(6):
        v -= (2 * v + 10 * turn * np.sin(turn * v)) / (2 + 10 * turn * turn * np.cos(turn * v))
    return tuple(v.tolist())


_RASTRIGIN = _rastrigin_minima()


@SURFACES.add(
    "rastrigin",
    label="Rastrigin",
    formula="20 + x² − 10 cos 2πx + y² − 10 cos 2πy",
    advice="A minimum near every pair of whole numbers; only (0, 0) is the lowest. Momentum and "
    "noise help to escape shallow ones.",
    source="Rastrigin 1974",
)
class Rastrigin(Surface):
    window: ClassVar[Window] = (-5.12, 5.12, -5.12, 5.12)
    start: ClassVar[Point] = (-3.3, 2.7)

    @property
    def minima(self) -> tuple[Point, ...]:
        return tuple((x, y) for x in _RASTRIGIN for y in _RASTRIGIN)

    def value(self, x: Values, y: Values) -> Values:
        turn = 2 * math.pi
        return 20 + x * x - 10 * np.cos(turn * x) + y * y - 10 * np.cos(turn * y)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        turn = 2 * math.pi
        return 2 * x + 10 * turn * np.sin(turn * x), 2 * y + 10 * turn * np.sin(turn * y)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        turn = 2 * math.pi
        xx, yy = (2 + 10 * turn * turn * np.cos(turn * v) for v in (x, y))
        return xx, np.zeros_like(x), yy


@SURFACES.add(
    "six_hump_camel",
    label="Six-hump camel",
    formula="(4 − 2.1x² + x⁴/3) x² + xy + (4y² − 4) y²",
    advice="Six minima in three pairs; the lowest pair has f = −1.0316.",
    source="Dixon & Szegő 1978",
)
class SixHumpCamel(Surface):
    window: ClassVar[Window] = (-2.2, 2.2, -1.3, 1.3)
    start: ClassVar[Point] = (-1.9, 1.1)

    @property
    def minima(self) -> tuple[Point, ...]:
        half = (
            (0.08984201310031806, -0.7126564030207396),
            (-1.7036067149699807, 0.7960835686726252),
            (1.6071047529201972, 0.5686514548841314),
        )
        return (*half, *((-x, -y) for x, y in half))

    def value(self, x: Values, y: Values) -> Values:
        u, v = x * x, y * y
        return (4 - 2.1 * u + u * u / 3) * u + x * y + (4 * v - 4) * v

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        u = x * x
        return x * (8 - 8.4 * u + 2 * u * u) + y, x + y * (16 * y * y - 8)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        u = x * x
        return 8 - 25.2 * u + 10 * u * u, np.ones_like(x), 48 * y * y - 8
