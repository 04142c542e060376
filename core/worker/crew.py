"""Hands tasks to an executor and takes their results, whatever becomes of the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from itertools import islice
from typing import Any

from core.base.errors import UserError
from core.base.translation import Message, joined
from core.worker.executors import ExecutorError, Executors, Task, run_task

# A task whose workers have died so often is given up, and so is everything where that many tasks
# in a row come to nothing in this way.
MOST_DEATHS = 3
# More tasks than this are not handed out before others are done: to watch them takes time.
MOST_WAITING = 500
# Between two looks at whether to stop.
POLL_SECONDS = 0.1

Stopped = Callable[[], bool]
# Takes the result of a task.
Keep = Callable[[Any], None]
# The result of a task that could not be done, or it raises to give up everything.
Failure = Callable[[Any, str], Any]


def give_up(task: Task, message: str) -> Any:
    raise ExecutorError(message)


class Crew:
    """Hands tasks to an executor, and to another one where workers have died."""

    def __init__(self, make: Executors, failure: Failure = give_up) -> None:
        self._make, self._failure = make, failure
        self._executor: Executor | None = None
        self._deaths: Counter[int] = Counter()
        self._in_vain = 0

    def run(self, tasks: Sequence[Task], keep: Keep, stopped: Stopped = lambda: False) -> bool:
        """Run all tasks, keep each result as it comes; False if stopped before the end.

        Raises `ExecutorError` where workers are lost for good, and what a task has to tell the
        user.
        """
        left = {task.index: task for task in tasks}
        while left:
            # A task that was running when a worker died runs alone, to see which one it was.
            suspects = [index for index in left if self._deaths[index]]
            chosen = suspects[:1] or list(left)
            if not self._round({i: left[i] for i in chosen}, left, keep, stopped):
                return False
        return True

    def _round(
        self, chosen: dict[int, Task], left: dict[int, Task], keep: Keep, stopped: Stopped
    ) -> bool:
        """Run the chosen tasks until all are done or the executor breaks; False if stopped."""
        executor = self._executor = self._executor or self._make()
        futures: dict[Future[Any], int] = {}
        coming = iter(chosen.items())
        waiting, running = set[Future[Any]](), set[int]()
        broken: dict[int, BaseException] = {}
        while True:
            if not broken:
                waiting |= self._submit(executor, coming, MOST_WAITING - len(waiting), futures)
            if not waiting:
                break
            if stopped():
                for future in waiting:
                    future.cancel()
                return False
            running = {futures[future] for future in waiting if future.running()} or running
            ready, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
            for future in sorted(ready, key=futures.__getitem__):
                if error := self._take(future, left, futures[future], keep):
                    broken[futures[future]] = error
        if broken:
            self._executor = None
            self._count_deaths(broken, running, left, keep)
        return True

    def _submit(
        self,
        executor: Executor,
        coming: Iterator[tuple[int, Task]],
        count: int,
        futures: dict[Future[Any], int],
    ) -> set[Future[Any]]:
        """Hand out so many more tasks; none where the executor has broken."""
        fresh = set[Future[Any]]()
        try:
            for index, task in islice(coming, count):
                future = executor.submit(run_task, task)
                futures[future] = index
                fresh.add(future)
        except (BrokenExecutor, CancelledError):
            self._executor = None  # what was handed out before says the same
        return fresh

    def _take(
        self, future: Future[Any], left: dict[int, Task], index: int, keep: Keep
    ) -> BaseException | None:
        """Keep what a future brings; the error if its worker has died."""
        try:
            result = future.result()
        except (BrokenExecutor, CancelledError, OSError) as error:
            return error
        except UserError:
            raise
        except Exception as error:
            result = self._failure(left[index], f"{type(error).__name__}: {error}")
        self._in_vain = 0
        if result is not None:
            del left[index]
            keep(result)
        return None

    def _count_deaths(
        self,
        broken: dict[int, BaseException],
        running: set[int],
        left: dict[int, Task],
        keep: Keep,
    ) -> None:
        """Of the tasks that were lost, suspect those that were running."""
        for index in set(broken) & running or set(broken):
            self._deaths[index] += 1
            if self._deaths[index] < MOST_DEATHS:
                continue
            self._in_vain += 1
            message = Message(
                "its worker died {times} times: {error}",
                times=MOST_DEATHS,
                error=str(broken[index]),
            )
            if self._in_vain >= MOST_DEATHS:
                problem = Message("The workers end before they can finish anything")
                raise ExecutorError(joined(": ", [problem, message]))
            keep(self._failure(left.pop(index), message))
