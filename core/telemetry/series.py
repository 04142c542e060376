"""Time series in bounded memory: buckets of steps, rows of frames."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LIMIT = 1e300  # a larger figure counts as not finite, so that sums cannot overflow


class Buckets:
    """Per-step figures of several curves, each bucket holding its minimum, maximum and mean.

    Bucket i covers the iterations i·width to (i + 1)·width − 1. `width` starts at 1 and doubles
    whenever the capacity is used up, so the envelope stays exact. Figures that are not finite are
    left out; a bucket without any has the count 0. The most recent steps are also kept one by one
    (`tail`).

    `revision` increases whenever something other than the newest bucket has changed.
    """

    def __init__(self, names: tuple[str, ...], capacity: int = 4096, tail: int = 4096) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError("capacity must be even")
        self.names = names
        self.capacity = capacity
        self.revision = 0
        curves = len(names)
        self.low = np.empty((curves, capacity))
        self.high = np.empty((curves, capacity))
        self.total = np.empty((curves, capacity))
        self.count = np.empty((curves, capacity), np.int64)
        self._ring = np.empty((curves, 2 * tail))
        self._keep = tail
        self.clear()

    def clear(self) -> None:
        """Remove everything."""
        self.width = 1
        self.used = 0
        self.next = 0
        self.first: Floats | None = None
        self._begin = 0
        self._wipe(0)
        self._ring_end = 0
        self._tail_start = 0
        self.revision += 1

    def append(self, first: int, values: Floats) -> None:
        """Add the figures of the iterations first, first + 1, …; values has shape (curves, steps).

        Iterations may be left out; raises ValueError if they go back.
        """
        steps = values.shape[1]
        if steps == 0:
            return
        if first < self.next:
            raise ValueError(f"iteration {first} was already recorded")
        if self.first is None:
            self.first = values[:, 0].copy()
            self._begin = first
        while (first + steps - 1) // self.width >= self.capacity:
            self._halve()
        self._remember(first, values)
        self._add(first, values)
        self.next = first + steps

    def centers(self, start: int = 0, stop: int | None = None) -> Floats:
        """The iteration in the middle of each bucket; the newest bucket ends at the last one."""
        stop = self.used if stop is None else stop
        x = np.arange(start, stop, dtype=np.float64)
        x *= self.width
        x += (self.width - 1) / 2
        if stop == self.used and x.size:
            begun = (self.used - 1) * self.width
            x[-1] = (begun + self.next - 1) / 2
        return x

    def mean(self, curve: int, start: int = 0, stop: int | None = None) -> Floats:
        """Mean of each bucket, NaN where it holds nothing finite."""
        part = slice(start, self.used if stop is None else stop)
        return _divide(self.total[curve, part], self.count[curve, part])

    def smoothed(self, curve: int, start: int, stop: int, reach: float, step: int = 1) -> Floats:
        """Means smoothed over about ±`reach` iterations, of the buckets start, start + step, …"""
        half = int(reach / self.width)
        if half < 1:
            return self.mean(curve, start, stop)[::step]
        left, right = max(0, start - half), min(self.used, stop + half)
        total, count = self.total[curve, left:right], self.count[curve, left:right]
        return smooth(total, count, half)[start - left : stop - left : step]

    def tail(self) -> tuple[int, Floats]:
        """Iteration of the first step kept singly, and the figures (curves, steps) from there."""
        kept = min(self._keep, self.next - self._tail_start)
        return self.next - kept, self._ring[:, self._ring_end - kept : self._ring_end]

    def rewind(self, iteration: int) -> None:
        """Remove what was recorded from `iteration` on. A bucket that spans it is rebuilt if its
        steps are still stored one by one, and removed otherwise.
        """
        if iteration >= self.next:
            return
        begun = iteration // self.width * self.width
        tail_first, tail = self.tail()
        left = max(0, iteration - tail_first)
        known = tail[:, max(0, begun - tail_first) : left].copy()
        self._ring_end -= tail.shape[1] - left
        self._tail_start = min(tail_first, iteration)
        self.used = iteration // self.width
        self._wipe(self.used)
        self.next = iteration
        if tail_first <= begun and known.shape[1]:
            self._add(begun, known)
        if iteration <= self._begin:
            self.first = None
        self.revision += 1

    def _add(self, first: int, values: Floats) -> None:
        steps = values.shape[1]
        begin, end = first // self.width, (first + steps - 1) // self.width + 1
        edges = np.arange(begin, end + 1) * self.width - first
        edges[0], edges[-1] = 0, steps
        cuts = edges[:-1]
        self.used = end
        here = (slice(None), slice(begin, end))
        fine = np.abs(values) <= LIMIT
        lows = highs = known = values
        if fine.all():
            self.count[here] += edges[1:] - cuts
        else:
            self.count[here] += np.add.reduceat(fine, cuts, axis=1, dtype=np.int64)
            known, lows, highs = (np.where(fine, values, v) for v in (0.0, np.inf, -np.inf))
        self.total[here] += np.add.reduceat(known, cuts, axis=1)
        low = np.minimum.reduceat(lows, cuts, axis=1)
        high = np.maximum.reduceat(highs, cuts, axis=1)
        np.minimum(self.low[here], low, out=self.low[here])
        np.maximum(self.high[here], high, out=self.high[here])

    def _remember(self, first: int, values: Floats) -> None:
        if first != self.next:
            self._tail_start, self._ring_end = first, 0
        values = values[:, -self._keep :]
        size = values.shape[1]
        if self._ring_end + size > self._ring.shape[1]:
            kept = self._keep - size
            if kept:
                self._ring[:, :kept] = self._ring[:, self._ring_end - kept : self._ring_end].copy()
            self._ring_end = kept
        self._ring[:, self._ring_end : self._ring_end + size] = values
        self._ring_end += size

    def _halve(self) -> None:
        half = self.capacity // 2
        self.low[:, :half] = np.minimum(self.low[:, ::2], self.low[:, 1::2])
        self.high[:, :half] = np.maximum(self.high[:, ::2], self.high[:, 1::2])
        self.total[:, :half] = self.total[:, ::2] + self.total[:, 1::2]
        self.count[:, :half] = self.count[:, ::2] + self.count[:, 1::2]
        self._wipe(half)
        self.used = (self.used + 1) // 2
        self.width *= 2
        self.revision += 1

    def _wipe(self, start: int) -> None:
        self.low[:, start:] = np.inf
        self.high[:, start:] = -np.inf
        self.total[:, start:] = 0
        self.count[:, start:] = 0


class Rows:
    """One array per frame, thinned by doubling the stride; the first and the newest are always
    kept. `revision` increases whenever something other than the newest row has changed.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 4 or capacity % 2:
            raise ValueError("capacity must be even")
        self.capacity = capacity
        self.revision = 0
        self._x = np.empty(capacity)
        self.clear()

    def clear(self) -> None:
        """Remove everything."""
        self.stride = 1
        self.settled = 0
        self._seen = 0
        self._values: Floats | None = None
        self.revision += 1

    def __len__(self) -> int:
        """The number of rows. The first `settled` of them will not be replaced."""
        return min(self._seen, self.settled + 1) if self._provisional else self.settled

    @property
    def _provisional(self) -> bool:
        return self._seen > 0 and (self._seen - 1) % self.stride != 0

    @property
    def x(self) -> Floats:
        """Iteration of each row."""
        return self._x[: len(self)]

    @property
    def values(self) -> Floats:
        """The rows, shape (rows, …)."""
        if self._values is None:
            return np.empty((0, 0))
        return self._values[: len(self)]

    def append(self, iteration: float, row: Floats) -> None:
        """Add one row, or replace the newest if it has the same iteration. Raises ValueError if the
        shape differs.
        """
        if self._values is None:
            self._values = np.empty((self.capacity, *row.shape))
        elif row.shape != self._values.shape[1:]:
            raise ValueError(f"rows have shape {self._values.shape[1:]}, not {row.shape}")
        if self._seen and self._x[len(self) - 1] == iteration:
            self._values[len(self) - 1] = row
            return
        if self.settled == self.capacity:
            self._halve()
        self._x[self.settled] = iteration
        self._values[self.settled] = row
        self._seen += 1
        if not self._provisional:
            self.settled += 1

    def rewind(self, iteration: float) -> None:
        """Remove the rows of `iteration` and later."""
        kept = int(np.searchsorted(self.x, iteration))
        if kept == len(self):
            return
        self.settled = kept
        self._seen = (kept - 1) * self.stride + 1 if kept else 0
        self.revision += 1

    def _halve(self) -> None:
        assert self._values is not None
        half = self.capacity // 2
        self._x[:half] = self._x[::2].copy()
        self._values[:half] = self._values[::2].copy()
        self.settled = half
        self.stride *= 2
        self.revision += 1


def smooth(total: Floats, count: Floats | NDArray[np.int64], half: int) -> Floats:
    """Mean of neighbouring buckets, weighted by a bell-shaped kernel of ±`half` buckets and by
    their counts."""
    bell = _bell(half)
    middle = slice(half, half + total.size)
    return _divide(np.convolve(total, bell)[middle], np.convolve(count, bell)[middle])


@lru_cache(maxsize=32)
def _bell(half: int) -> Floats:
    return np.exp(-0.5 * (np.arange(-half, half + 1) * (2.5 / (half + 0.5))) ** 2)


def _divide(total: Floats, count: Floats | NDArray[np.int64]) -> Floats:
    mean = np.full(total.shape, np.nan)
    return np.divide(total, count, out=mean, where=count > 0)
