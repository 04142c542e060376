"""The expression that a formula consists of, and its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A constant; `symbol` is how it is written, such as "π", if not in digits."""

    value: float
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or one of the operators + - * / ^, of one or two arguments."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Variable | Call

ZERO, ONE, MINUS_ONE = Number(0.0), Number(1.0), Number(-1.0)
_SIGNS = {"+": " + ", "-": " − ", "*": "·", "/": "/", "^": "^"}
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_MINUS, _ATOM = 3, 5


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything within it."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from parts(argument)


def written(expression: Expression) -> str:
    """The expression as text, which can be parsed again."""
    return _written(expression)[0]


def _written(expression: Expression) -> tuple[str, int]:
    """The text, and how tightly its outermost operator binds."""
    if isinstance(expression, Variable):
        return expression.name, _ATOM
    if isinstance(expression, Number):
        digits = repr(expression.value).removesuffix(".0").replace("-", "−")
        text = expression.symbol or digits
        return text, _MINUS if text.startswith("−") else _ATOM
    name, arguments = expression.function, expression.arguments
    if name not in _SIGNS:
        return f"{name}({', '.join(map(written, arguments))})", _ATOM
    binding = _BINDING[name]
    left, right = map(_written, arguments)
    if name == "*" and arguments[0] == MINUS_ONE:
        return "−" + _bracketed(right, binding), binding
    # Of several powers the last comes first, of all others the first.
    before = _bracketed(left, binding + (name == "^"))
    after = _bracketed(right, binding + (name != "^"))
    if after.startswith("−"):
        after = f"({after})"
    return f"{before}{_SIGNS[name]}{after}", binding


def _bracketed(part: tuple[str, int], least: int) -> str:
    text, binding = part
    return text if binding >= least else f"({text})"
