"""Views take turns where a frame cannot show them all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

# Showing a frame, painting included, may take so long: half of what there is between two of sixty a
# second, so that the other half is left for clicks and keys.
BUDGET = 0.008
# No view waits longer: that still looks alive.
LEAST_OFTEN = 0.095
# How fast the known cost of a view follows the newest.
FORGETTING = 0.1


class ViewScheduler(Generic[T]):
    """Says which views the next frame of a running run is shown in.

    That is as many as `BUDGET` allows, or as it takes to show every view after `LEAST_OFTEN`
    seconds at the latest; all of them where frames are further apart.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # The views in sight, the one that waits longest first.
        self._order: dict[T, None] = {}
        self._credit = 0.0
        self._asked = 0.0
        self._cost = 0.0

    def next(self, views: Sequence[T]) -> list[T]:
        """Those of the views in sight whose turn it is, the ones that wait longest first."""
        if self._order.keys() != set(views):
            new = [view for view in views if view not in self._order]
            known = [view for view in self._order if view in views]
            self._order = dict.fromkeys([*new, *known])
        n, now = len(self._order), self._clock()
        self._credit += n * (now - self._asked) / LEAST_OFTEN
        self._asked = now
        affordable = int(BUDGET / self._cost) if self._cost else 1
        count = min(max(int(self._credit), affordable, 1), n)
        self._credit = max(min(self._credit, n) - count, 0.0)
        turn = list(self._order)[:count]
        for view in turn:
            self._order[view] = self._order.pop(view)
        return turn

    def spent(self, seconds: float, count: int) -> None:
        """Showing a frame in so many views took so long."""
        if count:
            self._cost += (FORGETTING if self._cost else 1.0) * (seconds / count - self._cost)
