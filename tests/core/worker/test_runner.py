"""The training thread as a window uses it: alone, in a worker thread and in a process."""

import itertools
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import Sigmoid
from core.catalogue.initializers import RBM
from core.catalogue.optimizers import SGD
from core.data.digits import Digits
from core.data.toys import Circle, Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.telemetry.frame import Failure, Frame, Item, Preparing, ScoreOnTest
from core.training.trainer import Trainer
from core.worker.channel import Silence
from core.worker.frame_clock import PAINT_SECONDS
from core.worker.runner import Runner
from core.worker.start import VARIABLE
from core.worker.training_worker import TrainingWorker
from tests.missing_data import WHY, without_data

WAIT = 20


class Window:
    """Takes and acknowledges frames as a window would, keeping them all."""

    def __init__(self, make: type[Runner] | type[TrainingWorker] = Runner) -> None:
        self.frames: list[Frame] = []
        self.failures: list[Failure] = []
        self.tested: list[ScoreOnTest] = []
        self.silences: list[bool] = []
        self.told: list[Preparing] = []
        self._news = threading.Condition()
        self.runner = make(self._on_frame)

    def _on_frame(self) -> None:
        with self._news:
            for item in self.runner.take():
                if isinstance(item, Silence):
                    self.silences.append(item.silent)
                    continue
                kinds = {
                    Frame: self.frames,
                    Failure: self.failures,
                    ScoreOnTest: self.tested,
                    Preparing: self.told,
                }
                kinds[type(item)].append(item)
            self._news.notify_all()
        self.runner.shown()

    @property
    def trainer(self) -> Trainer:
        """The trainer of a runner in this process."""
        assert isinstance(self.runner, Runner)
        assert self.runner._trainer is not None
        return self.runner._trainer

    def wait(self, condition) -> None:
        with self._news:
            assert self._news.wait_for(lambda: condition(self), WAIT)

    def losses(self, run: int = 1) -> np.ndarray:
        """Of every step of a run that was shown."""
        return np.concatenate([f.segment.loss for f in self.frames if f.run == run])


def alone(spec: ExperimentSpec, steps: int) -> np.ndarray:
    """The losses of the trainer alone: those of equal weights only are the same bit for bit."""
    trainer = Trainer(spec)
    trainer.advance(steps)
    return trainer.take_segment().loss


@pytest.fixture(params=["runner", "thread", "process"])
def window(request, monkeypatch):
    monkeypatch.setenv(VARIABLE, request.param)
    window = Window(Runner if request.param == "runner" else TrainingWorker)
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
    assert (window.losses() == alone(spec, window.frames[-1].iteration)).all()


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


def test_the_test_part_is_looked_at_in_mid_training_and_changes_nothing(window):
    spec = ExperimentSpec(data=DataSpec(dataset=Spiral(), test=0.2))
    window.runner.load(spec, 1)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].iteration > 200)
    window.runner.test()
    window.wait(lambda w: w.tested)
    window.runner.pause()
    window.wait(lambda w: w.frames[-1].status == "paused" and w.frames[-1].iteration > 200)
    assert (window.losses() == alone(spec, window.frames[-1].iteration)).all()
    tested, trainer = window.tested[0], Trainer(spec)
    trainer.advance(tested.iteration)
    assert tested.score == trainer.evaluate("test")
    assert tested.samples == 100


def test_without_a_test_part_there_is_no_score(window):
    window.runner.load(ExperimentSpec(), 1)
    window.runner.test()
    window.wait(lambda w: w.tested)
    assert (window.tested[0].score, window.tested[0].samples) == (None, 0)


@pytest.mark.parametrize("make", [Runner, TrainingWorker])
def test_closing_in_mid_training_leaves_no_thread(make):
    before = set(threading.enumerate())
    window = Window(make)
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: len(w.frames) > 2)
    assert window.runner.close()
    assert set(threading.enumerate()) <= before


def test_a_window_that_paints_nothing_gets_few_frames_and_holds_nothing_up(window):
    shown = window.runner.shown
    window.runner.shown = lambda: None
    spec = ExperimentSpec()
    window.runner.load(replace(spec, training=replace(spec.training, max_epochs=1000)), 1)
    began = time.perf_counter()
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].status == "finished")
    seconds = time.perf_counter() - began
    running = [f for f in window.frames if f.status == "running"]
    assert len(running) <= seconds / PAINT_SECONDS + 1
    assert (window.losses() == alone(spec, window.frames[-1].iteration)).all()
    window.runner.shown = shown
    shown()
    window.runner.load(spec, 2)
    window.runner.resume()
    window.wait(lambda w: len(w.frames) > 10)


