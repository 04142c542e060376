"""Views take turns if a frame cannot show them all in time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

# Time for showing a frame, painting included: half of 1/60 s, so that the other half is left for
# clicks and keys.
BUDGET = 0.008
# No view waits longer: about 10 frames per second.
LEAST_OFTEN = 0.095
# Weight of the newest measurement in the moving average of a view's cost.
FORGETTING = 0.1


class ViewScheduler(Generic[T]):
    """Selects the views that show the next frame of a run: as many as `BUDGET` allows, or as are
    needed to show every view at least every `LEAST_OFTEN` seconds; all of them if frames are
    further apart.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # The visible views, longest waiting first.
        self._order: dict[T, None] = {}
        self._credit = 0.0
        self._asked = 0.0
        self._cost = 0.0

    def next(self, views: Sequence[T]) -> list[T]:
        """The visible views whose turn it is, longest waiting first."""
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

    def note_cost(self, seconds: float, count: int) -> None:
        """Record that showing a frame in `count` views took `seconds`."""
        if count:
            self._cost += (FORGETTING if self._cost else 1.0) * (seconds / count - self._cost)
