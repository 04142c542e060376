"""Decides between linear and logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

# A linear axis suffices if the runs' maxima differ by at most this factor,
TAME = 8.0
# and their last values by at most this one.
APART = 100.0
# Losses below this share of the best run's first loss are clamped.
DEPTH = 1e-4


def wants_log(highs: Sequence[float], ends: Sequence[float] = ()) -> bool:
    """Whether runs with these largest and last values need a logarithmic axis. Values that are not
    finite are ignored; losses of 0 count as the smallest visible one.
    """
    if len(highs) < 2 or min(highs) <= 0:
        return False
    if max(highs) > TAME * min(highs):
        return True
    floor = DEPTH * min(highs)
    known = [max(end, floor) for end in ends if math.isfinite(end)]
    return len(known) > 1 and max(known) > APART * min(known)


def log_floor(highs: Sequence[float], least: float) -> float:
    """The low end of a logarithmic axis: the smallest value, clamped for losses near 0."""
    return max(least, DEPTH * min(highs))
