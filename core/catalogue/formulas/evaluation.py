"""Evaluating SymPy expressions with NumPy, without running any generated code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def _logistic(x: Any) -> Any:
    return 0.5 + 0.5 * np.tanh(0.5 * x)


NUMPY: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp")},
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "min": np.minimum,
    "max": np.maximum,
    "sigmoid": _logistic,
    "step": lambda x: np.heaviside(x, 0.0),
}
_NODES: dict[str, Any] = {
    **NUMPY,
    "Abs": np.abs,
    "Min": np.minimum,
    "Max": np.maximum,
    "re": np.real,
    # Slopes of |x|, min and max at their kinks, and the slopes of these, 0 wherever they exist.
    "Heaviside": lambda x, at=0.5: np.heaviside(x, at),
    "DiracDelta": lambda x, n=0: 0.0 * x,
}


def evaluate(node: Any, known: dict[Any, Values]) -> Any:
    """A SymPy expression as an array, or as a number where no variable occurs in it.

    `known` holds the variables; repeated subexpressions are computed once and cached there.
    """
    if node not in known:
        known[node] = _computed(node, known)
    return known[node]


def _computed(node: Any, known: dict[Any, Values]) -> Any:
    if node.is_number and node.is_Atom:
        return np.float64(float(node))
    parts = [evaluate(part, known) for part in node.args]
    if node.is_Add or node.is_Mul:
        result = parts[0]
        for part in parts[1:]:
            result = result + part if node.is_Add else result * part
        return result
    if node.is_Pow:
        return _to_the(parts[0], parts[1], node.exp)
    function = _NODES[node.func.__name__]
    result = parts[0] if len(parts) == 1 else None
    if result is not None:
        return function(result)
    if node.func.__name__ in ("Min", "Max"):
        for part in parts:
            result = part if result is None else function(result, part)
        return result
    return function(*parts)


def _to_the(base: Any, value: Any, exponent: Any) -> Any:
    if exponent == 2:
        return base * base
    if exponent == -1:
        return 1 / base
    return np.power(base, value)