class Held:
    """A runner whose window takes no frame before it is told to: commands pile up meanwhile."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.items: list[Item] = []
        self.runner = Runner(self._on_frame)

    def _on_frame(self) -> None:
        self.asked.set()
        assert self.go_on.wait(WAIT)
        self.items += self.runner.take()
        self.runner.shown()


def test_of_runs_that_were_ordered_meanwhile_only_the_last_is_loaded(monkeypatch):
    built = []
    monkeypatch.setattr(
        "core.worker.runner.Trainer",
        lambda spec, report: built.append(spec.seed) or Trainer(spec, report=report),
    )
    held = Held()
    held.runner.load(ExperimentSpec(), 1)
    assert held.asked.wait(WAIT)
    held.runner.load(without_data(), 2)
    held.runner.apply(ExperimentSpec())
    held.runner.load(replace(ExperimentSpec(), seed=3), 3)
    held.runner.resume()
    held.runner.load(replace(ExperimentSpec(), seed=4), 4)
    last = Last(held)
    held.go_on.set()
    assert last.arrived.wait(WAIT)
    assert held.runner.close()
    assert built == [1, 4]
    assert {item.run for item in held.items} == {1, 4}
    assert not any(isinstance(item, Failure) for item in held.items)


class Last:
    """Tells when the run that was ordered last has begun to train."""

    def __init__(self, held: Held) -> None:
        self.arrived = threading.Event()
        hear = held.runner.on_frame

        def on_frame() -> None:
            hear()
            newest = held.items[-1]
            if isinstance(newest, Frame) and newest.run == 4 and newest.iteration:
                self.arrived.set()

        held.runner.on_frame = on_frame


def test_a_run_that_cannot_be_loaded_says_which_and_the_next_one_can(window):
    window.runner.load(without_data(), 1)
    window.wait(lambda w: w.failures)
    assert window.failures[0].run == 1
    assert window.failures[0].message == WHY
    window.runner.load(ExperimentSpec(), 2)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].iteration > 10)


def test_a_run_that_is_loaded_while_training_begins_with_a_complete_frame(window):
    window.runner.measure(frozenset())
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].iteration > 10)
    window.runner.load(replace(ExperimentSpec(), seed=7), 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    first = next(f for f in window.frames if f.run == 2)
    assert first.iteration == 0
    assert first.activations is not None


def test_a_weight_set_by_hand_is_the_trainers_and_training_goes_on_from_it(window):
    window.runner.load(ExperimentSpec(), 1)
    window.wait(lambda w: w.frames)
    window.runner.set_weight("layer 1", 3, 1, 2.5)
    window.runner.set_weight("output", 0, 16, -0.75)
    window.wait(lambda w: len(w.frames) == 3)
    picture = window.frames[-1].network
    assert picture is not None
    assert picture.weights[0][3, 1] == 2.5
    assert picture.units[-1].bias[0] == -0.75
    assert window.frames[-1].gradient[-1] != window.frames[0].gradient[-1]
    window.runner.step()
    window.wait(lambda w: w.frames[-1].iteration == 1)
    picture = window.frames[-1].network
    assert picture is not None
    changed = picture.weights[0]
    assert changed[3, 1] == pytest.approx(2.5, abs=0.02)
    assert changed[3, 1] != 2.5


def test_setting_a_weight_that_is_not_there_changes_nothing(window):
    window.runner.load(ExperimentSpec(), 1)
    for layer, row, column in (("layer 9", 0, 0), ("layer 1", 32, 0), ("layer 1", 0, 3)):
        window.runner.set_weight(layer, row, column, 1.0)
    window.runner.step()
    window.runner.step()
    window.wait(lambda w: w.frames and w.frames[-1].iteration == 2)
    assert (window.losses() == alone(ExperimentSpec(), 2)).all()


def test_a_slow_pace_shows_every_single_step(window):
    window.runner.set_pace(200)
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.wait(lambda w: w.frames and w.frames[-1].iteration >= 12)
    window.runner.pause()
    gaps = [b.iteration - a.iteration for a, b in itertools.pairwise(window.frames)]
    assert max(gaps) <= 8


def test_a_pause_is_heard_at_once_at_the_slowest_pace(window):
    window.runner.set_pace(0.001)
    window.runner.load(ExperimentSpec(), 1)
    window.runner.resume()
    window.runner.pause()
    window.wait(lambda w: w.frames and w.frames[-1].status == "paused")


PRETRAINED = ExperimentSpec(
    data=DataSpec(dataset=Digits(), standardize=False),
    network=NetworkSpec(activation=Sigmoid(), initializer=RBM(epochs=200)),
)


def test_long_preparation_is_told_and_given_up_for_another_run(window):
    window.runner.load(PRETRAINED, 1)
    window.wait(lambda w: w.told)
    assert window.told[0].run == 1 and "Pre-training layer" in window.told[0].text
    window.runner.load(ExperimentSpec(), 2)
    window.wait(lambda w: w.frames and w.frames[-1].run == 2)
    assert all(frame.run == 2 for frame in window.frames)
