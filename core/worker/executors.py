"""Where independent tasks run: an executor of `concurrent.futures`, here of processes.

Trials of a search and seeds of the gallery are tasks. What they share, such as the samples, travels
once to each worker, not with each task. While a task runs its worker reports over a connection of
its own, so that a worker killed at any moment holds no lock of anybody's, and it ends when the
process that started it does.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, Protocol

from threadpoolctl import ThreadpoolController

from core.base.errors import UserError
from core.base.extras import require
from core.base.translation import Message

# Given by a task something that makes a report; answers whether the task is to be given up. The
# report is made only where it is due.
Report = Callable[[Callable[[], Any]], bool]
# Called, in a thread, with the newest report of each running task.
Watch = Callable[[Any], None]
Executors = Callable[[], Executor]
# As many tasks as processors run at once: the window goes first where it has something to do.
NICENESS = 10
# A task is heard no more often than this.
REPORT_SECONDS = 0.05
# How long the processes of a pool have to end, after which nothing of theirs is wanted.
END_SECONDS = 0.3


class ExecutorError(UserError):
    """Workers that cannot be had, or not any more. The message says why and what to do."""


class Task(Protocol):
    """One piece of work, to be pickled. The same task gives the same result wherever it runs."""

    @property
    def index(self) -> int: ...

    def run(self, shared: Any, report: Report) -> Any:
        """The result; None where the task was given up because `report` said so."""


def nobody(report: Any) -> None:
    """A watch that looks at nothing."""


def executors(
    jobs: int, cluster: str, shared: Any, watch: Watch = nobody, purpose: str = Message("Searching")
) -> AbstractContextManager[Executors]:
    """Makes executors of `jobs` processes here, or of the Dask cluster at an address if given.

    Raises `MissingExtra`, and on entering `ExecutorError` where the cluster cannot be used.
    """
    if not cluster:
        return local_processes(jobs, shared, watch)
    require(
        "distributed", extra="cluster", purpose=Message("{purpose} on a cluster", purpose=purpose)
    )
    from core.worker import cluster as dask

    return dask.cluster(cluster, shared, watch)


@contextmanager
def local_processes(jobs: int, shared: Any, watch: Watch = nobody) -> Iterator[Executors]:
    """Makes executors of `jobs` processes; another one where the last has broken."""
    listener = _Reports(watch)
    packed = pickle.dumps(shared, pickle.HIGHEST_PROTOCOL)
    pools: list[ProcessPoolExecutor] = []

    def make() -> Executor:
        pools.append(
            ProcessPoolExecutor(
                jobs, get_context("spawn"), _begin, (packed, listener.address, listener.key)
            )
        )
        return pools[-1]

    try:
        yield make
    finally:
        listener.stop_tasks()
        for pool in pools:
            _end(pool)
        listener.close()


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool; those that do not listen, or are still starting, are killed."""
    # There is no public way to its processes before Python 3.14.
    processes = tuple((pool._processes or {}).values())
    manager: Any = pool._executor_manager_thread
    pool.shutdown(wait=False, cancel_futures=True)
    ends = time.monotonic() + END_SECONDS
    for process in processes:
        process.join(max(0.0, ends - time.monotonic()))
    for process in processes:
        if process.is_alive():
            process.kill()
    if manager is not None:
        # It holds semaphores, which would stay if this process ended before it.
        manager.join(END_SECONDS)


def run_task(task: Task) -> Any:
    """What a worker is handed: one task, with what the worker was prepared with."""
    with _libraries().limit(limits=1, user_api="blas"):
        return task.run(_prepared.shared, _prepared.report)


@cache
def _libraries() -> ThreadpoolController:
    """The libraries of this process; to look for them takes longer than a short task."""
    return ThreadpoolController()


def prepare_worker(shared: Any, report: Report) -> None:
    """Give what tasks share and the way of reporting to this process, once for all its tasks."""
    _prepared.shared, _prepared.report = shared, report


class Seldom:
    """Says when a report is due again."""

    def __init__(self) -> None:
        self._due = 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self._due:
            return False
        self._due = now + REPORT_SECONDS
        return True


class _Prepared:
    shared: Any = None

    @staticmethod
    def report(make: Callable[[], Any]) -> bool:
        return False


_prepared: Any = _Prepared()


def _begin(packed: bytes, address: Any, key: bytes) -> None:
    """The start of a process: unpack what is shared, connect to the process that started it."""
    # Ctrl+C is for that process to answer, which ends this one in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        connection = Client(address, authkey=key)
    except (OSError, EOFError):
        os._exit(0)  # it has ended meanwhile
    _end_with(connection)
    due = Seldom()

    def report(make: Callable[[], Any]) -> bool:
        if due():
            try:
                connection.send(make())
            except OSError:
                return True
        return _asked_to_stop.is_set()

    prepare_worker(pickle.loads(packed), report)


_asked_to_stop = threading.Event()


def _end_with(connection: Connection) -> None:
    """Watch the connection: a message asks the task to stop, its end ends this process."""

    def listen() -> None:
        try:
            while True:
                connection.recv()
                _asked_to_stop.set()
        except (OSError, EOFError):
            os._exit(0)

    threading.Thread(target=listen, name="executor", daemon=True).start()


class _Reports:
    """Receives what the workers of this machine report, one connection a worker."""

    def __init__(self, watch: Watch) -> None:
        self.key = os.urandom(16)
        self._watch = watch
        self._listener = Listener(_free_address(), authkey=self.key)
        self._connections: list[Connection] = []
        self._closing = False
        threading.Thread(target=self._accept, name="reports", daemon=True).start()

    @property
    def address(self) -> Any:
        return self._listener.address

    def stop_tasks(self) -> None:
        """Ask every running task to end; it does as soon as it reports."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.send(None)

    def close(self) -> None:
        self._closing = True
        # A connection of our own wakes the thread that waits for one.
        with suppress(OSError, EOFError):
            Client(self.address, authkey=self.key).close()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError):
                continue
            self._connections.append(connection)
            threading.Thread(target=self._receive, args=(connection,), daemon=True).start()

    def _receive(self, connection: Connection) -> None:
        with suppress(OSError, EOFError), connection:
            while not self._closing:
                self._watch(connection.recv())
        self._connections.remove(connection)


def _free_address() -> str | None:
    """An address for a `Listener`: on Linux one without a file, which would stay if this process
    was killed; elsewhere what the library chooses."""
    if sys.platform != "linux":
        return None
    return f"\0training-playground-{os.getpid()}-{os.urandom(8).hex()}"
