"""Round tick values with as few digits as possible."""

from __future__ import annotations

import math
from typing import NamedTuple

from ui.plots.scale import Scale, round_step

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Tick(NamedTuple):
    """A value on an axis and its label."""

    value: float
    label: str


def ticks(scale: Scale, most: int) -> list[Tick]:
    """At most about `most` ticks within a scale."""
    most = max(most, 2)
    return _log_ticks(scale, most) if scale.log else _linear_ticks(scale, most)


def power(exponent: int, factor: int = 1) -> str:
    """A power of ten as 10⁻³, or 2·10⁻³."""
    raised = "10" + str(exponent).translate(_RAISED)
    return raised if factor == 1 else f"{factor}·{raised}"


def number(value: float, digits: int = 3) -> str:
    """A number as text with `digits` significant digits; powers of ten where shorter."""
    if value != value:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    # Rounded first: 9.99 with two digits is 10, which has another exponent.
    mantissa, raised = f"{value:.{digits - 1}e}".split("e")
    exponent = int(raised)
    if -3 <= exponent < 6:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    else:
        text = f"{mantissa}·{power(exponent)}"
    return text.replace("-", "−")


def count(value: float) -> str:
    """A count in short form: 950, 12k, 1.5M."""
    for unit, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= unit:
            scaled = value / (1e3 if sign == "k" else unit)
            return f"{scaled:.{0 if scaled >= 100 else 1}f}".removesuffix(".0") + sign
    return f"{value:.0f}"


def _linear_ticks(scale: Scale, most: int) -> list[Tick]:
    step = round_step(scale.span, most)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    largest = max(abs(scale.low), abs(scale.high))
    return [Tick(i * step, _plain(i * step, step, largest)) for i in range(first, last + 1)]


def _plain(value: float, step: float, largest: float) -> str:
    if abs(value) < 1e-9 * step:
        return "0"
    if largest >= 1e9 or largest < 1e-3:
        exponent = math.floor(math.log10(abs(value)) + 1e-9)
        text = f"{value / 10.0**exponent:.6g}·{power(exponent)}".removeprefix("1·")
    elif largest >= 1e6:
        text = f"{value / 1e6:.6g}M"
    elif largest >= 1e4:
        text = f"{value / 1e3:.6g}k"
    else:
        text = f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def _log_ticks(scale: Scale, most: int) -> list[Tick]:
    first = math.ceil(math.log10(scale.low) - 1e-9)
    last = math.floor(math.log10(scale.high) + 1e-9)
    decades = last - first + 1
    if decades > most:
        stride = math.ceil(decades / most)
        first = math.ceil(first / stride) * stride
        return [Tick(10.0**e, power(e)) for e in range(first, last + 1, stride)]
    for factors in ((1, 2, 5), (1, 3)):
        chosen = [
            (e, f)
            for e in range(first - 1, last + 1)
            for f in factors
            if scale.low * (1 - 1e-9) <= f * 10.0**e <= scale.high * (1 + 1e-9)
        ]
        if len(chosen) <= max(most, 3):
            break
    else:
        chosen = [(e, 1) for e in range(first, last + 1)]
    plain = scale.low >= 0.00999 and scale.high <= 1001
    return [Tick(f * 10.0**e, f"{f * 10.0**e:.6g}" if plain else power(e, f)) for e, f in chosen]
