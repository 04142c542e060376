"""The speed of a run."""

from __future__ import annotations

import time


class Speedometer:
    """Steps per second, averaged over about half a second."""

    SECONDS = 0.5

    def __init__(self) -> None:
        self.restart(0)

    def restart(self, iteration: int) -> None:
        self._iteration, self._time = iteration, time.perf_counter()
        self._speed = 0.0

    def read(self, iteration: int, now: float) -> float:
        elapsed = now - self._time
        if elapsed > 0:
            latest = (iteration - self._iteration) / elapsed
            share = min(1.0, elapsed / self.SECONDS) if self._speed else 1.0
            self._speed += share * (latest - self._speed)
            self._iteration, self._time = iteration, now
        return self._speed
