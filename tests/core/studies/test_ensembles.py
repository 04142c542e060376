"""The ensemble lab: what members share, curves over subsets, baselines."""

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from core.catalogue.blocks import Dense
from core.catalogue.losses import LOSSES
from core.data.curves import Sine
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.studies.base import StudyError
from core.studies.ensembles import Ensemble, Settings, curves, dropout_as_ensemble, one_large
from core.studies.ensembles_jobs import GRIDS, MOMENTS, EnsembleJob
from core.training.trainer import Trainer

SPEC = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=150)),
    network=NetworkSpec(hidden=(Dense(units=6), Dense(units=6))),
)
SETTINGS = Settings(SPEC, members=4, epochs=5)


def trained(settings=SETTINGS):
    ensemble = Ensemble(settings)
    for _ in range(settings.epochs):
        ensemble.train_epoch()
    return ensemble


def test_in_lockstep_the_first_member_is_the_run_itself():
    alone = Trainer(SPEC)
    ensemble = trained()
    alone.advance(ensemble.trainers[0].iteration)
    np.testing.assert_array_equal(ensemble.trainers[0].network.params, alone.network.params)
    assert {trainer.sampler.epochs for trainer in ensemble.trainers} == {5}


@pytest.mark.parametrize("switch", ["weights", "batches", "resampled", "architectures"])
def test_each_switch_alone_makes_members_differ(switch):
    settings = replace(SETTINGS, epochs=2, **{"weights": False, switch: True})
    outputs = trained(settings).outputs()
    assert outputs.shape[0] == 4
    assert not np.allclose(outputs[0], outputs[1])


def test_without_any_switch_all_are_the_same():
    outputs = trained(replace(SETTINGS, weights=False, epochs=2)).outputs()
    np.testing.assert_array_equal(outputs, np.repeat(outputs[:1], 4, axis=0))


def test_curves_begin_at_the_mean_member_and_end_at_the_ensemble():
    ensemble = trained()
    outputs, targets = ensemble.outputs(), ensemble.targets
    found = curves(outputs, targets)
    assert found.by_mean[0, 0] == pytest.approx(found.mean_member)
    assert found.by_mean[0, 2] == pytest.approx(found.best_member)
    right = (outputs.mean(axis=0) > 0.5) == (targets > 0.5)
    assert found.ensemble == pytest.approx(right.mean())
    assert (found.by_mean[:, 1] <= found.by_mean[:, 0]).all()
    # All members make one subset only: no band is left.
    np.testing.assert_allclose(found.loss[-1], found.loss[-1, 0])


def test_outputs_at_points_are_those_of_the_judged_part():
    ensemble = trained(replace(SETTINGS, epochs=1))
    points = ensemble.data.part(ensemble.part).inputs
    np.testing.assert_allclose(ensemble.outputs_at(points), ensemble.outputs(), atol=1e-6)


def test_the_large_network_has_as_many_parameters_as_all_members():
    total = SETTINGS.members * len(Trainer(SPEC).network.params)
    assert one_large(SETTINGS).parameters == pytest.approx(total, rel=0.15)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "half_squared_error"])
def test_one_member_and_the_large_network_of_its_size_are_measured_alike(loss):
    training = replace(SPEC.training, loss=LOSSES[loss]())
    network = replace(SPEC.network, output="sigmoid")
    alone = Settings(replace(SPEC, training=training, network=network), members=1, epochs=3)
    ensemble = trained(alone)
    member, large = curves(ensemble.outputs(), ensemble.targets).members[0], one_large(alone)
    assert [large.accuracy, large.loss] == pytest.approx(member, rel=1e-9)


def test_masks_of_dropout_are_better_together_than_alone():
    one, mean, usual = dropout_as_ensemble(replace(SETTINGS, epochs=60))
    assert mean.loss <= one.loss
    assert usual.parameters == one.parameters


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (DataSpec(dataset=Circle(count=100), validation=0), "hold out"),
        (DataSpec(dataset=Sine()), "classes"),
    ],
)
def test_what_cannot_be_voted_on_is_refused(data, reason):
    with pytest.raises(StudyError, match=reason):
        Ensemble(Settings(replace(SPEC, data=data)))


@pytest.mark.parametrize("members", [2, 16])
def test_the_more_members_the_fewer_moments_are_kept_from_the_first_epoch_to_the_last(members):
    job = EnsembleJob(replace(SETTINGS, members=members, epochs=80), baselines=False)
    run = job.run(Mock(cancelled=False))
    epochs = [moment.epoch for moment in run.moments]
    kept = min(MOMENTS, GRIDS // members)
    assert len(epochs) == kept + 1 and (epochs[0], epochs[-1]) == (0, 80)
    assert 0 < np.diff(epochs).min() and np.diff(epochs).max() <= 80 / kept + 1
