"""A formula and its exact first and second derivatives at points, by forward-mode automatic
differentiation with hyper-dual numbers (Fike and Alonso, "The Development of Hyper-Dual Numbers
for Exact Second-Derivative Calculations", 2011)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue.formulas.expression import Call, Expression, Number, Variable
from core.catalogue.formulas.functions import FUNCTIONS, Function

Values = NDArray[np.float64]
# A derivative that is 0 everywhere is None: times an infinite factor it is 0 still.
Derivative = Any


@dataclass(frozen=True, slots=True)
class HyperDual:
    """A value, its derivatives by two variables (or twice the same), and the second one by both."""

    value: Any
    first: Derivative = None
    other: Derivative = None
    second: Derivative = None

    @property
    def is_constant(self) -> bool:
        return self.first is None and self.other is None

    @property
    def depends_on_both(self) -> bool:
        return self.first is not None and self.other is not None


def evaluate(
    expression: Expression, variables: Mapping[str, Values], by: tuple[str, ...] = ()
) -> HyperDual:
    """An expression at points, differentiated by at most two variables.

    Where it is undefined the value is NaN or infinite, and NumPy warns as it is set to.
    """
    if isinstance(expression, Number):
        return HyperDual(np.float64(expression.value))
    if isinstance(expression, Variable):
        seeds = [1.0 if name == expression.name else None for name in (*by, "", "")]
        return HyperDual(variables[expression.name], seeds[0], seeds[1])
    arguments = [evaluate(argument, variables, by) for argument in expression.arguments]
    return _called(expression, arguments)


def _called(call: Call, arguments: list[HyperDual]) -> HyperDual:
    match call.function, arguments:
        case "+", [a, b]:
            return _combined(a.value + b.value, a, b, 1.0, 1.0)
        case "-", [a, b]:
            return _combined(a.value - b.value, a, b, 1.0, -1.0)
        case "*", [a, b]:
            return _combined(a.value * b.value, a, b, b.value, a.value, by_both=1.0)
        case "/", [a, b]:
            return _quotient(a, b)
        case "^", [a, b]:
            return _power(a, b, call.arguments[1])
        case ("min" | "max") as name, [a, b]:
            smaller = np.heaviside(b.value - a.value, 0.5)
            weight = smaller if name == "min" else 1 - smaller
            pick = np.minimum if name == "min" else np.maximum
            return _combined(pick(a.value, b.value), a, b, weight, 1 - weight)
        case name, [u]:
            return _applied(FUNCTIONS[name], u)
    raise ValueError(f"{call.function} does not take {len(arguments)} arguments")


def _applied(function: Function, u: HyperDual) -> HyperDual:
    value = function.value(u.value)
    first = None if u.is_constant else function.first(u.value, value)
    second = function.second(u.value, value) if u.depends_on_both else None
    return _chained(value, u, first, second)


def _quotient(a: HyperDual, b: HyperDual) -> HyperDual:
    value, inverse = a.value / b.value, 1 / b.value
    squared = inverse * inverse
    return _combined(
        value,
        a,
        b,
        inverse,
        -value * inverse,
        by_both=-squared,
        by_b_twice=2 * value * squared,
    )


def _power(a: HyperDual, b: HyperDual, exponent: Expression) -> HyperDual:
    if isinstance(exponent, Number):
        return _constant_power(a, exponent.value)
    value = np.power(a.value, b.value)
    log = np.log(a.value)
    if a.is_constant:
        return _chained(value, b, value * log, value * log * log)
    n = b.value
    before = np.power(a.value, n - 1)
    return _combined(
        value,
        a,
        b,
        n * before,
        value * log,
        by_a_twice=n * (n - 1) * np.power(a.value, n - 2),
        by_both=before * (1 + n * log),
        by_b_twice=value * log * log,
    )


def _constant_power(u: HyperDual, n: float) -> HyperDual:
    """u to the power of a constant; squares and reciprocals as they are computed by hand."""
    x = u.value
    if n == 2:
        return _chained(x * x, u, 2 * x, 2.0)
    if n == -1:
        inverse = 1 / x
        return _chained(inverse, u, -inverse * inverse, 2 * inverse * inverse * inverse)
    first = None if u.is_constant else n * np.power(x, n - 1)
    second = n * (n - 1) * np.power(x, n - 2) if u.depends_on_both else None
    return _chained(np.power(x, n), u, first, second)


def _chained(value: Any, u: HyperDual, first: Any, second: Any) -> HyperDual:
    """f(u), from f and its derivatives at u: the chain rule."""
    return HyperDual(
        value,
        _times(first, u.first),
        _times(first, u.other),
        _plus(_times(second, _times(u.first, u.other)), _times(first, u.second)),
    )


def _combined(
    value: Any,
    a: HyperDual,
    b: HyperDual,
    by_a: Any,
    by_b: Any,
    by_a_twice: Derivative = None,
    by_both: Derivative = None,
    by_b_twice: Derivative = None,
) -> HyperDual:
    """f(a, b), from f and its partial derivatives: the chain rule for two arguments."""
    crossed = _plus(_times(a.first, b.other), _times(a.other, b.first))
    return HyperDual(
        value,
        _plus(_times(by_a, a.first), _times(by_b, b.first)),
        _plus(_times(by_a, a.other), _times(by_b, b.other)),
        _plus(
            _times(by_a, a.second),
            _times(by_b, b.second),
            _times(by_a_twice, _times(a.first, a.other)),
            _times(by_both, crossed),
            _times(by_b_twice, _times(b.first, b.other)),
        ),
    )


def _times(a: Derivative, b: Derivative) -> Derivative:
    return None if a is None or b is None else a * b


def _plus(*terms: Derivative) -> Derivative:
    present = [term for term in terms if term is not None]
    return sum(present[1:], present[0]) if present else None
