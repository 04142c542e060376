"""Common axes for histograms of different runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.telemetry.frame import BINS, Histograms

# Minimum share of an axis that a histogram must cover to suit it.
CLOSE = 4.0
# Of two axes that suit equally many, the wider one is used if it is wider by at most this factor.
APART = 32.0


class Range(NamedTuple):
    """The ends of an axis."""

    low: float
    high: float


class Shape(NamedTuple):
    """A layer's values over an axis: the shares in each of BINS bins, below, above, and of NaN."""

    inside: NDArray[np.float64]
    under: float
    over: float
    missing: float


def common(ranges: Sequence[Range]) -> Range:
    """An axis that suits most of several histograms; those that are far wider or narrower are
    ignored."""
    reaches = [max(abs(each.low), abs(each.high)) for each in ranges]
    seen = {r: sum(r / CLOSE <= other <= r for other in reaches) for r in set(reaches)}
    best = [reach for reach, count in seen.items() if count == max(seen.values())]
    high = max(reach for reach in best if reach <= APART * min(best))
    return Range(-high if any(each.low < 0 for each in ranges) else 0.0, high)


def rebinned(histograms: Histograms, layer: int, axis: Range) -> Shape:
    """A layer's histogram over another axis, assuming values to be uniform within a bin."""
    low, high = float(histograms.low[layer]), float(histograms.high[layer])
    counts = histograms.counts[layer].astype(float)
    under, over = float(histograms.under[layer]), float(histograms.over[layer])
    missing = float(histograms.missing[layer])
    every = max(counts.sum() + under + over + missing, 1.0)
    edges = np.linspace(low, high, BINS + 1)
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    wanted = np.linspace(axis.low, axis.high, BINS + 1)
    # The last bin includes its upper edge.
    below = np.interp(wanted, edges, sums)
    return Shape(
        inside=np.diff(below) / every,
        under=(under + below[0]) / every,
        over=(over + sums[-1] - below[-1]) / every,
        missing=missing / every,
    )
