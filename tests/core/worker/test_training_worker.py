"""The training thread in a process of its own: what is different from one in the same process."""

import os
import resource
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalogue.blocks import Dense
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.worker.training_worker import TrainingWorker
from tests.core.worker.test_runner import Window


@pytest.fixture
def window():
    window = Window(TrainingWorker)
    yield window
    assert window.runner.close()


def process_of(window: Window) -> int | None:
    assert isinstance(window.runner, TrainingWorker)
    return window.runner.process_id


def killed(window: Window) -> None:
    process = process_of(window)
    assert process
    os.kill(process, signal.SIGKILL)
    window.wait(lambda w: w.failures)


def test_what_frames_have_in_common_is_one_object_here_too(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: len(w.frames) > 10)
    data = {id(frame.data) for frame in window.frames}
    assert len(data) == 1
    assert window.frames[0].data is not None
    window.runner.load(replace(ExperimentSpec(), seed=9), 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    assert window.frames[-1].data is not window.frames[0].data


def test_checkpoints_are_known_here_and_can_be_gone_on_from(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: len(w.runner.checkpoints) > 2)
    window.runner.pause()
    window.wait(lambda w: w.frames[-1].status == "paused" and w.frames[-1].iteration > 0)
    moments = window.runner.checkpoints
    assert moments[0].iteration == 0
    assert all(moment.spec == ExperimentSpec() for moment in moments)
    window.runner.go_back(moments[1], 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    assert window.frames[-1].iteration == moments[1].iteration
    assert window.runner.checkpoints[-1].run == 2


def test_a_process_that_dies_is_told_and_replaced_with_the_next_run(window):
    window.runner.measure(frozenset({"shares"}))
    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.runner.checkpoints)
    killed(window)
    failure = window.failures[0]
    assert (failure.run, failure.lost) == (1, True)
    assert window.runner.checkpoints == ()
    assert process_of(window) is None
    for command in (window.runner.resume, window.runner.step, window.runner.pause):
        command()
    window.runner.load(ExperimentSpec(), 2)
    window.runner.resume()
    window.wait(lambda w: w.frames[-1].run == 2 and w.frames[-1].iteration > 1000)
    assert all(frame.shares is not None for frame in window.frames if frame.run == 2)
    assert len(window.failures) == 1


def test_where_no_process_can_be_started_a_thread_trains(window, monkeypatch):
    def refuse(*_):
        raise OSError(12, "Cannot allocate memory")

    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.frames)
    monkeypatch.setattr("core.worker.process._context.Process.start", refuse)
    killed(window)
    window.runner.load(ExperimentSpec(), 2)
    window.runner.resume()
    window.wait(lambda w: w.frames[-1].run == 2 and w.frames[-1].iteration > 100)
    assert process_of(window) is None
    assert len(window.failures) == 1


def test_a_process_that_is_stopped_is_noticed_and_replaced_with_the_next_run(window):
    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.frames)
    stopped = process_of(window)
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    window.wait(lambda w: w.silences == [True])
    window.runner.load(ExperimentSpec(), 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    assert process_of(window) != stopped
    assert not window.failures
    with pytest.raises(ProcessLookupError):
        os.kill(stopped, 0)


def test_one_that_goes_on_keeps_its_run(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: w.frames)
    stopped = process_of(window)
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    window.wait(lambda w: w.silences == [True])
    os.kill(stopped, signal.SIGCONT)
    window.wait(lambda w: w.silences == [True, False])
    here = window.frames[-1].iteration
    window.wait(lambda w: w.frames[-1].iteration > here)
    assert process_of(window) == stopped


def test_closing_in_the_middle_of_everything_ends_it_in_time(window):
    process = process_of(window)
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.runner.step()
    assert window.runner.close()
    assert process_of(window) is None
    assert process
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    window.runner.load(ExperimentSpec(), 2)
    window.runner.shown()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
def test_without_memory_for_a_network_that_is_said_and_a_smaller_one_trains(window):
    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.frames)
    process = process_of(window)
    assert process
    limit = address_space(process) + 200 * 2**20
    resource.prlimit(process, resource.RLIMIT_AS, (limit, limit))
    wide = NetworkSpec(hidden=(Dense(units=4096),) * 4)
    window.runner.load(ExperimentSpec(network=wide), 2)
    window.wait(lambda w: w.failures)
    assert "Not enough memory for this experiment" in window.failures[0].message
    window.runner.load(ExperimentSpec(), 3)
    window.runner.resume()
    window.wait(lambda w: w.frames[-1].run == 3 and w.frames[-1].iteration > 100)
    assert process_of(window) == process


def address_space(process: int) -> int:
    """The size of a process's address space in bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[0])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory of Linux")
def test_a_large_network_that_is_replaced_gives_its_memory_back(window):
    def resident() -> float:
        pages = int(Path(f"/proc/{process_of(window)}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def trained(run: int, units: int) -> float:
        network = NetworkSpec(hidden=(Dense(units=units), Dense(units=units)))
        window.runner.load(replace(ExperimentSpec(), network=network), run)
        window.wait(lambda w: any(f.run == run and f.iteration > 2 for f in w.frames))
        return resident()

    window.runner.resume()
    small = trained(1, 4)
    assert trained(2, 1500) > small + 60
    assert trained(3, 4) < small + 25
