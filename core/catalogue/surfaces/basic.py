"""Bowls, saddles and a plateau: shapes on which each rule's behaviour can be worked out."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.base.registry import setting
from core.catalogue.surfaces.base import SURFACES, Point, Surface, Values, Window


@SURFACES.add(
    "bowl",
    label="Bowl x²/20 + y²",
    formula="x²/20 + y²",
    advice="The lecture's example: 20 times as steep in y as in x. Plain descent zigzags in y "
    "while it creeps along x.",
)
class Bowl(Surface):
    window: ClassVar[Window] = (-10, 10, -5, 5)
    start: ClassVar[Point] = (-7, 2)

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((0.0, 0.0),)

    def value(self, x: Values, y: Values) -> Values:
        return x * x / 20 + y * y

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        return x / 10, 2 * y

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return np.full_like(x, 0.1), np.zeros_like(x), np.full_like(x, 2.0)


@SURFACES.add(
    "elongated",
    label="Elongated bowl",
    formula="½ (x²/κ + y²)",
    advice="The condition number κ says how much steeper y is than x. The largest stable rate "
    "stays 2, so a slowdown that grows with κ is due to the shape alone.",
)
class Elongated(Surface):
    window: ClassVar[Window] = (-10, 10, -5, 5)
    start: ClassVar[Point] = (-8, 2)

    condition: float = setting(
        100.0, label="Condition κ", low=1, high=1e6, scale="log", help="Steepest over flattest."
    )

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((0.0, 0.0),)

    def value(self, x: Values, y: Values) -> Values:
        return 0.5 * (x * x / self.condition + y * y)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        return x / self.condition, y.copy()

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return np.full_like(x, 1 / self.condition), np.zeros_like(x), np.ones_like(x)


@SURFACES.add(
    "saddle",
    label="Saddle x² − y²",
    formula="x² − y²",
    advice="Falls without bound along y: there is no minimum. On the ridge y = 0 the slope in y is "
    "exactly 0 and a descent stays on it; the smallest offset grows at each step.",
)
class Saddle(Surface):
    window: ClassVar[Window] = (-3, 3, -3, 3)
    start: ClassVar[Point] = (-2, 0.001)
    unbounded: ClassVar[bool] = True

    def value(self, x: Values, y: Values) -> Values:
        return x * x - y * y

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        return 2 * x, -2 * y

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return np.full_like(x, 2.0), np.zeros_like(x), np.full_like(x, -2.0)


@SURFACES.add(
    "closed_saddle",
    label="Saddle with two minima",
    formula="x² − y² + 0.05 y⁴",
    advice="The saddle with a floor: minima at y = ±√10, where f = −5. Which one a descent finds "
    "depends on the side of the ridge it starts on.",
)
class ClosedSaddle(Surface):
    window: ClassVar[Window] = (-4, 4, -5, 5)
    start: ClassVar[Point] = (-3, 0.01)

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((0.0, -math.sqrt(10)), (0.0, math.sqrt(10)))

    def value(self, x: Values, y: Values) -> Values:
        square = y * y
        return x * x - square + 0.05 * square * square

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        return 2 * x, y * (0.2 * y * y - 2)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return np.full_like(x, 2.0), np.zeros_like(x), 0.6 * y * y - 2


@SURFACES.add(
    "plateau",
    label="Plateau",
    formula="1 − exp(−(x² + y²)/2)",
    advice="A dip in a plateau. Far out the slope is almost 0, and rules that take steps in "
    "proportion to it stand still; those that divide by its size do not.",
)
class Plateau(Surface):
    window: ClassVar[Window] = (-5, 5, -5, 5)
    start: ClassVar[Point] = (-3, 2)

    @property
    def minima(self) -> tuple[Point, ...]:
        return ((0.0, 0.0),)

    def value(self, x: Values, y: Values) -> Values:
        return -np.expm1(-(x * x + y * y) / 2)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        depth = np.exp(-(x * x + y * y) / 2)
        return x * depth, y * depth

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        depth = np.exp(-(x * x + y * y) / 2)
        return (1 - x * x) * depth, -x * y * depth, (1 - y * y) * depth


@SURFACES.add(
    "monkey_saddle",
    label="Monkey saddle",
    formula="x³ − 3xy²",
    advice="Three ways down and three up from a point where the Hessian is 0, so that Newton's "
    "method covers only half the distance per step. Falls without bound: there is no minimum.",
)
class MonkeySaddle(Surface):
    window: ClassVar[Window] = (-2, 2, -2, 2)
    start: ClassVar[Point] = (1.5, 0.01)
    unbounded: ClassVar[bool] = True

    def value(self, x: Values, y: Values) -> Values:
        return x * (x * x - 3 * y * y)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        return 3 * (x * x - y * y), -6 * x * y

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        return 6 * x, -6 * y, -6 * x
