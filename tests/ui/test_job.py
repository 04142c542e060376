"""Jobs in the window: signals in its thread, and nothing after the end, however it comes."""

from __future__ import annotations

import gc
import os
import signal
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QDialog
from shiboken6 import Shiboken

from core.worker import pool
from core.worker.job import Progress
from core.worker.start import VARIABLE
from tests.core.worker.test_job import Careful, Count, Deaf, Failing, Patient
from ui.session.bell import Bell
from ui.session.job import BackgroundJob, cancel_all

WAIT = 20_000


@pytest.fixture(params=["process", "thread"], autouse=True)
def mode(request, monkeypatch):
    monkeypatch.setenv(VARIABLE, request.param)
    pool.close()
    yield request.param
    pool.close()


def begun(qtbot, job: BackgroundJob) -> BackgroundJob:
    with qtbot.waitSignal(job.snapshot, timeout=WAIT):
        job.start()
    return job


def test_news_come_in_the_windows_thread_and_the_result_last(qtbot, qapp):
    job, seen = BackgroundJob(Count(3000)), []

    def note(value):
        assert QThread.currentThread() is qapp.thread()
        seen.append(value)

    for came in (job.progressed, job.snapshot, job.finished):
        came.connect(note)
    with qtbot.waitSignal(job.finished, timeout=WAIT):
        job.start()
    assert seen[0] == Progress(0, 3000, "counting")
    assert seen[-2:] == [2999, 3000]
    assert job.is_over


@pytest.mark.parametrize("make", [lambda: Count(3), lambda: Failing("error")])
def test_a_job_that_is_over_is_deleted_although_its_parent_lives(qtbot, make):
    parent = QObject()

    def run() -> weakref.ref:
        job = BackgroundJob(make(), parent)
        # A connection that refers to its own job, as pages have.
        job.finished.connect(lambda _: job.progress)
        job.failed.connect(lambda _: job.progress)
        with qtbot.waitSignal(job.destroyed, timeout=WAIT):
            job.start()
        assert job.is_over
        job.stop()
        assert job.close()
        return weakref.ref(job)

    kept = run()
    gc.collect()
    assert kept() is None
    assert parent.children() == []


def test_snapshots_wait_for_the_window(qtbot):
    job = BackgroundJob(Careful(200_000))
    sums = []
    job.snapshot.connect(sums.append)
    with qtbot.waitSignal(job.finished, timeout=WAIT) as finished:
        job.start()
    assert finished.args == [sum(range(200_000))] == [sum(sums)]


def test_a_failure_is_a_message_with_a_report(qtbot):
    job = BackgroundJob(Failing("error"))
    with qtbot.waitSignal(job.failed, timeout=WAIT) as failed:
        job.start()
    assert failed.args == ["Stopped by an error: ZeroDivisionError: by nothing"]
    assert "in run" in job.report


@pytest.mark.parametrize("kind", [Patient, Deaf])
def test_stop_ends_it_and_only_stopped_is_said(qtbot, kind):
    job = begun(qtbot, BackgroundJob(kind()))
    said = []
    job.finished.connect(said.append)
    job.failed.connect(said.append)
    with qtbot.waitSignal(job.stopped, timeout=WAIT):
        job.stop()
    _settle(qtbot)
    assert not said
    assert job.is_over


def test_after_close_nothing_is_said(qtbot):
    job = begun(qtbot, BackgroundJob(Patient()))
    signals = (job.progressed, job.snapshot, job.finished, job.failed, job.stopped)
    said = []
    for each in signals:
        each.connect(lambda *_: said.append(1))
    assert job.close(5.0)
    _settle(qtbot)
    assert not said


@pytest.mark.parametrize("end", ["forget", "delete", "parent"])
def test_a_job_that_nobody_wants_any_more_is_cancelled(qtbot, end):
    parent = QObject()
    job = begun(qtbot, BackgroundJob(Patient(), parent if end == "parent" else None))
    run, known = job._run, weakref.ref(job)
    if end == "delete":
        Shiboken.delete(job)
    del job, parent
    gc.collect()
    assert known() is None
    qtbot.waitUntil(lambda: run.over, timeout=WAIT)


def test_qt_does_not_watch_what_a_thread_may_drop_last(qtbot):
    job = begun(qtbot, BackgroundJob(Patient()))
    assert weakref.getweakrefcount(job._run) == 0
    bell = getattr(job._run._on_news, "__self__")
    assert weakref.getweakrefcount(bell) == 0
    assert job.close(5.0)


def test_a_process_that_is_stopped_is_said_and_can_be_ended(qtbot, mode):
    if mode == "thread":
        return
    job = begun(qtbot, BackgroundJob(Patient()))
    with qtbot.waitSignal(job.silent, timeout=WAIT) as silent:
        os.kill(job.process_id or 0, signal.SIGSTOP)
    assert silent.args == [True]
    with qtbot.waitSignal(job.stopped, timeout=WAIT):
        job.stop()


# The bell


class Answering(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.bell = Bell(self.answer)

    def answer(self) -> None:
        self.count += 1


def test_a_bell_is_answered_once_for_several_rings_and_again_after(qtbot):
    one = Answering()
    for _ in range(3):
        one.bell.ring()
    qtbot.waitUntil(lambda: one.count == 1, timeout=WAIT)
    one.bell.ring()
    qtbot.waitUntil(lambda: one.count == 2, timeout=WAIT)


def test_a_bell_may_ring_when_nobody_is_there_to_answer(qtbot):
    one, other = Answering(), Answering()
    bell = one.bell
    threads = [threading.Thread(target=lambda: [bell.ring() for _ in range(1000)]) for _ in "ab"]
    for thread in threads:
        thread.start()
    del one
    gc.collect()
    for thread in threads:
        thread.join()
    other.bell.ring()
    qtbot.waitUntil(lambda: other.count == 1, timeout=WAIT)


def test_other_bells_are_answered_while_an_answer_shows_a_dialog(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)

    class Asking(Answering):
        def answer(self) -> None:
            super().answer()
            dialog.exec()

    class Closing(Answering):
        def answer(self) -> None:
            super().answer()
            dialog.reject()

    asking, closing = Asking(), Closing()
    asking.bell.ring()
    closing.bell.ring()
    qtbot.waitUntil(lambda: asking.count == closing.count == 1, timeout=WAIT)
    assert not dialog.isVisible()


def _settle(qtbot) -> None:
    """Until everything that is on its way to the window has come."""
    last = Answering()
    last.bell.ring()
    qtbot.waitUntil(lambda: last.count == 1, timeout=WAIT)


def test_all_jobs_are_cancelled_at_once(qtbot):
    jobs = [BackgroundJob(kind).start() for kind in (Patient(), Patient(), Deaf())]
    cancel_all()
    qtbot.waitUntil(lambda: all(job.is_over for job in jobs[:2]), timeout=WAIT)
    for job in jobs:
        job.close(1.0)
