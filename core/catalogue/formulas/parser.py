"""From the text of a formula to a SymPy expression.

sum      = product {("+" | "-") product}
product  = signed {["*" | "/"] signed}            2x and x sin y are products
signed   = ["-"] power
power    = atom ["^" signed | superscript digits]
atom     = number | name | "(" sum ")" | "|" sum "|" | function argument
argument = "(" sum {"," sum} ")" | power {power}   sin 15x is sin(15x)
"""

from __future__ import annotations

import difflib
import math
from typing import Any

import numpy as np

from core.base.extras import MissingExtra, require
from core.base.translation import Message
from core.catalogue.formulas.evaluation import NUMPY
from core.catalogue.formulas.tokens import (
    ALIASES,
    CONSTANTS,
    FUNCTIONS,
    STEPS,
    FormulaError,
    Token,
    digits,
    tokens_of,
)

LONGEST, DEEPEST = 300, 40
# Second derivatives of functions nested deeper than this take too long to compute.
MOST_NESTED = 8
LARGEST = 1e15


def sympy_module() -> Any:
    """SymPy, imported when the first formula is typed."""
    try:
        return require("sympy", "formulas", Message("A typed formula"))
    except MissingExtra as error:
        raise FormulaError(str(error), 0) from error


class Parser:
    """Recursive descent over tokens; builds a SymPy expression, constants folded in float64."""

    def __init__(self, text: str, symbols: dict[str, Any], differentiable: bool) -> None:
        if len(text) > LONGEST:
            problem = Message("A formula may have at most {most} characters.", most=LONGEST)
            raise FormulaError(problem, LONGEST, len(text) - LONGEST)
        self._sympy, self._symbols, self._differentiable = sympy_module(), symbols, differentiable
        self._tokens = tokens_of(text, symbols)
        self._next, self._depth = 0, 0

    def parse(self) -> Any:
        if self._token.kind == "end":
            raise FormulaError(Message("Type a formula, for example x^2/20 + y^2."), 0)
        expression = self._sum()
        token = self._token
        if token.kind != "end":
            unopened = Message("This bracket was never opened.")
            raise self._error(unopened if token.text == ")" else Message("Unexpected here."), token)
        if _nested(expression) > MOST_NESTED:
            raise FormulaError(
                Message(
                    "At most {most} functions and powers may stand within each other.",
                    most=MOST_NESTED,
                ),
                0,
                self._token.position,
            )
        return expression

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _accept(self, *texts: str) -> Token | None:
        return self._take() if self._token.kind == "sign" and self._token.text in texts else None

    @staticmethod
    def _error(message: str, token: Token) -> FormulaError:
        return FormulaError(message, token.position, len(token.text))

    def _sum(self) -> Any:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(Message("Too many brackets within brackets."), self._token)
        total = self._product()
        while sign := self._accept("+", "-"):
            term = self._product()
            total = self._checked(total + term if sign.text == "+" else total - term, sign)
        self._depth -= 1
        return total

    def _product(self) -> Any:
        product = self._signed()
        while True:
            if sign := self._accept("*"):
                product = self._checked(product * self._signed(), sign)
            elif sign := self._accept("/"):
                at, divisor = self._token, self._signed()
                if divisor.is_zero:
                    raise self._error(Message("Division by zero."), at)
                product = self._checked(product / divisor, sign)
            elif self._begins_factor():
                at = self._token
                if at.kind == "number":
                    raise self._error(Message("An operator is missing before this number."), at)
                product = self._checked(product * self._power(), at)
            else:
                return product

    def _begins_factor(self) -> bool:
        token = self._token
        if token.kind == "sign" and token.text == "|":
            return not self._inside_bars
        return token.kind in ("number", "name") or token.text in ("(", "√")

    _inside_bars = False

    def _signed(self) -> Any:
        if self._accept("-"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error(Message("Too many signs in a row."), self._token)
            value = -self._signed()
            self._depth -= 1
            return value
        if self._accept("+"):
            return self._signed()
        return self._power()

    def _power(self) -> Any:
        base = self._atom()
        at = self._token
        if at.kind == "super":
            self._take()
            return self._raised(base, self._number(at._replace(text=digits(at.text))), at)
        if at.kind == "power":
            self._take()
            return self._raised(base, self._signed(), at)
        return base

    def _raised(self, base: Any, exponent: Any, at: Token) -> Any:
        if base.is_number and exponent.is_number:
            try:
                return self._folded(float(base) ** float(exponent), at)
            except (OverflowError, ZeroDivisionError, TypeError):
                raise self._error(Message("This power is not a finite real number."), at) from None
        return self._checked(base**exponent, at)

    def _atom(self) -> Any:
        token = self._take()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "name" or token.text == "√":
            return self._named(token)
        if token.text == "(":
            return self._bracketed(token)
        if token.text == "|":
            return self._between_bars(token)
        if token.kind == "end":
            raise FormulaError(
                Message("The formula ends too early: something is missing here."), token.position
            )
        raise self._error(Message("A number, a variable or a bracket is missing here."), token)

    def _bracketed(self, opened: Token) -> Any:
        outer, self._inside_bars = self._inside_bars, False
        inner = self._sum()
        self._inside_bars = outer
        if not self._accept(")"):
            raise self._error(Message("This bracket is never closed."), opened)
        return inner

    def _between_bars(self, opened: Token) -> Any:
        outer, self._inside_bars = self._inside_bars, True
        inner = self._sum()
        self._inside_bars = outer
        if not self._accept("|"):
            raise self._error(Message("This bar is never closed."), opened)
        return self._sympy.Abs(inner)

    def _number(self, token: Token) -> Any:
        return self._folded(float(token.text), token)

    def _folded(self, value: Any, at: Token) -> Any:
        """A constant: an integer where it is one, so that derivatives read well."""
        if isinstance(value, complex) or not math.isfinite(value):
            raise self._error(Message("This is not a finite real number."), at)
        if value == int(value) and abs(value) < LARGEST:
            return self._sympy.Integer(int(value))
        return self._sympy.Float(value)

    def _checked(self, expression: Any, at: Token) -> Any:
        """The expression. Raises `FormulaError` if arithmetic on constants left the real
        numbers."""
        if expression.has(self._sympy.zoo, self._sympy.nan, self._sympy.oo, self._sympy.I):
            raise self._error(Message("This is not a finite real number."), at)
        if expression.is_Integer and abs(expression) > LARGEST:
            return self._folded(float(expression), at)
        factor, _ = expression.as_coeff_Mul()
        if not math.isfinite(float(factor)):
            raise self._error(Message("This is too large a number."), at)
        return expression

    def _named(self, token: Token) -> Any:
        name = ALIASES.get(token.text, token.text)
        if name in self._symbols:
            return self._symbols[name]
        if name in CONSTANTS:
            return self._sympy.pi if name in ("pi", "π") else self._sympy.E
        if name not in FUNCTIONS:
            raise self._error(self._unknown(name), token)
        if self._differentiable and name in STEPS:
            raise self._error(
                Message(
                    "{function} has slope 0 or none, so that no gradient can be taken.",
                    function=token.text,
                ),
                token,
            )
        exponent = self._take() if self._token.kind == "super" else None  # sin²x is (sin x)²
        arguments = self._arguments(token)
        if len(arguments) != FUNCTIONS[name]:
            raise self._error(
                Message(
                    "{function} takes {needed}, not {given}.",
                    function=token.text,
                    needed=FUNCTIONS[name],
                    given=len(arguments),
                ),
                token,
            )
        result = self._applied(name, arguments, token)
        if exponent is None:
            return result
        return self._raised(
            result, self._number(exponent._replace(text=digits(exponent.text))), exponent
        )

    def _unknown(self, name: str) -> Message:
        near = difflib.get_close_matches(name, [*FUNCTIONS, *ALIASES, *self._symbols], n=1)
        if near:
            return Message("Unknown name {name!r}; did you mean {near}?", name=name, near=near[0])
        return Message(
            "Unknown name {name!r} (variables: {variables}; functions: {functions}).",
            name=name,
            variables=", ".join(self._symbols),
            functions=", ".join(FUNCTIONS),
        )

    def _arguments(self, function: Token) -> list[Any]:
        if opened := self._accept("("):
            outer, self._inside_bars = self._inside_bars, False
            arguments = [self._sum()]
            while self._accept(","):
                arguments.append(self._sum())
            self._inside_bars = outer
            if not self._accept(")"):
                raise self._error(Message("This bracket is never closed."), opened)
            return arguments
        if self._token.kind not in ("number", "name") and self._token.text not in ("√", "|"):
            problem = Message(
                "{function} of what? Its argument is missing.", function=function.text
            )
            raise self._error(problem, function)
        argument = self._power()
        while self._token.kind == "name" and not self._is_function(self._token):
            argument = argument * self._power()
        return [argument]

    @staticmethod
    def _is_function(token: Token) -> bool:
        return ALIASES.get(token.text, token.text) in FUNCTIONS

    def _applied(self, name: str, arguments: list[Any], at: Token) -> Any:
        sympy = self._sympy
        if all(argument.is_number for argument in arguments):
            values = [np.float64(float(argument)) for argument in arguments]
            with np.errstate(all="ignore"):
                return self._folded(float(NUMPY[name](*values)), at)
        if name == "sigmoid":
            return 1 / (1 + sympy.exp(-arguments[0]))
        if name == "step":
            return sympy.Heaviside(arguments[0], 0)
        names = {"abs": "Abs", "min": "Min", "max": "Max"}
        return getattr(sympy, names.get(name, name))(*arguments)


def _nested(node: Any) -> int:
    """The nesting depth of functions and powers."""
    inner = max((_nested(part) for part in node.args), default=0)
    return inner + bool(node.is_Function or node.is_Pow)
