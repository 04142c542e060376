"""When a linear axis would show one run only."""

from __future__ import annotations

import math
from collections.abc import Sequence

# A linear axis is enough where the largest of the runs' greatest values is at most this many times
# the smallest of them.
TAME = 8.0
# It is not where the runs' last values differ by more than this factor.
APART = 100.0
# Losses smaller than this share of where the best run began are not distinguished.
DEPTH = 1e-4


def wants_log(highs: Sequence[float], ends: Sequence[float] = ()) -> bool:
    """Whether runs with these greatest and last values are better seen on a logarithmic axis.

    Values that are not finite say nothing; losses of 0 count as the smallest that can be seen.
    """
    if len(highs) < 2 or min(highs) <= 0:
        return False
    if max(highs) > TAME * min(highs):
        return True
    floor = DEPTH * min(highs)
    known = [max(end, floor) for end in ends if math.isfinite(end)]
    return len(known) > 1 and max(known) > APART * min(known)


def log_floor(highs: Sequence[float], least: float) -> float:
    """The low end of such an axis: the least value, unless it is a loss that is almost 0."""
    return max(least, DEPTH * min(highs))
