"""Jobs: progress, snapshots, and every way to end, in a process and in a thread."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

from core.base.cancellation import Cancelled
from core.data import DataError
from core.worker import pool
from core.worker.channel import Silence
from core.worker.job import (
    CANCEL_SECONDS,
    Context,
    Failed,
    Finished,
    Job,
    JobRun,
    Progress,
    Snapshot,
    Stopped,
)
from core.worker.process import HEARTBEAT_SECONDS, SILENT_AFTER, ProcessWorker
from core.worker.start import VARIABLE
from core.worker.thread import ThreadWorker

WAIT = 20


@dataclass(frozen=True)
class Count:
    """Shows every number that there is time to show."""

    to: int

    def run(self, context: Context) -> int:
        for i in range(self.to):
            context.progress(i, self.to, "counting")
            context.snapshot(i)
        return self.to


@dataclass(frozen=True)
class Careful:
    """Sends sums of parts, none of which must be lost."""

    parts: int

    def run(self, context: Context) -> int:
        waiting = 0
        for i in range(self.parts):
            waiting += i
            while not context.ready and i == self.parts - 1:
                context.check()
                time.sleep(0.001)
            if context.ready:
                context.snapshot(waiting)
                waiting = 0
        return sum(range(self.parts))


@dataclass(frozen=True)
class Stalling:
    """Says twice at once how far it is, and no more before the other side has seen it."""

    seen: threading.Event

    def run(self, context: Context) -> bool:
        context.progress(0, 2)
        context.progress(1, 2)
        return self.seen.wait(WAIT)


@dataclass(frozen=True)
class Patient:
    """Goes on until it is cancelled."""

    def run(self, context: Context) -> None:
        context.snapshot(os.getpid())
        while True:
            context.check()
            time.sleep(0.001)


@dataclass(frozen=True)
class Deaf:
    """Never looks whether it is still wanted."""

    def run(self, context: Context) -> None:
        context.snapshot(os.getpid())
        threading.Event().wait(30)


@dataclass(frozen=True)
class Failing:
    how: str

    def run(self, context: Context) -> object:
        match self.how:
            case "error":
                raise ZeroDivisionError("by nothing")
            case "data":
                raise DataError("There is no such file.")
            case "memory":
                return np.ones(1 << 50)
            case "snapshot":
                context.snapshot(lambda: None)
            case "result":
                return lambda: None
            case "exit":
                raise SystemExit(3)
            case "changed":
                value = [1]
                context.snapshot(value)
                value.append(2)
        return None


class Listener:
    """Takes the news as a window would."""

    def __init__(self, job: Job, acknowledges: bool = True, **how) -> None:
        self.news: list = []
        self.acknowledges = acknowledges
        self._changed = threading.Condition()
        self.run = JobRun(job, self._take, **how).start()

    def _take(self) -> None:
        with self._changed:
            # A job that cannot be started ends while it is being made.
            for news in self.run.take() if hasattr(self, "run") else ():
                self.news.append(news)
                if isinstance(news, Snapshot) and self.acknowledges:
                    self.run.acknowledge()
            self._changed.notify_all()

    def wait(self, condition) -> None:
        self._take()
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), WAIT), self.news

    def end(self):
        self.wait(lambda each: each.run.over and not isinstance(each.last, Progress | Snapshot))
        return self.last

    @property
    def last(self):
        return self.news[-1] if self.news else Progress(0, 1)

    @property
    def process(self) -> int:
        assert self.run.process_id
        return self.run.process_id

    def of(self, kind) -> list:
        return [news for news in self.news if isinstance(news, kind)]


@pytest.fixture(params=["process", "thread"], autouse=True)
def mode(request, monkeypatch):
    monkeypatch.setenv(VARIABLE, request.param)
    pool.close()
    yield request.param
    pool.close()


def test_a_job_tells_how_far_it_is_and_ends_with_its_result():
    listener = Listener(Count(2000))
    assert listener.end() == Finished(2000)
    first = listener.of(Progress)[0]
    assert (first.done, first.total, first.text, first.share) == (0, 2000, "counting", 0.0)


def test_after_a_job_in_a_thread_the_next_one_gets_a_process(monkeypatch):
    monkeypatch.setenv(VARIABLE, "thread")
    Listener(Count(10)).end()
    monkeypatch.setenv(VARIABLE, "process")
    listener = Listener(Careful(20_000))
    assert listener.process
    listener.end()


def test_a_window_that_takes_its_time_sees_the_newest_snapshot_and_always_the_last():
    listener = Listener(Count(5000), acknowledges=False)
    assert listener.end() == Finished(5000)
    assert [news.value for news in listener.of(Snapshot)] == [0, 4999]
    assert [type(news) for news in listener.news[-2:]] == [Snapshot, Finished]


def test_a_job_that_waits_until_it_is_ready_loses_no_snapshot():
    listener = Listener(Careful(20_000))
    assert listener.end() == Finished(sum(range(20_000)))
    values = [news.value for news in listener.of(Snapshot)]
    assert len(values) > 1
    assert sum(values) == sum(range(20_000))


def test_what_a_job_changes_afterwards_is_not_seen():
    listener = Listener(Failing("changed"))
    listener.end()
    assert listener.of(Snapshot) == [Snapshot([1])]


def test_a_job_that_listens_stops_at_once_and_its_process_serves_the_next(mode):
    listener = Listener(Patient())
    listener.wait(lambda each: each.of(Snapshot))
    process = listener.run.process_id
    began = time.monotonic()
    listener.run.cancel()
    assert listener.end() == Stopped()
    assert time.monotonic() - began < CANCEL_SECONDS
    second = Listener(Patient())
    second.wait(lambda each: each.of(Snapshot))
    assert second.run.process_id == process
    assert (process is not None) == (mode == "process")
    assert second.run.close(WAIT)


def test_one_that_does_not_listen_is_stopped_all_the_same(mode):
    listener = Listener(Deaf())
    listener.wait(lambda each: each.of(Snapshot))
    process = listener.of(Snapshot)[0].value
    began = time.monotonic()
    listener.run.cancel()
    assert listener.end() == Stopped()
    assert time.monotonic() - began < 2 * CANCEL_SECONDS
    if mode == "process":
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert Listener(Count(3)).end() == Finished(3)


@pytest.mark.parametrize(
    ("how", "message", "report"),
    [
        ("error", "Stopped by an error: ZeroDivisionError: by nothing", "in run"),
        ("data", "There is no such file.", ""),
        ("memory", "There is not enough memory for this.", "MemoryError"),
        ("snapshot", "Stopped by an error:", "context.snapshot"),
        ("exit", "Stopped by an error: SystemExit: 3", "in run"),
    ],
)
def test_what_goes_wrong_is_a_message_with_a_report(how, message, report):
    listener = Listener(Failing(how))
    end = listener.end()
    assert isinstance(end, Failed)
    assert end.message.startswith(message)
    assert report in end.report
    assert bool(end.report) == bool(report), "the user's own errors are no faults to report"
    assert Listener(Count(3)).end() == Finished(3), "others are not affected"


def test_a_result_that_cannot_be_pickled_is_a_message():
    end = Listener(Failing("result")).end()
    assert isinstance(end, Failed)
    assert "pickle" in end.message


def test_a_job_that_cannot_be_pickled_is_a_message():
    run = JobRun(Failing(lambda: None)).start()  # type: ignore[arg-type]
    (end,) = run.take()
    assert isinstance(end, Failed)
    assert "pickle" in end.message


def test_several_jobs_run_at_once_each_in_a_worker_of_its_own(mode):
    listeners = [Listener(Patient()) for _ in range(3)]
    for listener in listeners:
        listener.wait(lambda each: each.of(Snapshot))
    assert len({each.run.process_id for each in listeners}) == (3 if mode == "process" else 1)
    listeners[1].run.cancel()
    assert listeners[1].end() == Stopped()
    assert not listeners[0].run.over and not listeners[2].run.over
    assert all(listener.run.close(WAIT) for listener in listeners)


def test_after_close_no_news_come():
    listener = Listener(Patient())
    listener.wait(lambda each: each.of(Snapshot))
    count = len(listener.news)
    assert listener.run.close(WAIT)
    assert len(listener.news) == count


def test_cancelling_twice_or_too_late_changes_nothing():
    listener = Listener(Count(3))
    listener.end()
    listener.run.cancel()
    listener.run.cancel()
    assert listener.run.take() == []
    assert len([n for n in listener.news if isinstance(n, Finished | Stopped)]) == 1


def test_a_job_that_shares_memory_returns_the_object_itself():
    value = np.arange(5)

    class Returning:
        def run(self, context: Context) -> object:
            return value

    end = Listener(Returning(), shares_memory=True).end()
    assert isinstance(end, Finished)
    assert end.result is value


def test_cancelled_from_within_is_stopped():
    class Raising:
        def run(self, context: Context) -> None:
            raise Cancelled

    assert Listener(Raising(), shares_memory=True).end() == Stopped()


def test_an_idle_worker_gives_its_memory_back(mode, monkeypatch):
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.05)
    listener = Listener(Patient())
    listener.wait(lambda each: each.of(Snapshot))
    worker = listener.run._worker
    assert listener.run.close(WAIT)
    assert isinstance(worker, ProcessWorker | ThreadWorker)
    assert worker._ended.wait(WAIT)
    assert pool._idle is None


@pytest.mark.parametrize("mode", ["process"], indirect=True)
class TestProcesses:
    def test_a_job_whose_process_is_killed_says_so(self):
        listener = Listener(Patient())
        listener.wait(lambda each: each.of(Snapshot))
        os.kill(listener.process, signal.SIGKILL)
        end = listener.end()
        assert isinstance(end, Failed)
        assert "memory ran out" in end.message
        assert Listener(Count(3)).end() == Finished(3)

    def test_an_idle_process_that_is_killed_is_replaced(self):
        listener = Listener(Patient())
        listener.wait(lambda each: each.of(Snapshot))
        process = listener.process
        listener.run.close(WAIT)
        os.kill(process, signal.SIGKILL)
        assert Listener(Count(3)).end() == Finished(3)

    def test_a_process_that_is_stopped_is_noticed_and_can_be_cancelled(self):
        listener = Listener(Patient())
        listener.wait(lambda each: each.of(Snapshot))
        os.kill(listener.process, signal.SIGSTOP)
        listener.wait(lambda each: Silence(True) in each.news)
        listener.run.cancel()
        assert listener.end() == Stopped()

    def test_one_that_goes_on_is_noticed_too(self):
        listener = Listener(Patient())
        listener.wait(lambda each: each.of(Snapshot))
        os.kill(listener.process, signal.SIGSTOP)
        listener.wait(lambda each: Silence(True) in each.news)
        os.kill(listener.process, signal.SIGCONT)
        listener.wait(lambda each: Silence(False) in each.news)
        assert HEARTBEAT_SECONDS * SILENT_AFTER < 5
        assert listener.run.close(WAIT)


def test_progress_before_a_pause_is_told_although_it_comes_soon_after_the_last():
    seen, known = threading.Event(), []
    job = Stalling(seen)

    def look() -> None:
        known.extend(run.take())
        if any(isinstance(news, Progress) and news.done == 1 for news in known):
            seen.set()

    run = JobRun(job, look, shares_memory=True)
    run.start()
    assert seen.wait(WAIT) and run._over.wait(WAIT)
    known.extend(run.take())
    assert isinstance(known[-1], Finished) and known[-1].result is True
