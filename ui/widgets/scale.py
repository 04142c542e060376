"""The round values a slider stops at."""

from __future__ import annotations

import math
from itertools import product

from core.base.registry import Setting

MANTISSAS = (1, 1.5, 2, 3, 5, 7)
DECADES = 3
STEPS = 100


def stops(setting: Setting, default: float) -> tuple[float, ...]:
    """Ascending slider positions for a bounded setting. A log scale covers three decades on either
    side of the default, other values can be typed; with a default of 0 it starts at 0. A decay rate
    has stops at 0.9, 0.99, 0.999.
    """
    low, high = setting.low, setting.high
    if low is None or high is None:
        raise ValueError("a slider needs two bounds")
    if setting.scale == "log":
        return _logarithmic(low, high, default)
    if low >= 0 and 0.99 < high < 1:
        return _towards_one(low, high)
    return _linear(low, high)


def nearest(values: tuple[float, ...], value: float) -> int:
    """The index of the stop next to a value."""
    return min(range(len(values)), key=lambda i: abs(values[i] - value))


def _logarithmic(low: float, high: float, default: float) -> tuple[float, ...]:
    centre = default if default > 0 else 1e-3
    first = max(low, centre * 10**-DECADES)
    last = min(high, centre * 10**DECADES)
    values = _round_values(math.floor(math.log10(first)), math.ceil(math.log10(last)))
    slack = 1 + 1e-9
    inside = [v for v in values if first / slack <= v <= last * slack]
    ends = [bound for bound in (first, last) if bound in (low, high)]
    zero = [0.0] if low == default == 0 else []
    return tuple(sorted({*zero, *inside, *ends}))


def _towards_one(low: float, high: float) -> tuple[float, ...]:
    gaps = _round_values(math.floor(math.log10(1 - high)), 0)
    values = {round(1 - gap, 12) for gap in gaps}
    return tuple(sorted({low, high} | {v for v in values if low <= v <= high}))


def _linear(low: float, high: float) -> tuple[float, ...]:
    rough = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    values = {float(f"{i * step:.12g}") for i in range(first, last + 1)}
    return tuple(sorted({float(low), float(high)} | values))


def _round_values(first: int, last: int) -> list[float]:
    """1, 1.5, 2, 3, 5 and 7 times every power of ten, as the floats nearest to those decimals."""
    return [float(f"{m}e{power}") for power, m in product(range(first, last + 1), MANTISSAS)]
