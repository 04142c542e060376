"""Tasks on a Dask cluster, through its executor. Imported only where a cluster is asked for."""

from __future__ import annotations

import pickle
import platform
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from typing import Any

import distributed
import numpy as np

from core.base.translation import Message, joined
from core.experiment.spec import SCHEMA_VERSION
from core.worker.executors import ExecutorError, Executors, Seldom, Watch, prepare_worker

# Dask's topic under which workers report running tasks.
TOPIC = "training-playground"
PLUGIN = "training-playground-shared"
CONNECT_SECONDS, CLOSE_SECONDS = 10, 2
# Between two looks at whether the scheduler is still there.
LOOK_SECONDS = 0.25


@contextmanager
def cluster(address: str, shared: Any, watch: Watch) -> Iterator[Executors]:
    """Makes executors of the cluster whose scheduler has that address, such as tcp://host:8786.

    What tasks share is sent once to every worker, also to those that join later. Raises
    `ExecutorError` where the scheduler cannot be reached, has no workers, or they have other
    versions; a task of its executors raises it where the scheduler ends.
    """
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ExecutorError(
            Message(
                "{address}: no Dask scheduler answers there ({error}). Start one with "
                "`dask scheduler`, and workers with `dask worker ADDRESS`.",
                address=address,
                error=str(error),
            )
        ) from None
    executor = None
    try:
        _check(client, address)
        client.register_plugin(_SharedPlugin(shared), name=PLUGIN)
        client.subscribe_topic(TOPIC, lambda event: watch(pickle.loads(event[1])))
        executor = _ClusterExecutor(client, address)
        yield lambda: executor
    finally:
        if executor:
            executor.shutdown(wait=False)
        with suppress(OSError, TimeoutError, RuntimeError):
            client.close(timeout=CLOSE_SECONDS)


class _ClusterExecutor(Executor):
    """Dask's executor, whose futures would wait for ever for a scheduler that has ended."""

    def __init__(self, client: distributed.Client, address: str) -> None:
        self._client, self._address = client, address
        self._inner = client.get_executor(pure=False)
        self._waiting: set[Future[Any]] = set()
        self._closed = threading.Event()
        threading.Thread(target=self._look, name="cluster", daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = self._inner.submit(fn, *args, **kwargs)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            if self._client.status == "running":
                continue
            error = ExecutorError(
                Message(
                    "{address}: the connection to the scheduler was lost. What was over is kept; "
                    "go on when the scheduler runs again.",
                    address=self._address,
                )
            )
            for future in list(self._waiting):
                with suppress(InvalidStateError):
                    future.set_exception(error)


class _SharedPlugin(distributed.WorkerPlugin):
    """Brings what tasks share to a worker, once."""

    def __init__(self, shared: Any) -> None:
        self._shared = shared

    def setup(self, worker: Any) -> None:
        due = Seldom()

        def report(make: Callable[[], Any]) -> bool:
            if due():
                worker.log_event(TOPIC, pickle.dumps(make()))
            return False

        prepare_worker(self._shared, report)


def versions() -> dict[str, str]:
    """What has to agree for a task to give the same result on every machine."""
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "experiments": str(SCHEMA_VERSION),
    }


def _check(client: distributed.Client, address: str) -> None:
    if not client.scheduler_info()["workers"]:
        raise ExecutorError(
            Message(
                "{address}: the scheduler has no workers; start some with `dask worker`",
                address=address,
            )
        )
    try:
        found: dict[str, dict[str, str]] = client.run(versions)  # pyright: ignore
    except ImportError:
        raise ExecutorError(
            Message(
                "{address}: the workers cannot import the Training Playground; install the same "
                "version of it on every machine of the cluster",
                address=address,
            )
        ) from None
    here = versions()
    for worker, theirs in found.items():
        differing = [
            Message(
                "{name} {found} instead of {needed}",
                name=n,
                found=theirs.get(n),
                needed=here[n],
            )
            for n in here
            if theirs.get(n) != here[n]
        ]
        if differing:
            raise ExecutorError(
                Message(
                    "{worker}: the worker has {versions}",
                    worker=worker,
                    versions=joined(", ", differing),
                )
            )
