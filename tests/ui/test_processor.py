"""The two threads that take turns share a processor while a run goes on, and only then."""

import os
import threading

import pytest

from core.spec import ExperimentSpec
from ui import processor
from ui.processor import EVERYWHERE, Companionship, run_anywhere
from ui.session import Session

pytestmark = pytest.mark.skipif(len(EVERYWHERE) < 2, reason="needs two processors to choose from")


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr(processor, "SETTLING_SECONDS", 0.0)
    yield
    os.sched_setaffinity(0, EVERYWHERE)


@pytest.fixture
def other():
    """A thread that waits."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    yield thread.native_id
    over.set()
    thread.join()


def test_they_come_together_and_part(other):
    both = Companionship(other)
    both.keep()
    both.keep()
    assert os.sched_getaffinity(0) == os.sched_getaffinity(other)
    assert len(os.sched_getaffinity(0)) == 1
    both.part()
    assert os.sched_getaffinity(0) == os.sched_getaffinity(other) == EVERYWHERE


def test_now_and_then_they_may_go_elsewhere(other, monkeypatch):
    monkeypatch.setattr(processor, "STAYING_SECONDS", 0.0)
    both, places = Companionship(other), []
    for _ in range(6):
        both.keep()
        places.append(len(os.sched_getaffinity(other)))
    assert places == [len(EVERYWHERE), 1] * 3


def test_a_thread_that_has_ended_is_no_reason_to_stop(other):
    both = Companionship(2**22 + 1)
    both.keep()
    both.keep()
    both.part()
    assert os.sched_getaffinity(0) == EVERYWHERE


def test_a_thread_may_end_while_a_run_is_watched():
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    both = Companionship(thread.native_id)
    both.keep()
    over.set()
    thread.join()
    both.keep()
    both.part()
    assert os.sched_getaffinity(0) == EVERYWHERE


def test_a_thread_started_in_the_meantime_runs_anywhere(other):
    both, seen = Companionship(other), []
    both.keep()
    both.keep()

    def work():
        run_anywhere()
        seen.append(os.sched_getaffinity(0))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [EVERYWHERE]


def test_a_session_keeps_them_together_until_it_is_paused(qtbot):
    session = Session(ExperimentSpec())
    try:
        session.set_running(True)
        qtbot.waitUntil(lambda: len(os.sched_getaffinity(0)) == 1)
        session.set_running(False)
        assert os.sched_getaffinity(0) == EVERYWHERE
    finally:
        session.close()
