"""A parsed formula: its values and derivatives on arrays, and its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.catalogue.formulas.evaluation import Values, evaluate
from core.catalogue.formulas.parser import Parser, sympy_module


class Formula:
    """A parsed formula of given variables. Evaluation takes and returns float64 arrays.

    Where the formula is undefined (the logarithm of −1) values are NaN or infinite. With
    `differentiable`, functions without a useful slope are rejected. Raises `FormulaError`.
    """

    def __init__(
        self, text: str, variables: Sequence[str] = ("x", "y"), differentiable: bool = True
    ) -> None:
        self.text, self.variables = text, tuple(variables)
        sympy = sympy_module()
        self._symbols = {name: sympy.Symbol(name, real=True) for name in variables}
        self._expression = Parser(text, self._symbols, differentiable).parse()
        self._derivatives: dict[tuple[str, ...], Any] = {(): self._expression}

    def value(self, *arguments: Values) -> Values:
        return self.derivative((), *arguments)

    def derivative(self, by: tuple[str, ...], *arguments: Values) -> Values:
        """A derivative, such as ("x", "y") for ∂²f/∂x∂y; at a kink, one between those of both
        sides."""
        known = {self._symbols[n]: a for n, a in zip(self.variables, arguments, strict=True)}
        with np.errstate(all="ignore"):
            result = evaluate(self._symbolic(by), known)
            return np.broadcast_to(np.asarray(result, float), np.shape(arguments[0])).copy()

    def written(self, by: tuple[str, ...] = ()) -> str:
        """The formula, or a derivative of it, as it was understood."""
        text = str(self._symbolic(by))
        return text.replace("**", "^").replace("*", "·").replace("Abs(", "abs(")

    @property
    def kinks(self) -> bool:
        """Whether there are places without a derivative (an absolute value, min or max)."""
        sympy = sympy_module()
        return self._expression.has(sympy.Abs, sympy.Min, sympy.Max)

    def _symbolic(self, by: tuple[str, ...]) -> Any:
        if by not in self._derivatives:
            self._derivatives[by] = self._symbolic(by[:-1]).diff(self._symbols[by[-1]])
        return self._derivatives[by]
