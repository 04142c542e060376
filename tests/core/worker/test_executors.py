"""Processes for independent tasks: none is left behind, whatever its task does."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import threading
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

from core.worker.executors import Report, local_processes, run_task


@dataclass(frozen=True)
class Deaf:
    """A task that neither reports nor ends."""

    index: int = 0

    def run(self, shared: Any, report: Report) -> Any:
        report(lambda: "begun")
        time.sleep(3600)


def ended(process: BaseProcess) -> bool:
    """Whether a process ends. `is_alive` would not know yet while the pool's thread collects it."""
    return bool(multiprocessing.connection.wait([process.sentinel], 20))


def test_a_task_that_does_not_listen_is_killed_at_the_end():
    before, begun = set(multiprocessing.active_children()), threading.Event()
    with local_processes(1, None, lambda report: begun.set()) as make:
        future = make().submit(run_task, Deaf())
        assert begun.wait(60)
        (process,) = set(multiprocessing.active_children()) - before
    assert ended(process)
    assert isinstance(future.exception(20), BaseException)


def test_processes_that_are_still_starting_are_not_waited_for():
    before = set(multiprocessing.active_children())
    with local_processes(2, None) as make:
        make().submit(run_task, Deaf())
    for process in set(multiprocessing.active_children()) - before:
        assert ended(process)
