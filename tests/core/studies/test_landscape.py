"""The landscape lab: subjects, fans, surfaces and the plane of a run's own path."""

from dataclasses import replace

import numpy as np
import pytest

from core.base.cancellation import Cancelled
from core.catalogue.blocks import Dense
from core.data import DATASETS
from core.data.toys import Circle
from core.experiment.presets import deep_digits
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.studies.base import StudyError
from core.studies.landscape import (
    LEVELS,
    PATH_BYTES,
    PATH_POINTS,
    Site,
    Subject,
    fan,
    own_plane,
    random_plane,
    surface,
    surfaces,
    train,
)
from core.training.trainer import Trainer

SPEC = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=100)), network=NetworkSpec(hidden=(Dense(units=6),))
)


@pytest.fixture(scope="module")
def subject():
    return train(SPEC, steps=200, label="small")


def test_training_is_that_of_the_trainer_and_keeps_its_path(subject):
    trainer = Trainer(SPEC)
    trainer.advance(200)
    np.testing.assert_array_equal(subject.params, trainer.network.params)
    assert subject.iteration == 200 and len(subject.path) == 61
    np.testing.assert_array_equal(subject.path[-1].params, subject.params)


@pytest.mark.parametrize("steps", [7, 100])
def test_every_moment_of_a_path_has_the_step_the_weights_and_the_loss_of_the_run_then(steps):
    spec = replace(SPEC, network=replace(SPEC.network, normalization="before"))
    whole, trainer = train(spec, steps=steps), Trainer(spec)
    assert len(whole.path) == min(steps, PATH_POINTS) + 1
    for point, moment in enumerate(whole.path):
        trainer.advance(moment.iteration - trainer.iteration)
        np.testing.assert_array_equal(moment.params, trainer.network.params)
        score = trainer.evaluate("train")
        assert score
        assert Site(whole.at(point)).centre() == pytest.approx(score.loss, rel=1e-5)


@pytest.mark.parametrize(("units", "steps", "spacing"), [(30, 60, 1), (300, 60, 6), (300, 5, 6)])
def test_paths_of_large_networks_keep_fewer_points_of_the_same_steps(units, steps, spacing):
    hidden = (Dense(units=units),) * 2
    whole = train(replace(SPEC, network=replace(SPEC.network, hidden=hidden)), steps=steps)
    size = sum(moment.params.nbytes for moment in whole.path[1:])
    assert whole.spacing == spacing and size <= max(PATH_BYTES, 5 * whole.params.nbytes)
    assert whole.path[0].iteration == 0 and whole.path[-1].iteration == whole.iteration == steps
    if steps == PATH_POINTS:
        assert [whole.at(point).iteration for point in range(whole.points)] == [
            point - point % spacing for point in range(61)
        ]


def test_weights_of_another_network_are_refused(subject):
    other = ExperimentSpec(data=SPEC.data, network=NetworkSpec(hidden=(Dense(units=9),)))
    with pytest.raises(StudyError, match="other layers"):
        Site(Subject("x", other, 0, subject.params, subject.buffers))


def test_lines_meet_at_the_networks_loss(subject):
    site = Site(subject)
    found = fan(site, lines=4, points=21)
    assert found.losses.shape == (4, 21) and len(found.extrema) == 4
    np.testing.assert_allclose(found.losses[:, 10], site.centre(), rtol=1e-6)


@pytest.mark.parametrize("dataset", ["circle", "spiral", "plane", "line", "multi_gaussian"])
def test_the_centre_is_the_loss_of_the_run_whatever_its_data(dataset):
    data = DataSpec(dataset=DATASETS[dataset]())
    trainer = Trainer(replace(SPEC, data=data, precision="float64"))
    trainer.advance(50)
    score = trainer.evaluate("train")
    assert score
    assert Site(Subject.of("run", trainer)).centre() == pytest.approx(score.loss, rel=1e-12)


def test_more_lines_keep_the_first_ones(subject):
    site = Site(subject)
    few, many = fan(site, lines=2, points=9), fan(site, lines=5, points=9)
    np.testing.assert_array_equal(few.losses, many.losses[:2])


def test_surfaces_get_finer_and_agree_where_they_share_points(subject):
    site = Site(subject)
    plane = random_plane(site)
    found = list(surfaces(site, plane))
    assert [each.side for each in found] == list(LEVELS)
    coarse, fine = found[0].losses, found[1].losses
    np.testing.assert_allclose(coarse, fine[::3, ::3], rtol=1e-5)


def test_the_paths_plane_contains_the_whole_path_and_the_end_is_the_centre(subject):
    plane = own_plane(subject)
    assert plane.path is not None and plane.explained is not None
    assert plane.x[0] < plane.path[:, 0].min() and plane.x[1] > plane.path[:, 0].max()
    np.testing.assert_allclose(plane.path[-1], 0, atol=1e-9)
    assert 0.5 < plane.explained.sum() <= 1


def test_a_run_without_a_path_says_what_to_do(subject):
    with pytest.raises(StudyError, match="train for a while"):
        own_plane(Subject("x", SPEC, 0, subject.params, subject.buffers))


def test_fewer_samples_are_the_first_ones(subject):
    assert Site(subject, 10).samples == 10
    assert Site(subject, 10_000).samples == 75


def test_work_can_be_given_up_at_any_point(subject):
    site = Site(subject)

    def give_up(share, text):
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        surface(site, random_plane(site), 51, give_up)
    with pytest.raises(Cancelled):
        train(SPEC, give_up, steps=1000)


def test_presets_have_as_many_layers_with_skip_connections_as_without():
    for depth in (4, 16, 32):
        plain, skip = (Trainer(deep_digits(depth, kind)).network for kind in (False, True))
        assert len(plain.activations) == len(skip.activations) == depth
