"""The window's thread and the training thread on one processor.

The two take turns. On one processor each finds in the cache what the other has left there, and
neither has to be woken on one that has gone to sleep: a frame costs a seventh less, and always the
same. They stay where the system has put the training thread, and only while a run goes on.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic

EVERYWHERE = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
# A run that has just begun is given so long to find its place.
SETTLING_SECONDS = 0.3
# They may be put elsewhere this often: another program may need the processor too.
STAYING_SECONDS = 5.0
# Of the fields of a thread's `stat` behind its name, the processor it ran on last; see proc(5).
PROCESSOR = 36


class Companionship:
    """Keeps the window's thread and another one together, where the system can do that.

    All methods are for the window's thread to call.
    """

    def __init__(self, other: int | None) -> None:
        self._other = other or 0
        self._stat = Path(f"/proc/self/task/{self._other}/stat")
        self._able = len(EVERYWHERE) > 1 and self._stat.exists()
        self._together = False
        self._change_at = 0.0

    def keep(self) -> None:
        """To be called with every frame of a run."""
        now = monotonic()
        if not self._able or now < self._change_at:
            return
        if self._together or not self._change_at:
            self.part()
            self._change_at = now + SETTLING_SECONDS
        else:
            self._together = True
            self._change_at = now + STAYING_SECONDS
            # The other thread may have ended in the meantime.
            with suppress(OSError):
                self._allow({self._processor()})

    def part(self) -> None:
        """Each may run anywhere again."""
        if self._together:
            self._allow(EVERYWHERE)
        self._together = False
        self._change_at = 0.0

    def _processor(self) -> int:
        """Where the other thread ran last."""
        return int(self._stat.read_text().rpartition(")")[2].split()[PROCESSOR])

    def _allow(self, processors: set[int]) -> None:
        with suppress(OSError):
            os.sched_setaffinity(0, processors)
            os.sched_setaffinity(self._other, processors)


def run_anywhere() -> None:
    """To be called by any further thread: it begins where the one that has started it must run."""
    if len(EVERYWHERE) > 1:
        with suppress(OSError):
            os.sched_setaffinity(0, EVERYWHERE)
