"""Linear and logarithmic scales, and ranges with round ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LENGTHS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# A range is kept while the data fill at least this share of it.
FILLED = 0.6
# Positions are clamped to this share: far outside, but finite.
FAR = 20.0


@dataclass(frozen=True)
class Scale:
    """The range of one axis, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    def place(self, values: Floats, start: float, length: float) -> Floats:
        """Positions of values on a line of signed `length` from `start`. Values far outside are
        clamped; so are values that are not positive on a logarithmic scale.
        """
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            shares = np.log10(np.maximum(values, self.low * 1e-9))
        else:
            low, high = self.low, self.high
            shares = np.array(values, dtype=np.float64)
        far = FAR * (high - low)
        np.minimum(shares, high + far, out=shares)
        np.maximum(shares, low - far, out=shares)
        shares -= low
        shares *= length / (high - low)
        shares += start
        return shares

    def at(self, value: float) -> float:
        """Position of one value: 0 is the low end, 1 the high end."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -FAR
        # Of logarithms: the quotient of two values may be infinite.
        return (math.log10(value) - math.log10(self.low)) / self.span

    def value(self, share: float) -> float:
        """The value at a position: the inverse of `at`."""
        if not self.log:
            return self.low + share * (self.high - self.low)
        return 10.0 ** (math.log10(self.low) + share * self.span)

    def holds(self, low: float, high: float) -> bool:
        return self.low <= low and high <= self.high

    @property
    def span(self) -> float:
        """Length: a difference, or decades."""
        if not self.log:
            return self.high - self.low
        return math.log10(self.high) - math.log10(self.low)


def round_length(length: float) -> float:
    """The next round number at or above a positive length: one of `LENGTHS` times a power of 10."""
    power = 10.0 ** math.floor(math.log10(length))
    for step in LENGTHS:
        if step * power >= length * (1 - 1e-9):
            return step * power
    return 10 * power


def round_step(span: float, steps: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `steps`."""
    rough = span / max(steps, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (1.0, 2.0, 5.0):
        if step * power >= rough * (1 - 1e-9):
            return step * power
    return 10 * power


def round_range(low: float, high: float, log: bool = False) -> Scale:
    """A scale that holds the values from low to high and ends at round numbers."""
    return _round_log(low, high) if log else _round_linear(low, high)


def settle(current: Scale | None, low: float, high: float, log: bool = False) -> Scale:
    """A scale for the values from low to high: the current one if it still fits."""
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        return current if current and current.log == log else round_range(0.01, 1.0, log)
    wanted = round_range(low, high, log)
    if current is None or current.log != log:
        return wanted
    if current.holds(low, high) and wanted.span >= FILLED * current.span:
        return current
    return wanted


def _round_linear(low: float, high: float) -> Scale:
    if 0 <= low < 0.4 * high:
        low = 0.0
    if high - low <= max(1e-9 * max(abs(low), abs(high)), 1e-290):
        # A single value gives no range: include 0.
        low, high = min(1.2 * low, 0.0), max(1.2 * high, 0.0)
        high = high if high - low > 1e-290 else 1.0
    step = round_step(high - low, 9)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Scale(first * step, last * step)


def _round_log(low: float, high: float) -> Scale:
    """Ends at 1, 2 or 5 times a power of ten; at least one decade."""
    low, high = max(low, 1e-300), max(high, 1e-300)
    first, last = _round_down(low), 1 / _round_down(1 / high)
    while math.log10(last) - math.log10(first) < 0.9995:
        first, last = _round_down(first * 0.99), last * 2
        last = 1 / _round_down(1 / last)
    return Scale(first, last, log=True)


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= value * (1 + 1e-9))
