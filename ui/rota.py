"""Views take turns, so that a frame need not show them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from ui.views.view import View

# A view's turn comes after this much time per view in sight: one view a frame at 60 frames a
# second. However many there are, none waits longer than looks alive.
SECONDS, LEAST_OFTEN = 0.016, 0.09


class Rota:
    """Says which views the next frame of a running run is shown in.

    However often frames come, every view is shown after `LEAST_OFTEN` seconds at the latest, or
    with every frame where these are further apart.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # The views in sight, the one that waits longest first.
        self._order: dict[View, None] = {}
        self._credit = 0.0
        self._asked = 0.0

    def next(self, views: Sequence[View]) -> list[View]:
        """Those of the views in sight whose turn it is, the ones that wait longest first."""
        if self._order.keys() != set(views):
            known = [view for view in self._order if view in views]
            self._order = dict.fromkeys([*(set(views) - self._order.keys()), *known])
        n, now = len(self._order), self._clock()
        period = min(n * SECONDS, LEAST_OFTEN)
        self._credit += n * (now - self._asked) / period if n else 0.0
        self._asked = now
        count = min(max(int(self._credit), 1), n)
        self._credit = max(min(self._credit, n) - count, 0.0)
        turn = list(self._order)[:count]
        for view in turn:
            self._order[view] = self._order.pop(view)
        return turn
