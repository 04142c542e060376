"""Numbers as people type and read them."""

from __future__ import annotations

import math
from decimal import Decimal

from core.base.translation import Message


def shown(value: float) -> str:
    """The shortest text that reads back to the same number: 0.01, 1e-4, 32, 2.5e6."""
    if not math.isfinite(value):
        return str(value)
    number = Decimal(repr(float(value))).normalize()
    _, digits, exponent = number.as_tuple()
    plain = f"{number:f}"
    if value == 0 or not isinstance(exponent, int):
        return "0"
    power = exponent + len(digits) - 1
    figures = "".join(map(str, digits))
    mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
    scientific = f"{'-' if value < 0 else ''}{mantissa}e{power}"
    if -3 <= power < 5:
        return plain
    return min(scientific, plain, key=len)


def parsed(text: str) -> float:
    """Parse a number; a decimal comma and a typographic minus sign are accepted.

    Raises ValueError with a message for the user.
    """
    plain = text.strip().replace("−", "-").replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(Message("is not a number")) from None
    if not math.isfinite(value):
        raise ValueError(Message("must be finite"))
    return value


def bounded(value: float, low: float | None, high: float | None) -> float:
    """Return the value. Raises ValueError with a message for the user if it is out of range."""
    if low is not None and value < low:
        raise ValueError(Message("must be ≥ {bound}", bound=shown(low)))
    if high is not None and value > high:
        raise ValueError(Message("must be ≤ {bound}", bound=shown(high)))
    return value
