"""Where trials run: an executor of `concurrent.futures`, here of processes of this machine.

The samples travel once to each worker, not with each trial. While a trial runs its worker reports
over a connection of its own, so that a worker killed at any moment holds no lock of anybody's, and
it ends when the searching process does.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from core.search.trial import Report, TrialRecord, TrialTask, run_trial
from core.training.training_data import TrainingData

Watch = Callable[[TrialRecord], None]


@contextmanager
def local_processes(
    jobs: int, data: TrainingData, watch: Watch
) -> Iterator[Callable[[], Executor]]:
    """Makes executors of `jobs` processes; another one where the last has broken.

    `watch` is called, in a thread, with the record so far of every running trial.
    """
    listener = _Reports(watch)
    packed = pickle.dumps(data, pickle.HIGHEST_PROTOCOL)
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
        listener.stop_trials()
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)
        listener.close()


def run_task(task: TrialTask) -> TrialRecord:
    """What a worker is handed: one trial, with the samples that it was prepared with."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        return run_trial(task, _prepared.report, _prepared.data)


def prepare_worker(data: TrainingData, report: Report) -> None:
    """Give the samples and the way of reporting to this process, once for all its trials."""
    _prepared.data, _prepared.report = data, report


class _Prepared:
    data: TrainingData | None = None

    @staticmethod
    def report(record: TrialRecord) -> bool:
        return False


_prepared: Any = _Prepared()


def _begin(packed: bytes, address: Any, key: bytes) -> None:
    """The start of a process: unpack the samples, connect to the searching process."""
    # Ctrl+C is for the searching process to answer, which ends this one in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Client(address, authkey=key)
    _end_with(connection)

    def report(record: TrialRecord) -> bool:
        try:
            connection.send(record)
        except OSError:
            return True
        return _asked_to_stop.is_set()

    prepare_worker(pickle.loads(packed), report)


_asked_to_stop = threading.Event()


def _end_with(connection: Connection) -> None:
    """Watch the connection: a message asks the trial to stop, its end ends this process."""

    def listen() -> None:
        try:
            while True:
                connection.recv()
                _asked_to_stop.set()
        except (OSError, EOFError):
            os._exit(0)

    threading.Thread(target=listen, name="search", daemon=True).start()


class _Reports:
    """Receives what the workers of this machine report, one connection a worker."""

    def __init__(self, watch: Watch) -> None:
        self.key = os.urandom(16)
        self._watch = watch
        self._listener = Listener(authkey=self.key)
        self._connections: list[Connection] = []
        self._closing = False
        threading.Thread(target=self._accept, name="search reports", daemon=True).start()

    @property
    def address(self) -> Any:
        return self._listener.address

    def stop_trials(self) -> None:
        """Ask every running trial to end; it does within one slice of its steps."""
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
