"""Formulas typed by users, evaluated by NumPy with their derivatives.

The text is never run as code: a recursive-descent parser builds an expression from a fixed set of
functions, and forward-mode automatic differentiation evaluates it. Errors carry their position in
the text.
"""

from core.catalogue.formulas.formula import Formula
from core.catalogue.formulas.tokens import FormulaError

__all__ = ["Formula", "FormulaError"]
