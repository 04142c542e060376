"""A surface that the user has typed."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from core.base.registry import setting
from core.catalogue.formulas import Formula
from core.catalogue.surfaces.base import SURFACES, Point, Surface, Values, Window


@SURFACES.add(
    "typed",
    label="Your own f(x, y)",
    formula="f(x, y)",
    advice="Type any formula of x and y; gradient and Hessian are derived from it. Where it is "
    "undefined the picture stays empty and a descent that gets there ends.",
)
class Typed(Surface):
    """Using one whose text is wrong raises `FormulaError`, see `parsed`."""

    window: ClassVar[Window] = (-4, 4, -4, 4)
    start: ClassVar[Point] = (-3, 2)

    text: str = setting("(x² − 4)² / 8 + y² + 0.5 sin 3x", label="f(x, y)")

    @cached_property
    def parsed(self) -> Formula:
        """The parsed formula. Raises `FormulaError`."""
        return Formula(self.text)

    def value(self, x: Values, y: Values) -> Values:
        return self.parsed.value(x, y)

    def gradient(self, x: Values, y: Values) -> tuple[Values, Values]:
        derivative = self.parsed.derivative
        return derivative(("x",), x, y), derivative(("y",), x, y)

    def hessian(self, x: Values, y: Values) -> tuple[Values, Values, Values]:
        derivative = self.parsed.derivative
        xx, xy, yy = (derivative(by, x, y) for by in (("x", "x"), ("x", "y"), ("y", "y")))
        return xx, xy, yy
