"""Numbers for sentences: two significant digits, and no 3.1e-05."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.base.translation import Message
from core.network.layer_names import layer_message

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Two significant digits: 0.0042, 17, 24,000, 2.5·10⁶, 3·10⁻⁷."""
    if not math.isfinite(value):
        return "∞" if value > 0 else Message("not a number")
    if value == 0:
        return "0"
    exponent = int(f"{value:.1e}".partition("e")[2])
    if -4 <= exponent < 6:
        rounded = round(value, 1 - exponent)
        digits = max(0, 1 - exponent)
        text = f"{rounded:,.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, _, exponent = f"{value:.1e}".partition("e")
    digits = digits.removesuffix(".0")
    return f"{digits}·10{str(int(exponent)).translate(SUPERSCRIPT)}"


def fraction(value: float) -> str:
    """A share below 1: 1/24,000; smaller ones as 3·10⁻⁷."""
    return f"1/{number(1 / value)}" if value > 1e-6 else number(value)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def names(layers: Sequence[str]) -> Message:
    """Layers in short form: layer 3, or 4 layers."""
    if len(layers) == 1:
        return layer_message(layers[0])
    return Message("{count} layers", count=len(layers))
