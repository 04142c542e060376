"""Members of an ensemble: what they share, and what their outputs say together."""

import numpy as np
import pytest

from core.base.streams import Streams
from core.catalogue.blocks import Dense
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.training.ensembles import (
    accuracy,
    agreement,
    ambiguity,
    bootstrap,
    choices,
    cross_entropy,
    dropout_samples,
    member_streams,
    outputs_of,
    subsets,
    votes,
)
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

SPEC = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=120)),
    network=NetworkSpec(hidden=(Dense(units=10), Dense(units=10)), dropout=0.3),
)


@pytest.fixture(scope="module")
def data():
    return TrainingData(SPEC)


def member(data, number, *differ):
    return Trainer(SPEC, data, streams=member_streams(SPEC.seed, number, differ))


def test_the_first_member_is_the_run_itself(data):
    run, first = Trainer(SPEC), member(data, 0, "weights", "batches")
    run.advance(20)
    first.advance(20)
    np.testing.assert_array_equal(run.network.params, first.network.params)


@pytest.mark.parametrize("differ", ["weights", "batches"])
def test_members_differ_in_what_is_asked_for_only(data, differ):
    first, other = member(data, 0), member(data, 3, differ)
    same_weights = np.array_equal(first.network.params, other.network.params)
    same_batches = np.array_equal(first.sampler.next(), other.sampler.next())
    assert same_weights == (differ != "weights")
    assert same_batches == (differ != "batches")


def test_members_that_differ_in_nothing_are_identical(data):
    first, other = member(data, 0), member(data, 5)
    for each in (first, other):
        each.advance(20)
    np.testing.assert_array_equal(first.network.params, other.network.params)


def test_a_bootstrap_sample_repeats_some_samples_and_leaves_others_out(data):
    resampled = bootstrap(data, SPEC.seed, 1)
    assert resampled.inputs.shape == data.inputs.shape
    known = {tuple(row) for row in data.inputs}
    drawn = [tuple(row) for row in resampled.inputs]
    assert set(drawn) < known
    assert len(set(drawn)) / len(known) == pytest.approx(1 - np.exp(-1), abs=0.1)
    np.testing.assert_array_equal(resampled.part("validation").inputs,
                                  data.part("validation").inputs)  # fmt: skip
    np.testing.assert_array_equal(resampled.inputs, bootstrap(data, SPEC.seed, 1).inputs)
    other = bootstrap(data, SPEC.seed, 2).inputs
    assert not np.array_equal(resampled.inputs, other)
    trainer = Trainer(SPEC, resampled)
    trainer.advance(5)
    assert trainer.evaluate("train") is not None


def test_streams_with_a_seed_of_their_own_leave_the_others_alone():
    usual, changed = Streams(1), Streams(1, {"init/": 9})
    assert usual["batches"].random() == changed["batches"].random()
    assert usual["init/layer 1"].random() != changed["init/layer 1"].random()


def test_dropout_samples_differ_and_average_to_about_the_network(data):
    trainer = member(data, 0)
    trainer.advance(300)
    inputs = trainer.data.part_inputs("validation")
    outputs = dropout_samples(trainer, inputs, 400)
    assert outputs.std(axis=0).mean() > 0.01
    np.testing.assert_allclose(outputs.mean(axis=0), outputs_of(trainer, "validation"), atol=0.25)
    # Asked again it gives the same, so the run's own stream has not moved.
    np.testing.assert_array_equal(outputs[:3], dropout_samples(trainer, inputs, 3))


RNG = np.random.default_rng(0)
OUTPUTS = RNG.dirichlet(np.ones(4), (7, 50)).transpose(0, 2, 1)
TARGETS = np.eye(4)[RNG.integers(4, size=50)].T


def test_the_error_of_the_mean_is_the_mean_error_less_the_ambiguity():
    found = ambiguity(OUTPUTS, TARGETS)
    assert found.ensemble == pytest.approx(found.members - found.ambiguity, abs=1e-12)
    assert found.ambiguity > 0


def test_identical_members_gain_nothing():
    same = np.repeat(OUTPUTS[:1], 5, axis=0)
    found = ambiguity(same, TARGETS)
    assert found.ambiguity == pytest.approx(0, abs=1e-15)
    assert accuracy(same.mean(axis=0), TARGETS) == accuracy(same[0], TARGETS)
    np.testing.assert_array_equal(agreement(same), np.ones((5, 5)))


def test_cross_entropy_of_the_mean_probability_is_at_most_the_mean_cross_entropy():
    assert cross_entropy(OUTPUTS.mean(axis=0), TARGETS) <= cross_entropy(OUTPUTS, TARGETS).mean()
    expected = -np.log((OUTPUTS[0] * TARGETS).sum(axis=0)).mean()
    assert cross_entropy(OUTPUTS[0], TARGETS) == pytest.approx(expected, abs=1e-12)


def test_binary_outputs_are_two_classes():
    outputs = np.array([[[0.9, 0.2]], [[0.6, 0.7]], [[0.1, 0.3]]])
    targets = np.array([[1.0, 0.0]])
    np.testing.assert_allclose(votes(outputs), [[1 / 3, 2 / 3], [2 / 3, 1 / 3]])
    np.testing.assert_array_equal(choices(outputs), [[1, 0], [1, 1], [0, 0]])
    np.testing.assert_allclose(accuracy(outputs, targets), [1, 0.5, 0.5])
    expected = -(np.log(0.9) + np.log(0.8)) / 2
    assert cross_entropy(outputs, targets)[0] == pytest.approx(expected)


def test_votes_and_agreement_count_members():
    assert votes(OUTPUTS).sum(axis=0) == pytest.approx(1)
    matrix = agreement(OUTPUTS)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diag(matrix), 1)


def test_subsets_are_all_there_are_or_as_many_as_asked_for():
    assert subsets(4, 2, 10) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    drawn = subsets(10, 5, 20)
    assert len(drawn) == 20 and all(len(set(each)) == 5 for each in drawn)
    assert drawn == subsets(10, 5, 20)
