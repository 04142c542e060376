"""Histograms with fixed edges in which every value is counted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.telemetry.frame import BINS, Histograms

# A range doubles when more than this share of a layer's values falls outside.
OUTSIDE = 0.02


class Counter:
    """Counts the values of several layers over fixed edges.

    A layer with natural `bounds` uses them. The other layers of a `group` share a range that is set
    by the first values and only ever doubles, so that bins stay comparable over time and depth.
    """

    def __init__(self, bounds: Sequence[tuple[float, float] | None], groups: Sequence[str]) -> None:
        self._bounds, self._groups = bounds, groups
        self._reach: dict[str, float] = {}
        self._signed: dict[str, bool] = {}

    def count(self, layers: Sequence[Array]) -> Histograms:
        """Histograms of all layers' values, whatever their shapes."""
        flat = [values.reshape(-1) for values in layers]
        if not self._reach:
            self._survey(flat)
        edges = [self._edges(i) for i in range(len(flat))]
        table = np.stack([_tally(v, *e) for v, e in zip(flat, edges, strict=True)])
        if self._widen(table):
            return self.count(layers)
        low, high = np.array(edges).T
        inner, over, missing = table[:, 1 : BINS + 1], table[:, BINS + 1], table[:, BINS + 2]
        return Histograms(low, high, inner, table[:, 0], over, missing)

    def _survey(self, flat: list[Array]) -> None:
        """Choose each group's range: four times the largest layer's root mean square, rounded up
        to a power of two; one-sided where nothing is negative."""
        for group in dict.fromkeys(self._groups):
            members = [v for v, g in zip(flat, self._groups, strict=True) if g == group]
            spread = max(float(np.sqrt(np.mean(np.square(v, dtype=np.float64)))) for v in members)
            known = math.isfinite(spread) and spread > 0
            self._reach[group] = 2.0 ** math.ceil(math.log2(4 * spread)) if known else 1.0
            self._signed[group] = any(float(v.min()) < 0 for v in members)

    def _edges(self, i: int) -> tuple[float, float]:
        bounds, group = self._bounds[i], self._groups[i]
        if bounds is not None:
            return bounds
        reach = self._reach[group]
        return (-reach if self._signed[group] else 0.0), reach

    def _widen(self, table: NDArray[np.int64]) -> bool:
        """Double the ranges that too many values exceed; return whether there were any."""
        outside = (table[:, 0] + table[:, BINS + 1]) > OUTSIDE * table.sum(axis=1)
        free = [i for i in np.flatnonzero(outside).tolist() if self._bounds[i] is None]
        for i in free:
            self._signed[self._groups[i]] |= bool(table[i, 0])
        grown = {self._groups[i] for i in free if self._reach[self._groups[i]] < 1e30}
        for group in grown:
            self._reach[group] *= 2
        return bool(grown)


def _tally(values: Array, low: float, high: float) -> NDArray[np.int64]:
    """Counts (BINS + 3,): under, the bins, over, NaN.

    A bin contains its lower edge, the last one also its upper edge, as in NumPy.
    """
    position = np.subtract(values, low)
    np.multiply(position, BINS / (high - low), out=position)
    np.add(position, 1, out=position)
    np.maximum(position, 0, out=position)
    np.minimum(position, BINS + 1, out=position)
    if math.isnan(float(position.sum())):
        np.copyto(position, BINS + 2, where=np.isnan(position))
    table = np.bincount(position.astype(np.intp), minlength=BINS + 3)
    if on_edge := np.count_nonzero(values == high):
        table[BINS : BINS + 2] += (on_edge, -on_edge)
    return table
