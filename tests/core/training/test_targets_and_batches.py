"""Targets of any size, batches of one, ends of a run, class weights: what a user may rely on."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch, Stochastic
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD, Adam
from core.catalogue.schedules import ReduceOnPlateau
from core.data import Dataset, Samples
from core.data.curves import Sine
from core.data.split import classes_of, classes_too_small, cut, scaled
from core.data.toys import Circle, Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.telemetry.history import History
from core.telemetry.meter import Meter
from core.training.sampler import Sampler
from core.training.trainer import Trainer


@dataclass(frozen=True)
class HousePrices(Dataset):
    task: ClassVar = "regression"
    times: float = 1.0

    def samples(self, rng: np.random.Generator) -> Samples:
        area, rooms = rng.uniform(30, 200, 300), rng.integers(1, 8, 300)
        price = self.times * (150 * area + 9000 * rooms)
        return Samples(np.column_stack([area, rooms]).astype(float), price[:, None], "regression")


def run_of(spec: ExperimentSpec) -> Trainer:
    trainer = Trainer(spec)
    trainer.advance(100_000)
    assert trainer.finished
    return trainer


def after(epochs: int, data: DataSpec | None = None, **training) -> ExperimentSpec:
    return ExperimentSpec(
        data=data or DataSpec(), training=TrainingSpec(max_epochs=epochs, **training)
    )


# Targets


@pytest.mark.parametrize("times", [1.0, 1e-9, 1e18])
def test_house_prices_are_learned_with_the_defaults_whatever_their_unit(times):
    prices = HousePrices(times=times)
    trainer = run_of(after(100, DataSpec(dataset=prices)))
    score = trainer.evaluate()
    assert score is not None
    assert score.r2 is not None
    assert score.r2 >= 0.99
    part = trainer.split.validation
    predicted = trainer.objective.predict(trainer.logits("validation"))[0]
    errors = predicted - part.targets[:, 0]
    assert score.rmse is not None
    assert score.rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-4)
    assert score.loss == pytest.approx(0.5 * score.rmse**2, rel=1e-4)


def test_huge_targets_in_single_precision_are_no_divergence():
    prices = HousePrices(times=1e19)
    data = DataSpec(dataset=prices, standardize_targets=False)
    trainer = Trainer(after(1, data, optimizer=SGD(learning_rate=1e-3)))
    trainer.network.affines[-1].block.value[:, -1] = 1e25
    trainer.step()
    assert trainer.divergence is None


def test_r_squared_and_rmse_are_in_frames_and_history():
    trainer = Trainer(ExperimentSpec(data=DataSpec(dataset=Sine())))
    meter, history = Meter(trainer), History()
    trainer.advance(50)
    frame = meter.frame("paused")
    history.append(frame)
    score = frame.validation[-1]
    assert history.scores.values[-1, 2:] == pytest.approx([score.r2, score.rmse])
    assert history.baseline is not None
    part, mean = trainer.split.validation.targets, trainer.split.train.targets.mean()
    assert history.baseline.loss == pytest.approx(0.5 * np.mean((part - mean) ** 2))


def test_the_baseline_of_classes_is_the_most_frequent_one():
    trainer = Trainer(ExperimentSpec(data=DataSpec(dataset=Spiral(count=60))))
    known = Meter(trainer).frame("paused").data
    assert known is not None
    assert known.baseline is not None
    assert known.baseline.loss == pytest.approx(np.log(2), abs=0.01)
    assert known.baseline.accuracy == pytest.approx(0.5, abs=0.1)


# Batches of one


@pytest.mark.parametrize("count", [96, 97, 98, 99, 103, 111, 112])
def test_batch_norm_learns_whatever_is_left_over_for_the_last_batch(count):
    spec = ExperimentSpec(
        data=DataSpec(dataset=Circle(count=count), validation=0),
        network=NetworkSpec(hidden=(Dense(units=32), Dense(units=16)), normalization="before"),
        training=TrainingSpec(max_epochs=100),
    )
    score = run_of(spec).evaluate("train")
    assert score is not None
    assert score.accuracy == 1
    assert score.loss < 0.05


@pytest.mark.parametrize(
    ("count", "size", "sizes"),
    [
        (97, 32, [32, 32, 33]),
        (111, 32, [32, 32, 47]),
        (112, 32, [32, 32, 32, 16]),
        (5, 2, [2, 3]),
        (7, 3, [3, 4]),
        (3, 1, [1, 1, 1]),
        (10, 32, [10]),
    ],
)
def test_less_than_half_a_batch_left_over_joins_the_batch_before(count, size, sizes):
    sampler = Sampler(count, MiniBatch(size=size), False, np.random.default_rng(0), joins=True)
    assert sampler.steps_per_epoch == len(sizes)
    assert [len(sampler.next()) for _ in range(2 * len(sizes))] == sizes * 2
    sampler.next()
    assert sampler.steps_left == (len(sizes) - 1 or 1)


def test_without_batch_norm_every_rest_is_a_batch():
    sampler = Sampler(97, MiniBatch(size=32), False, np.random.default_rng(0))
    assert [len(sampler.next()) for _ in range(4)] == [32, 32, 32, 1]


def test_running_statistics_do_not_learn_from_single_samples():
    spec = ExperimentSpec(
        network=NetworkSpec(normalization="before"),
        training=TrainingSpec(batching=Stochastic(), max_epochs=3),
    )
    trainer = Trainer(spec)
    before = trainer.network.buffers.copy()
    loss = trainer.evaluate("train")
    trainer.advance(100_000)
    assert np.array_equal(trainer.network.buffers, before)
    now = trainer.evaluate("train")
    assert loss is not None
    assert now is not None
    assert now.loss < loss.loss


# Ends of a run


def test_the_best_weights_come_back_also_where_the_last_epoch_comes_first():
    spec = ExperimentSpec(
        data=DataSpec(dataset=Circle(count=60, noise=0.4)),
        training=TrainingSpec(patience=500, max_epochs=150),
    )
    trainer = run_of(spec)
    scores = [score.loss for score in trainer.take_scores()]
    score = trainer.evaluate()
    assert score is not None
    assert score.loss == pytest.approx(min(scores), rel=1e-6)
    assert scores[-1] > min(scores)
    assert "stopped after 150 epochs; weights of epoch" in trainer.finished
    kept = run_of(replace(spec, training=replace(spec.training, restore_best=False))).evaluate()
    assert kept is not None
    assert kept.loss == pytest.approx(scores[-1], rel=1e-6)


def with_training(spec: ExperimentSpec, **settings) -> ExperimentSpec:
    return replace(spec, training=replace(spec.training, **settings))


def epochs_after(trainer: Trainer, spec: ExperimentSpec) -> list[float]:
    """Go on with `spec` to the end; the validation loss of each epoch."""
    trainer.take_scores()
    trainer.apply(spec)
    trainer.advance(100_000)
    return [score.loss for score in trainer.take_scores()]


OVERFITTING = ExperimentSpec(
    data=DataSpec(dataset=Spiral(count=60, noise=0.4), validation=0.5),
    network=NetworkSpec(hidden=(Dense(units=32),)),
    training=TrainingSpec(patience=5, optimizer=Adam(learning_rate=0.05)),
)


@pytest.mark.parametrize("rate", [1e-4, 0.02, 0.2])
def test_a_run_that_goes_on_after_its_end_has_its_patience_again(rate):
    trainer = run_of(OVERFITTING)
    best = min(score.loss for score in trainer.take_scores())
    losses = epochs_after(trainer, with_training(OVERFITTING, optimizer=Adam(learning_rate=rate)))
    better = losses.index(min(losses)) + 1 if min(losses) < best else 0
    assert len(losses) == better + 5
    assert f"than {min(best, *losses):.4g} since" in trainer.finished


def test_patience_switched_on_again_forgets_the_best_of_earlier():
    trainer = Trainer(OVERFITTING)
    per_epoch = trainer.sampler.steps_per_epoch
    trainer.advance(3 * per_epoch)
    trainer.apply(with_training(OVERFITTING, patience=0))
    trainer.advance(150 * per_epoch)
    losses = epochs_after(trainer, OVERFITTING)
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 5
    assert f"since epoch {153 + best + 1}; weights" in trainer.finished


def test_the_best_weights_under_another_activation_are_not_restored():
    trainer = run_of(OVERFITTING)
    relu = replace(OVERFITTING, network=replace(OVERFITTING.network, activation=ReLU()))
    losses = epochs_after(trainer, relu)
    score = trainer.evaluate()
    assert score is not None
    assert score.loss == pytest.approx(min(losses), rel=1e-6)


def test_without_validation_samples_the_training_loss_is_watched():
    data = DataSpec(dataset=Circle(count=2), validation=0.1)
    schedule = ReduceOnPlateau(patience=0)
    spec = after(0, data, patience=3, schedule=schedule, optimizer=Adam(learning_rate=1e-12))
    trainer = Trainer(spec)
    assert trainer.watched_part == "train"
    trainer.advance(200)
    assert "no better training loss" in trainer.finished
    assert trainer.learning_rate < 1e-12


# Classes


def samples_of(labels: list[int], classes: int) -> Samples:
    inputs = np.arange(len(labels), dtype=float)[:, None]
    return Samples(inputs, np.eye(classes)[labels], "classes", tuple("abcdefgh"[:classes]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("counts", "validation", "test"),
    [
        ((4, 4, 4), 0.25, 0.0),
        ((2, 2, 2, 2), 0.25, 0.0),
        ((90, 9, 3), 0.25, 0.2),
        ((50, 3), 0.1, 0.1),
    ],
)
def test_every_class_is_in_every_part(seed, counts, validation, test):
    labels = [c for c, n in enumerate(counts) for _ in range(n)]
    samples = samples_of(labels, len(counts))
    parts = cut(samples, validation, np.random.default_rng(seed), test)
    assert sorted(np.concatenate([p.inputs[:, 0] for p in parts])) == list(range(len(labels)))
    held_out = len(parts.validation)
    shares = np.bincount(classes_of(parts.train), minlength=len(counts)) / len(parts.train)
    assert shares == pytest.approx(np.array(counts) / sum(counts), abs=0.2)
    if held_out >= len(counts):
        assert set(classes_of(parts.validation)) == set(range(len(counts)))
        assert classes_too_small(parts) == ()


def test_classes_too_small_to_be_in_every_part_are_named():
    parts = cut(samples_of([0] * 20 + [1] * 20 + [2], 3), 0.25, np.random.default_rng(1))
    assert classes_too_small(parts) == ("c",)


def test_balanced_weights_make_the_few_be_heard():
    def recall(weights: str) -> float:
        data = DataSpec(dataset=Circle(count=400, noise=0.3), label_noise=0.0)
        spec = after(3, data, class_weights=weights, optimizer=Adam(learning_rate=0.003))
        trainer = Trainer(spec)
        few = classes_of(trainer.split.train) == 1
        assert few.any()
        trainer.advance(100_000)
        known = trainer.objective.predict(trainer.logits("train"))[0] > 0.5
        return float(known[few].mean())

    assert recall("balanced") >= recall("equal")


# Constant columns


@pytest.mark.parametrize("value", [0.3, 1 / 3, 100.01, 0.0, -7e8])
@pytest.mark.parametrize("scaling", ["standardize", "normalize"])
def test_a_constant_column_stays_small_also_where_another_part_differs(value, scaling):
    def part(n: int) -> Samples:
        inputs = np.column_stack([np.full(n, value), np.arange(n, dtype=float)])
        return Samples(inputs, np.zeros((n, 1)), "regression")

    parts = cut(part(97), 0.2, np.random.default_rng(0))
    parts.validation.inputs[0, 0] += 1
    split = scaled(parts, scaling)
    assert np.abs(split.train.inputs[:, 0]).max() == 0
    assert split.validation.inputs[0, 0] == pytest.approx(1.0, rel=1e-6)
    assert split.std[0] == 1
