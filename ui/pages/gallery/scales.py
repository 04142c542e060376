"""When a linear axis would show one run only."""

from __future__ import annotations

from collections.abc import Sequence

# A linear axis does where the largest of all runs' greatest values is at most so many times the
# smallest of them.
TAME = 8.0
# Losses smaller than this share of where the best run began are not told apart.
DEPTH = 1e-4


def wants_log(highs: Sequence[float]) -> bool:
    """Whether runs with these greatest values are better seen on a logarithmic axis."""
    return len(highs) > 1 and max(highs) > TAME * min(highs) > 0


def log_floor(highs: Sequence[float], least: float) -> float:
    """The low end of such an axis: the least value, unless it is a loss that has all but gone."""
    return max(least, DEPTH * min(highs))
