"""What frames say of a run."""

import numpy as np
import pytest

from core.catalogue.activations import PReLU, ReLU, Tanh
from core.catalogue.blocks import Dense
from core.data.toys import Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.telemetry.frame import Frame
from core.telemetry.meter import VALIDATION_SECONDS, Meter
from core.training.trainer import Trainer


def frame_of(network: NetworkSpec, steps: int = 0) -> tuple[Trainer, Frame]:
    trainer = Trainer(ExperimentSpec(network=network))
    meter = Meter(trainer)
    trainer.advance(steps)
    meter.measured_step()
    return trainer, meter.frame("running")


def test_learned_slopes_are_shown_and_move():
    mixed = (Dense(units=6, activation=PReLU()), Dense(units=4, activation=Tanh()))
    _, before = frame_of(NetworkSpec(hidden=mixed))
    trainer, after = frame_of(NetworkSpec(hidden=mixed), steps=300)
    assert before.slopes is not None
    assert after.slopes is not None
    assert before.slopes[0] == pytest.approx(0.25, abs=0.02)
    assert after.slopes[0] == trainer.network.tensors()["layer 1.slope"].mean()
    assert abs(after.slopes[0] - 0.25) > 0.02
    assert np.isnan(after.slopes[1:]).all()


def test_no_slopes_where_none_are_learned():
    assert frame_of(NetworkSpec(activation=ReLU()))[1].slopes is None


def test_magnitudes_are_means_over_weights_without_biases():
    trainer, frame = frame_of(NetworkSpec(), steps=20)
    weights = [affine.weights for affine in trainer.network.affines]
    assert frame.weight == pytest.approx([np.abs(w).mean() for w in weights], rel=1e-5)


def test_every_probe_value_is_counted_somewhere():
    _, frame = frame_of(NetworkSpec(), steps=20)
    for histograms in (frame.activations, frame.preactivations, frame.weights):
        assert histograms is not None
        outside = histograms.under + histograms.over + histograms.missing
        total = histograms.counts.sum(axis=1) + outside
        assert (total > 0).all()
    assert frame.activations is not None
    counted = frame.activations.counts.sum(axis=1)
    assert counted.tolist() == [counted[-1] * 32, counted[-1] * 16, counted[-1]]


class Clock:
    """Stands still unless told to go on."""

    now = 100.0

    def perf_counter(self) -> float:
        return self.now


def test_a_run_is_validated_often_at_its_start_and_a_few_times_a_second_later(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("core.telemetry.meter.time", clock)
    trainer = Trainer(ExperimentSpec())
    meter = Meter(trainer)
    meter.frame("paused")
    clock.now += 60  # looked at before it is let go
    begun, validated = clock.now, []
    while clock.now < begun + 3:
        clock.now += 1 / 60
        meter.measured_step()
        if meter.frame("running", measures=(), validate=False).validation:
            validated.append(clock.now - begun)
    assert sum(when < 0.1 for when in validated) >= 4
    later = np.diff([when for when in validated if when > 1])
    assert later.min() >= VALIDATION_SECONDS
    assert later.max() <= VALIDATION_SECONDS + 2 / 60


@pytest.fixture
def large(monkeypatch) -> Meter:
    """Of a run whose validation part is large for its many weights."""
    monkeypatch.setattr("core.telemetry.meter.VALIDATION_MULTIPLICATIONS", 1)
    data = DataSpec(dataset=Spiral(count=2000), validation=0.5, test=0.0)
    return Meter(Trainer(ExperimentSpec(data=data)))


@pytest.mark.parametrize("seconds", [1.0, 4.0, 60.0])
def test_a_run_of_any_length_has_twenty_validations_though_each_takes_long(
    large, monkeypatch, seconds
):
    clock, judge, spent = Clock(), large.trainer.judge, 0.0
    monkeypatch.setattr("core.telemetry.meter.time", clock)

    def slow(part, first=None):
        nonlocal spent
        clock.now += 0.005
        spent += 0.005
        return judge(part, first)

    monkeypatch.setattr(large.trainer, "judge", slow)
    scores = []
    while clock.now < 100 + seconds:
        clock.now += 1 / 60
        large.measured_step()
        scores += large.frame("running", measures=(), validate=False).validation
    assert len(scores) >= 20
    assert spent < max(0.3 / seconds, 0.02) * seconds


def test_where_validating_takes_long_a_fixed_part_is_enough_until_the_run_rests(large):
    trainer, rested = large.trainer, large.frame("paused")
    assert rested.data is not None
    assert (rested.data.validated, rested.data.counts["validation"]) == (500, 1000)
    assert rested.validation[-1] == trainer.evaluate()
    large.measured_step()
    going = large.frame("running", measures=(), validate=False)
    assert going.validation[-1] == trainer.judge("validation", 500).score != trainer.evaluate()
    assert large.frame("paused").validation[-1] == trainer.evaluate()


def test_confusions_are_counted_over_everything(large):
    large.measured_step()
    frame = large.frame("running", validate=False)
    assert frame.confusion is not None
    assert frame.confusion.counts.sum() == 1000
