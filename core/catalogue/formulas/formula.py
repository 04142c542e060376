"""A parsed formula: its values and derivatives on arrays, and its text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.catalogue.formulas.differentiation import Values, evaluate
from core.catalogue.formulas.expression import Call, parts, written
from core.catalogue.formulas.parser import Parser

KINKED = ("abs", "min", "max")


class Formula:
    """A parsed formula of given variables. Evaluation takes and returns float64 arrays.

    Where the formula is undefined (the logarithm of −1) values are NaN or infinite. With
    `differentiable`, functions without a useful slope are rejected. Raises `FormulaError`.
    """

    def __init__(
        self, text: str, variables: Sequence[str] = ("x", "y"), differentiable: bool = True
    ) -> None:
        self.text, self.variables = text, tuple(variables)
        self._expression = Parser(text, self.variables, differentiable).parse()

    def value(self, *arguments: Values) -> Values:
        """The values at points, one array of coordinates for each variable."""
        return self.derivative((), *arguments)

    def derivative(self, by: tuple[str, ...], *arguments: Values) -> Values:
        """A derivative of first or second order, such as ("x", "y") for ∂²f/∂x∂y; at a kink, one
        between those of both sides. Raises ValueError for a higher order."""
        if len(by) > 2:
            raise ValueError("a formula is differentiated at most twice")
        points = dict(zip(self.variables, arguments, strict=True))
        with np.errstate(all="ignore"):
            result = evaluate(self._expression, points, by)
            found = (result.value, result.first, result.second)[len(by)]
            shape = np.shape(arguments[0])
            return np.broadcast_to(0.0 if found is None else found, shape).astype(float)

    def written(self) -> str:
        """The formula as it was understood."""
        return written(self._expression)

    @property
    def kinks(self) -> bool:
        """Whether there are places without a derivative (an absolute value, min or max)."""
        return any(isinstance(p, Call) and p.function in KINKED for p in parts(self._expression))
