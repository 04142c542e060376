"""Formulas typed by users: parsed here, differentiated by SymPy, evaluated by NumPy.

The text is never run as code: a recursive-descent parser builds the expression from a fixed set of
functions, and a small interpreter evaluates it. Errors carry their position in the text.
"""

from core.catalogue.formulas.formula import Formula
from core.catalogue.formulas.tokens import FormulaError

__all__ = ["Formula", "FormulaError"]
