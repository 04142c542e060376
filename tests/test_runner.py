"""The training thread as a window uses it."""

import threading
from dataclasses import replace

import pytest

from core.data.toys import Circle, Spiral
from core.optimizers import SGD
from core.runner import Failure, Runner
from core.spec import DataSpec, ExperimentSpec
from core.telemetry import Frame
from core.trainer import Trainer

WAIT = 20


class Window:
    """Takes and acknowledges frames as a window would, keeping them all."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.failures: list[Failure] = []
        self._news = threading.Condition()
        self.runner = Runner(self._on_frame)

    def _on_frame(self) -> None:
        with self._news:
            for item in self.runner.take():
                (self.frames if isinstance(item, Frame) else self.failures).append(item)
            self._news.notify_all()
        self.runner.shown()

    def wait(self, condition) -> None:
        with self._news:
            assert self._news.wait_for(lambda: condition(self), WAIT)


@pytest.fixture
def window():
    window = Window()
    yield window
    assert window.runner.close()


def test_a_loaded_run_is_shown_before_its_first_step(window):
    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.frames)
    assert window.frames[0].iteration == 0
    assert window.frames[0].status == "paused"
    assert window.frames[0].activations is not None


def test_it_trains_until_paused(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: len(w.frames) > 5)
    window.runner.pause()
    window.wait(lambda w: w.frames[-1].status == "paused" and w.frames[-1].iteration > 0)
    shown = [step for f in window.frames for step in range(f.segment.first, f.iteration)]
    assert shown == list(range(window.frames[-1].iteration))


def test_step_and_epoch(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.step()
    window.wait(lambda w: w.frames and w.frames[-1].iteration == 1)
    window.runner.finish_epoch()
    window.wait(lambda w: w.frames[-1].epoch == 1)
    assert window.frames[-1].status == "paused"


def test_a_watched_run_has_the_weights_of_an_unwatched_one(window):
    spec = ExperimentSpec()
    window.runner.load(spec, 1)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].iteration > 500)
    window.runner.pause()
    window.wait(lambda w: w.frames[-1].status == "paused" and w.frames[-1].iteration > 500)
    alone = Trainer(spec)
    alone.advance(window.frames[-1].iteration)
    watched = window.runner._trainer
    assert watched is not None
    assert (alone.network.params == watched.network.params).all()


def test_a_hot_change_goes_on_with_the_same_weights(window):
    spec = ExperimentSpec()
    window.runner.load(spec, 1)
    window.runner.step()
    training = replace(spec.training, optimizer=SGD(learning_rate=0.5))
    window.runner.apply(replace(spec, training=training))
    window.runner.step()
    window.wait(lambda w: w.frames and w.frames[-1].iteration == 2)
    assert window.frames[-1].segment.learning_rate[-1] == 0.5


def test_a_cold_change_needs_a_new_run(window):
    spec = ExperimentSpec(data=DataSpec(dataset=Spiral()))
    window.runner.load(spec, 1)
    window.runner.apply(replace(spec, data=DataSpec(dataset=Circle())))
    window.wait(lambda w: w.failures)
    assert "data.dataset" in window.failures[0].message
    window.runner.step()
    window.wait(lambda w: w.frames[-1].iteration == 1)


def test_a_diverging_run_stops_and_says_where(window):
    spec = ExperimentSpec()
    training = replace(spec.training, optimizer=SGD(learning_rate=1e9))
    window.runner.load(replace(spec, training=training), 1)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].status == "diverged")
    assert window.frames[-1].divergence is not None
    assert window.frames[-1].divergence.layer in window.frames[-1].layers


def test_closing_in_mid_training_leaves_no_thread():
    window = Window()
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: len(w.frames) > 2)
    assert window.runner.close()
    assert not window.runner._thread.is_alive()
