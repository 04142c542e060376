"""Data sets are what they say, the same for the same seed, and split without leaking."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from core.data import DATASETS, DataError, digits, split
from core.data.curves import Curve, FourPoints, Sine, Step
from core.data.digits import Digits
from core.data.toys import Circle, ExclusiveOr, PlaneToy, Spiral, TwoGaussians
from core.experiment.spec import DataSpec, ExperimentSpec, TrainingSpec
from core.training.trainer import Trainer
from playground.headless import Progress, run

TOYS = [entry for entry in DATASETS.entries() if issubclass(entry, PlaneToy)]
BUNDLED = [entry for entry in DATASETS.entries() if entry.bundled]
CURVES = [entry for entry in DATASETS.entries() if issubclass(entry, Curve)]


def drawn(dataset, seed=0):
    return dataset.samples(np.random.default_rng(seed))


@pytest.mark.parametrize("entry", BUNDLED, ids=lambda entry: entry.key)
def test_every_data_set_keeps_the_contract(entry):
    samples = drawn(entry())
    n = len(samples)
    assert samples.task == entry.task
    assert samples.inputs.shape == (n, samples.features)
    assert samples.targets.shape == (n, samples.outputs)
    assert samples.inputs.dtype == samples.targets.dtype == np.float64
    assert np.isfinite(samples.inputs).all() and np.isfinite(samples.targets).all()
    if samples.task == "binary":
        assert set(np.unique(samples.targets)) == {0, 1}
        assert len(samples.class_names) == 2
    if samples.task == "classes":
        assert (samples.targets.sum(axis=1) == 1).all()
        assert len(samples.class_names) == samples.outputs
    assert np.array_equal(drawn(entry()).inputs, samples.inputs)


@pytest.mark.parametrize("entry", [*TOYS, *CURVES], ids=lambda entry: entry.key)
def test_the_number_of_samples_is_kept_from_the_least_to_the_most(entry):
    for count in (4, 5, 100_000):
        assert len(drawn(entry(count=count))) == count


@pytest.mark.parametrize("entry", [Circle, ExclusiveOr, TwoGaussians, *CURVES])
def test_more_samples_extend_the_same_set(entry):
    few, many = drawn(entry(count=50, noise=0.3)), drawn(entry(count=500, noise=0.3))
    assert np.array_equal(many.inputs[:50], few.inputs)
    assert np.array_equal(many.targets[:50], few.targets)


def test_noiseless_toys_follow_their_rule():
    circle, xor, spiral = (drawn(toy(noise=0)) for toy in (Circle, ExclusiveOr, Spiral))
    inside = np.hypot(*circle.inputs.T) < 2.5
    assert np.array_equal(circle.targets[:, 0] == 1, inside)
    assert np.array_equal(xor.targets[:, 0] == 1, xor.inputs.prod(axis=1) > 0)
    assert (np.abs(xor.inputs) >= 0.3).all()
    one, other = (spiral.inputs[spiral.targets[:, 0] == c] for c in (1, 0))
    assert np.allclose(one, -other)


def test_noise_mixes_the_classes_of_the_circle_and_moves_no_point():
    clean, noisy = drawn(Circle(noise=0)), drawn(Circle(noise=0.5))
    assert np.array_equal(clean.inputs, noisy.inputs)
    assert 0.1 < (clean.targets != noisy.targets).mean() < 0.5


def test_gaussians_are_balanced_and_lie_about_their_centres():
    samples = drawn(TwoGaussians(count=10_000))
    ones = samples.targets[:, 0] == 1
    assert ones.mean() == 0.5
    assert samples.inputs[ones].mean(axis=0) == pytest.approx([2, 2], abs=0.05)
    assert samples.inputs[~ones].std(axis=0) == pytest.approx([0.5**0.5] * 2, abs=0.05)


def test_curves_follow_their_rule_and_noise_has_its_deviation():
    sine, step = drawn(Sine(frequency=2)), drawn(Step())
    assert np.allclose(sine.targets, np.sin(2 * sine.inputs))
    assert np.array_equal(step.targets, step.inputs > 0)
    noise = drawn(Sine(count=20_000, noise=0.5)).targets - drawn(Sine(count=20_000)).targets
    assert noise.std() == pytest.approx(0.5, rel=0.05)


def test_the_best_line_through_the_four_points_has_slope_1_8():
    samples = drawn(FourPoints())
    x, y = samples.inputs[:, 0], samples.targets[:, 0]
    assert (x @ y) / (x @ x) == pytest.approx(54 / 30)
    assert (0.5 * (y - 10 * x) ** 2).sum() == pytest.approx(
        sum(0.5 * e**2 for e in (15, 8, 24, 34))
    )


def test_digits_are_the_pictures_they_are_labelled_as():
    samples = drawn(Digits())
    assert samples.inputs.shape == (1797, 64)
    assert samples.inputs.min() == 0 and samples.inputs.max() == 1
    assert samples.image_shape == (8, 8)
    # The nearest class mean is right far more often than the 10 % of labels that do not belong.
    means = np.array([samples.inputs[samples.targets[:, c] == 1].mean(axis=0) for c in range(10)])
    nearest = ((samples.inputs[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == samples.targets.argmax(axis=1)).mean() > 0.85


def test_fewer_digits_are_a_part_of_more():
    few, many = drawn(Digits(count=300)), drawn(Digits(count=600))
    assert np.array_equal(many.inputs[:300], few.inputs)


def test_missing_digits_are_told_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(digits, "FILE", tmp_path / "digits.npz")
    with pytest.raises(DataError, match=r"digits\.npz.*Install the application again"):
        drawn(Digits())


def test_the_split_shares_no_sample_and_standardises_by_the_training_part():
    samples = drawn(TwoGaussians(count=1000))
    parts = split(samples, 0.25, True, np.random.default_rng(1))
    assert (len(parts.train), len(parts.validation)) == (750, 250)
    assert np.allclose(parts.train.inputs.mean(axis=0), 0)
    assert np.allclose(parts.train.inputs.std(axis=0), 1)
    both = np.concatenate([parts.train.inputs, parts.validation.inputs])
    restored = both * parts.std + parts.mean
    assert np.allclose(np.sort(restored, axis=0), np.sort(samples.inputs, axis=0))


def test_the_test_part_is_set_apart_before_the_others_and_shares_no_sample():
    samples = drawn(TwoGaussians(count=1000))
    parts = split(samples, 0.25, False, np.random.default_rng(1), test=0.2)
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [600, 200, 200]
    together = np.concatenate([p.inputs for p in (parts.train, parts.validation, parts.test)])
    assert np.array_equal(np.sort(together, axis=0), np.sort(samples.inputs, axis=0))
    other = split(samples, 0.5, False, np.random.default_rng(1), test=0.2)
    assert np.array_equal(other.test.inputs, parts.test.inputs)


def test_a_test_set_of_the_data_s_own_is_kept_and_standardised_like_the_rest():
    own = drawn(TwoGaussians(count=10), seed=1)
    samples = replace(drawn(TwoGaussians(count=100)), test=own)
    parts = split(samples, 0.2, True, np.random.default_rng(1), test=0.5)
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [80, 20, 10]
    assert np.allclose(parts.test.inputs * parts.std + parts.mean, own.inputs)


def test_every_sample_keeps_its_target():
    samples = replace(drawn(ExclusiveOr(count=200)), test=drawn(ExclusiveOr(count=50), seed=1))
    parts = split(samples, 0.3, True, np.random.default_rng(1))
    for part in (parts.train, parts.validation, parts.test):
        inputs = part.inputs * parts.std + parts.mean
        assert np.array_equal(part.targets[:, 0] == 1, inputs.prod(axis=1) > 0)


def test_pictures_are_standardised_as_a_whole():
    parts = split(drawn(Digits()), 0.25, True, np.random.default_rng(1))
    assert len(set(parts.std)) == len(set(parts.mean)) == 1
    assert parts.train.inputs.std() == pytest.approx(1)


def test_a_split_without_validation_keeps_every_sample():
    parts = split(drawn(FourPoints()), 0, False, np.random.default_rng(1))
    assert (len(parts.train), len(parts.validation)) == (4, 0)
    assert sorted(parts.train.inputs[:, 0]) == [1, 2, 3, 4]


def test_the_test_part_is_looked_at_once_when_all_is_over(monkeypatch):
    looks: list[tuple[str, int]] = []
    judge = Trainer.judge

    def noting(trainer: Trainer, part: str):
        looks.append((part, trainer.iteration))
        return judge(trainer, part)

    monkeypatch.setattr(Trainer, "judge", noting)
    data, training = DataSpec(test=0.2), TrainingSpec(max_epochs=3, patience=1)
    recording = run(
        ExperimentSpec(data=data, training=training), lambda: False, Progress(sys.stderr)
    )
    last = recording.metrics()["iterations"]
    assert [look for look in looks if look[0] == "test"] == [looks[-1]] == [("test", last)]
    assert ("validation", 0) in looks
