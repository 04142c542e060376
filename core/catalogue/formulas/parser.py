"""From the text of a formula to an expression.

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
from collections.abc import Sequence

import numpy as np

from core.base.translation import Message
from core.catalogue.formulas.differentiation import evaluate
from core.catalogue.formulas.expression import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    Expression,
    Number,
    Variable,
    parts,
)
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
TOO_LARGE = Message("This is too large a number.")
NOT_REAL = Message("This is not a finite real number.")


class Parser:
    """Recursive descent over tokens; computes what consists of constants."""

    def __init__(self, text: str, variables: Sequence[str], differentiable: bool) -> None:
        if len(text) > LONGEST:
            problem = Message("A formula may have at most {most} characters.", most=LONGEST)
            raise FormulaError(problem, LONGEST, len(text) - LONGEST)
        self._variables, self._differentiable = variables, differentiable
        self._tokens = tokens_of(text, variables)
        self._next, self._depth = 0, 0

    def parse(self) -> Expression:
        if self._token.kind == "end":
            raise FormulaError(Message("Type a formula, for example x^2/20 + y^2."), 0)
        expression = self._sum()
        token = self._token
        if token.kind != "end":
            unopened = Message("This bracket was never opened.")
            raise self._error(unopened if token.text == ")" else Message("Unexpected here."), token)
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

    def _sum(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(Message("Too many brackets within brackets."), self._token)
        total = self._product()
        while sign := self._accept("+", "-"):
            total = self._built(sign.text, (total, self._product()), sign)
        self._depth -= 1
        return total

    def _product(self) -> Expression:
        product = self._signed()
        while True:
            if sign := self._accept("*"):
                product = self._built("*", (product, self._signed()), sign)
            elif sign := self._accept("/"):
                at, divisor = self._token, self._signed()
                if is_constant(divisor) and value_of(divisor) == 0:
                    raise self._error(Message("Division by zero."), at)
                product = self._built("/", (product, divisor), sign)
            elif self._begins_factor():
                at = self._token
                if at.kind == "number":
                    raise self._error(Message("An operator is missing before this number."), at)
                product = self._built("*", (product, self._power()), at)
            else:
                return product

    def _begins_factor(self) -> bool:
        token = self._token
        if token.kind == "sign" and token.text == "|":
            return not self._inside_bars
        return token.kind in ("number", "name") or token.text in ("(", "√")

    _inside_bars = False

    def _signed(self) -> Expression:
        if minus := self._accept("-"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error(Message("Too many signs in a row."), self._token)
            value = self._built("*", (MINUS_ONE, self._signed()), minus)
            self._depth -= 1
            return value
        if self._accept("+"):
            return self._signed()
        return self._power()

    def _power(self) -> Expression:
        base = self._atom()
        at = self._token
        if at.kind == "super":
            self._take()
            return self._built("^", (base, self._superscript(at)), at)
        if at.kind == "power":
            self._take()
            return self._built("^", (base, self._signed()), at)
        return base

    def _atom(self) -> Expression:
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

    def _bracketed(self, opened: Token) -> Expression:
        outer, self._inside_bars = self._inside_bars, False
        inner = self._sum()
        self._inside_bars = outer
        if not self._accept(")"):
            raise self._error(Message("This bracket is never closed."), opened)
        return inner

    def _between_bars(self, opened: Token) -> Expression:
        outer, self._inside_bars = self._inside_bars, True
        inner = self._sum()
        self._inside_bars = outer
        if not self._accept("|"):
            raise self._error(Message("This bar is never closed."), opened)
        return self._built("abs", (inner,), opened)

    def _number(self, token: Token) -> Number:
        return Number(self._finite(float(token.text), token, TOO_LARGE))

    def _superscript(self, token: Token) -> Number:
        return self._number(token._replace(text=digits(token.text)))

    def _built(self, function: str, arguments: tuple[Expression, ...], at: Token) -> Expression:
        """A call, or what it equals where that is simpler. Raises `FormulaError` where it is a
        constant that is not a finite real number."""
        call = Call(function, arguments)
        if function == "-" and arguments[0] == arguments[1]:
            return ZERO
        if function == "^" and arguments[1] in (ZERO, ONE):
            return arguments[0] if arguments[1] == ONE else ONE
        if not is_constant(call):
            return call
        problem = TOO_LARGE if function in ("+", "-", "*", "/") else NOT_REAL
        value = self._finite(value_of(call), at, problem)
        # Constants with a name stay in the text: 2π is not 6.28.
        named = any(isinstance(part, Number) and part.symbol for part in parts(call))
        return call if named else Number(value)

    def _finite(self, value: float, at: Token, problem: str) -> float:
        if not math.isfinite(value):
            raise self._error(problem, at)
        return value

    def _named(self, token: Token) -> Expression:
        name = ALIASES.get(token.text, token.text)
        if name in self._variables:
            return Variable(name)
        if name in CONSTANTS:
            return Number(CONSTANTS[name], "π" if name == "pi" else name)
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
        result = self._built(name, tuple(arguments), token)
        if exponent is None:
            return result
        return self._built("^", (result, self._superscript(exponent)), exponent)

    def _unknown(self, name: str) -> Message:
        near = difflib.get_close_matches(name, [*FUNCTIONS, *ALIASES, *self._variables], n=1)
        if near:
            return Message("Unknown name {name!r}; did you mean {near}?", name=name, near=near[0])
        return Message(
            "Unknown name {name!r} (variables: {variables}; functions: {functions}).",
            name=name,
            variables=", ".join(self._variables),
            functions=", ".join(FUNCTIONS),
        )

    def _arguments(self, function: Token) -> list[Expression]:
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
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(Message("Too many functions within functions."), function)
        argument = self._power()
        while self._token.kind == "name" and not self._is_function(self._token):
            argument = self._built("*", (argument, self._power()), function)
        self._depth -= 1
        return [argument]

    @staticmethod
    def _is_function(token: Token) -> bool:
        return ALIASES.get(token.text, token.text) in FUNCTIONS


def is_constant(expression: Expression) -> bool:
    return not any(isinstance(part, Variable) for part in parts(expression))


def value_of(constant: Expression) -> float:
    with np.errstate(all="ignore"):
        return float(evaluate(constant, {}).value)
