"""Hands trials to an executor and takes their records, whatever becomes of the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import replace

from core.search.executors import run_task
from core.search.trial import TrialRecord, TrialTask

# A trial that was running each time so many workers died is given up.
MOST_DEATHS = 3
# Between two looks at whether the search is to stop.
POLL_SECONDS = 0.1

Stopped = Callable[[], bool]
Done = Callable[[TrialRecord], None]


class Crew:
    """Hands tasks to an executor, and to another one where workers have died."""

    def __init__(self, executors: Callable[[], Executor]) -> None:
        self._make = executors
        self._executor: Executor | None = None
        self._deaths: Counter[int] = Counter()

    def run(self, tasks: Sequence[TrialTask], keep: Done, stopped: Stopped) -> bool:
        """Run all tasks, keep each record as it comes; False if stopped before the end."""
        left = {task.index: task for task in tasks}
        while left:
            if not self._round(left, keep, stopped):
                return False
        return True

    def _round(self, left: dict[int, TrialTask], keep: Done, stopped: Stopped) -> bool:
        """Run what is left until all is done or an executor breaks."""
        if self._executor is None:
            self._executor = self._make()
        futures: dict[Future[TrialRecord], int] = {
            self._executor.submit(run_task, task): index for index, task in left.items()
        }
        waiting = set(futures)
        while waiting:
            if stopped():
                for future in waiting:
                    future.cancel()
                return False
            ready, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
            for future in sorted(ready, key=futures.__getitem__):
                if not self._take(future, left, futures[future], keep):
                    self._executor = None
        return True

    def _take(
        self, future: Future[TrialRecord], left: dict[int, TrialTask], index: int, keep: Done
    ) -> bool:
        """Keep what a future brings; False if its worker has died."""
        try:
            record = future.result()
        except (BrokenExecutor, CancelledError, OSError) as error:
            self._deaths[index] += 1
            if self._deaths[index] >= MOST_DEATHS:
                keep(_failed(left.pop(index), f"its worker died {MOST_DEATHS} times: {error}"))
            return False
        except Exception as error:  # a trial must never end the search
            record = _failed(left[index], f"{type(error).__name__}: {error}")
        if record.state != "cancelled":
            keep(record)
            del left[index]
        return True


def _failed(task: TrialTask, message: str) -> TrialRecord:
    return replace(
        TrialRecord(task.index, task.stage, task.parameters), state="failed", message=message
    )
