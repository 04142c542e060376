"""A Dask cluster on this machine gives the table that processes here give."""

from __future__ import annotations

import pytest

from core.search.study import Study
from core.training.training_data import TrainingData
from core.worker.executors import ExecutorError
from tests.core.search.searching import plan, searched, table

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler and two workers, each a process of its own, on the loopback address."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as here:
        yield here.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_table(scheduler):
    from core.worker.cluster import cluster

    searching, seen = plan(strategy="tpe"), []
    study = Study(searching)
    with cluster(scheduler, TrainingData(searching.experiment), seen.append) as make:
        study.run(make)
    assert table(study.records) == table(searched(searching).records)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_says_what_to_start(monkeypatch):
    from core.worker import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with (
        pytest.raises(ExecutorError, match="dask scheduler"),
        cluster.cluster("tcp://127.0.0.1:1", TrainingData(plan().experiment), lambda r: None),
    ):
        pass
