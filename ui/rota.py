"""Views take turns, so that a frame need not show them all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

# No view waits longer: that still looks alive.
LEAST_OFTEN = 0.095


class Rota(Generic[T]):
    """Says which views the next frame of a running run is shown in.

    That is one, or as many as it takes to show every view after `LEAST_OFTEN` seconds at the
    latest; all of them where frames are further apart.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # The views in sight, the one that waits longest first.
        self._order: dict[T, None] = {}
        self._credit = 0.0
        self._asked = 0.0

    def next(self, views: Sequence[T]) -> list[T]:
        """Those of the views in sight whose turn it is, the ones that wait longest first."""
        if self._order.keys() != set(views):
            new = [view for view in views if view not in self._order]
            known = [view for view in self._order if view in views]
            self._order = dict.fromkeys([*new, *known])
        n, now = len(self._order), self._clock()
        self._credit += n * (now - self._asked) / LEAST_OFTEN
        self._asked = now
        count = min(max(int(self._credit), 1), n)
        self._credit = max(min(self._credit, n) - count, 0.0)
        turn = list(self._order)[:count]
        for view in turn:
            self._order[view] = self._order.pop(view)
        return turn
