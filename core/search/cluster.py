"""Trials on a Dask cluster, through its executor. Imported only where a cluster is asked for."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from typing import Any

import distributed
import numpy as np

from core.experiment.spec import SCHEMA_VERSION
from core.search.executors import Watch, prepare_worker
from core.search.space import SearchError
from core.search.trial import TrialRecord
from core.training.training_data import TrainingData

# Dask's topic under which workers report running trials.
TOPIC = "training-playground-trials"
PLUGIN = "training-playground-data"
CONNECT_SECONDS, CLOSE_SECONDS = 10, 2


@contextmanager
def cluster(address: str, data: TrainingData, watch: Watch) -> Iterator[Callable[[], Executor]]:
    """Makes executors of the cluster whose scheduler has that address, such as tcp://host:8786.

    The samples are sent once to every worker, also to those that join later. Raises `SearchError`
    where the scheduler cannot be reached, has no workers, or they have other versions.
    """
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise SearchError(
            f"{address}: no Dask scheduler answers there ({error}). Start one with "
            "`dask scheduler`, and workers with `dask worker ADDRESS`."
        ) from None
    try:
        _check(client, address)
        client.register_plugin(_SamplesPlugin(data), name=PLUGIN)
        client.subscribe_topic(TOPIC, lambda event: watch(TrialRecord.from_dict(event[1])))
        yield lambda: client.get_executor(pure=False)
    finally:
        with suppress(OSError, TimeoutError, RuntimeError):
            client.close(timeout=CLOSE_SECONDS)


class _SamplesPlugin(distributed.WorkerPlugin):
    """Brings the samples of a search to a worker, once."""

    def __init__(self, data: TrainingData) -> None:
        self._data = data

    def setup(self, worker: Any) -> None:
        def report(record: TrialRecord) -> bool:
            worker.log_event(TOPIC, record.to_dict())
            return False

        prepare_worker(self._data, report)


def versions() -> dict[str, str]:
    """What has to agree for a trial to give the same record on every machine."""
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "experiments": str(SCHEMA_VERSION),
    }


def _check(client: distributed.Client, address: str) -> None:
    if not client.scheduler_info()["workers"]:
        raise SearchError(f"{address}: the scheduler has no workers; start some with `dask worker`")
    try:
        found: dict[str, dict[str, str]] = client.run(versions)  # pyright: ignore
    except ImportError:
        raise SearchError(
            f"{address}: the workers cannot import the Training Playground; install the same "
            "version of it on every machine of the cluster"
        ) from None
    here = versions()
    for worker, theirs in found.items():
        differing = [
            f"{n} {theirs.get(n)} instead of {here[n]}" for n in here if theirs.get(n) != here[n]
        ]
        if differing:
            raise SearchError(f"{worker}: the worker has {', '.join(differing)}")
