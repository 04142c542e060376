"""The functions of formulas as NumPy computes them, with their first and second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Function:
    """A function f of one argument u. Its derivatives take u and f(u); where u has a kink they are
    between those of both sides."""

    value: Callable[[Any], Any]
    first: Callable[[Any, Any], Any]
    second: Callable[[Any, Any], Any]


def _flat(u: Any, f: Any) -> Any:
    return 0.0 * u


def _sigmoid(u: Any) -> Any:
    return 0.5 + 0.5 * np.tanh(0.5 * u)


FUNCTIONS: dict[str, Function] = {
    "sin": Function(np.sin, lambda u, f: np.cos(u), lambda u, f: -f),
    "cos": Function(np.cos, lambda u, f: -np.sin(u), lambda u, f: -f),
    "tan": Function(np.tan, lambda u, f: 1 + f * f, lambda u, f: 2 * f * (1 + f * f)),
    "asin": Function(
        np.arcsin, lambda u, f: (1 - u * u) ** -0.5, lambda u, f: u * (1 - u * u) ** -1.5
    ),
    "acos": Function(
        np.arccos, lambda u, f: -((1 - u * u) ** -0.5), lambda u, f: -u * (1 - u * u) ** -1.5
    ),
    "atan": Function(
        np.arctan, lambda u, f: 1 / (1 + u * u), lambda u, f: -2 * u / (1 + u * u) ** 2
    ),
    "sinh": Function(np.sinh, lambda u, f: np.cosh(u), lambda u, f: f),
    "cosh": Function(np.cosh, lambda u, f: np.sinh(u), lambda u, f: f),
    "tanh": Function(np.tanh, lambda u, f: 1 - f * f, lambda u, f: -2 * f * (1 - f * f)),
    "exp": Function(np.exp, lambda u, f: f, lambda u, f: f),
    "log": Function(np.log, lambda u, f: 1 / u, lambda u, f: -1 / (u * u)),
    "sqrt": Function(np.sqrt, lambda u, f: 0.5 / f, lambda u, f: -0.25 / (u * f)),
    "sigmoid": Function(_sigmoid, lambda u, f: f * (1 - f), lambda u, f: f * (1 - f) * (1 - 2 * f)),
    "abs": Function(np.abs, lambda u, f: np.sign(u), _flat),
    "sign": Function(np.sign, _flat, _flat),
    "floor": Function(np.floor, _flat, _flat),
    "step": Function(lambda u: np.heaviside(u, 0.0), _flat, _flat),
}
