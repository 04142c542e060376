"""What can go wrong with a search: killed processes, a full disk, a cluster that is lost."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from core.experiment.space import SearchError
from core.search.journal import writing
from core.search.study import Study, load
from core.training.training_data import TrainingData
from core.worker.executors import ExecutorError
from tests.core.search.searching import EXPERIMENT, Here, plan, searched, table

LONG = replace(
    plan(trials=12), experiment=replace(
        EXPERIMENT, training=replace(EXPERIMENT.training, max_epochs=200)
    )
)  # fmt: skip


def resumed_gives_the_same(file, searching) -> None:
    """What was kept is in the finished study, which is the one that was never interrupted."""
    before = table(load(file).records)
    study = load(file)
    study.run(Here)
    whole = table(searched(searching).records)
    assert table(load(file).records) == whole
    assert before == [row for row in whole if row in before]


# The disk


@contextlib.contextmanager
def file_size_limit(size: int):
    """No file of this process may grow beyond it: a write stops in the middle of a line."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_the_disk_is_full_the_study_keeps_whole_trials_and_can_be_resumed(tmp_path):
    file, searching = tmp_path / "study", plan()
    searched(searching, tmp_path / "whole")
    # Room for some of the trials, the last of them not whole.
    room = int(0.55 * (tmp_path / "whole").stat().st_size)
    study = Study(searching, file)
    with file_size_limit(room), pytest.raises(SearchError, match="cannot be written"):
        study.run(Here)
    assert file.read_bytes().endswith(b"\n") and file.stat().st_size < room
    assert 2 < len(load(file).records) < 10
    resumed_gives_the_same(file, searching)


def test_a_full_disk_is_told_in_the_words_of_the_system(tmp_path, monkeypatch):
    from core.search import journal

    def full(file, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "study"
    study = Study(plan(), file)
    monkeypatch.setattr(journal, "_write", full)
    with pytest.raises(SearchError, match=r"No space left on device.*are kept.*resumed"):
        study.run(Here)


def test_half_a_line_that_a_killed_process_left_is_cut_off(tmp_path):
    file, searching = tmp_path / "study", plan()
    searched(searching, file)
    *lines, last = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines) + last[: len(last) // 2])
    assert len(load(file).records) == 11
    resumed_gives_the_same(file, searching)


def test_two_searches_do_not_write_into_one_study(tmp_path):
    file = tmp_path / "study"
    study = Study(plan(), file)
    with writing(file), pytest.raises(SearchError, match="another search is running"):
        study.run(Here)
    study.run(Here)
    assert len(load(file).records) == 12
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


# A cluster


def dask(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def ended(*started: subprocess.Popen):
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler's process, its address, and the file that describes it."""
    distributed = pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    process = dask(
        *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(file)),
    )
    with ended(process):
        while not file.exists():
            assert process.poll() is None
        with distributed.Client(scheduler_file=str(file), timeout=60) as client:
            address = client.scheduler.address
        yield process, address, file


@pytest.fixture
def processes(scheduler):
    """The processes of a scheduler and of two workers, and the scheduler's address."""
    import distributed

    process, address, file = scheduler
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
    workers = [dask("worker", "--scheduler-file", str(file), *options) for _ in range(2)]
    with ended(*workers):
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        yield [process, *workers], address


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("victim", ["worker", "scheduler"])
def test_a_cluster_of_which_something_is_killed(victim, processes, tmp_path):
    from core.worker.cluster import cluster

    started, address = processes
    file = tmp_path / "study"
    study = Study(LONG, file)
    killed = []

    def kill_one(record) -> None:
        if not killed:
            process = started[0] if victim == "scheduler" else started[1]
            process.send_signal(signal.SIGKILL)
            killed.append(process)

    data = TrainingData(LONG.experiment)
    with cluster(address, data, lambda record: None) as make:
        if victim == "worker":
            study.run(make, kill_one)
            assert table(study.records) == table(searched(LONG).records)
        else:
            with pytest.raises(ExecutorError, match="connection to the scheduler was lost"):
                study.run(make, kill_one)
            assert 1 <= len(load(file).records) < 12
            resumed_gives_the_same(file, LONG)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_with_other_versions_is_refused_with_their_names(processes, monkeypatch):
    from core.worker import cluster

    _, address = processes
    monkeypatch.setattr(cluster, "SCHEMA_VERSION", 10**6)
    with (
        pytest.raises(ExecutorError, match=r"the worker has experiments \d+ instead of 1000000"),
        cluster.cluster(address, None, lambda record: None),
    ):
        pass


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_without_workers_says_so(scheduler):
    from core.worker.cluster import cluster

    _, address, _ = scheduler
    with (
        pytest.raises(ExecutorError, match="has no workers"),
        cluster(address, None, lambda record: None),
    ):
        pass


# Workers of this machine


def test_a_trial_that_kills_its_workers_is_found_and_the_others_are_not_given_up():
    """A pool of processes loses every task that waits in it when one of its workers dies."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    class Pool(Here):
        """Runs one task at a time; the third never returns, and takes all that follow with it."""

        def __init__(self) -> None:
            super().__init__()
            self.broken = False

        def submit(self, fn, /, *args, **kwargs):
            future: Future = Future()
            if self.broken or args[0].index == 2:
                if not self.broken:
                    future.set_running_or_notify_cancel()
                self.broken = True
                threading.Timer(
                    0.2, future.set_exception, [BrokenProcessPool("a worker died")]
                ).start()
                return future
            return super().submit(fn, *args, **kwargs)

    study = Study(plan())
    study.run(Pool)
    states = {record.index: record.state for record in study.records}
    assert states.pop(2) == "failed" and "failed" not in states.values() and len(states) == 11


def test_where_no_worker_can_begin_the_search_ends_with_a_message():
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    class Hopeless(Here):
        def submit(self, fn, /, *args, **kwargs):
            future: Future = Future()
            future.set_exception(BrokenProcessPool("not enough memory"))
            return future

    with pytest.raises(ExecutorError, match="end before they can finish anything"):
        Study(plan()).run(Hopeless)
