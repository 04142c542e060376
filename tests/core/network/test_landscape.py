"""Slices of the loss: exact at the centre, blind to scalings that change nothing, reproducible."""

import numpy as np
import pytest

from core.base.streams import Streams
from core.catalogue.activations import PReLU, ReLU
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.network.landscape import Landscape, local_extrema, path_plane, random_directions
from core.training.trainer import Trainer

BLOCKS = (Dense(units=12), Dense(units=8))


def trained(blocks=BLOCKS, steps=50, **network):
    spec = ExperimentSpec(
        data=DataSpec(dataset=Circle(count=200)),
        network=NetworkSpec(hidden=blocks, **{"activation": ReLU(), **network}),
        precision="float64",
    )
    trainer = Trainer(spec)
    trainer.advance(steps)
    return trainer


def loss_of(trainer):
    score = trainer.evaluate("train")
    assert score
    return score.loss


def landscape(trainer):
    return Landscape(trainer.network, trainer.objective, trainer.inputs, trainer.targets)


def directions(trainer, seed=0, **kwargs):
    return random_directions(trainer.network, 2, Streams(seed)["landscape"], **kwargs)


def plane(trainer, across):
    at = np.linspace(-1, 1, 5)
    grid = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    return np.concatenate(list(landscape(trainer).losses(across, grid)))


@pytest.mark.parametrize(
    "network",
    [
        {},
        {"normalization": "before"},
        {"dropout": 0.5},
        {"activation": PReLU()},
        {"blocks": (Skip(units=8), SplitMerge(units=6)), "bias": False},
    ],
)
def test_the_centre_is_the_loss_of_the_run_and_the_run_is_left_alone(network):
    trainer = trained(**network)
    params, expected = trainer.network.params.copy(), loss_of(trainer)
    losses = plane(trainer, directions(trainer))
    assert losses[len(losses) // 2] == pytest.approx(expected, abs=1e-12)
    assert np.ptp(losses) > 0
    np.testing.assert_array_equal(trainer.network.params, params)


def test_every_point_is_the_loss_of_the_network_with_these_weights():
    trainer = trained()
    across = directions(trainer)
    points = np.array([[0.5, -0.3], [-1.0, 0.0], [0.2, 2.0]])
    measured = np.concatenate(list(landscape(trainer).losses(across, points)))
    start = trainer.network.params.copy()
    for point, loss in zip(points, measured, strict=True):
        trainer.network.params[:] = start + point @ across
        assert loss_of(trainer) == pytest.approx(loss, abs=1e-12)


def test_directions_have_the_length_of_each_units_weights_and_leave_the_rest_alone():
    trainer = trained(normalization="before")
    for direction in directions(trainer):
        assert not direction[trainer.network.mask == 0].any()
        for affine in trainer.network.affines:
            block = affine.block
            part = direction[block.offset : block.offset + block.size].reshape(block.shape)
            lengths = np.linalg.norm(part[:, : affine.fan_in], axis=1)
            np.testing.assert_allclose(lengths, np.linalg.norm(affine.weights, axis=1))


def test_scaling_one_layer_up_and_the_next_down_changes_the_raw_picture_only():
    plain, scaled = trained(), trained()
    first, second = scaled.network.affines[:2]
    first.block.value[:] *= 10
    second.weights[:] /= 10
    for normalised, same in ((True, True), (False, False)):
        before = plane(plain, directions(plain, normalised=normalised))
        after = plane(scaled, directions(scaled, normalised=normalised))
        assert np.allclose(before, after, atol=1e-6) == same


def test_the_same_seed_gives_the_same_picture_and_another_seed_another():
    trainer = trained()
    first = plane(trainer, directions(trainer, 3))
    np.testing.assert_array_equal(first, plane(trainer, directions(trainer, 3)))
    assert not np.allclose(first, plane(trainer, directions(trainer, 4)))


def test_a_loss_that_is_not_finite_is_shown_as_such():
    trainer = trained()
    across = directions(trainer)
    far = np.array([[1e200, 0.0], [0.0, 0.0]])
    losses = np.concatenate(list(landscape(trainer).losses(across, far)))
    assert not np.isfinite(losses[0]) and np.isfinite(losses[1])


def test_the_plane_of_a_path_contains_a_path_that_is_flat():
    rng = np.random.default_rng(0)
    first, second = np.linalg.qr(rng.standard_normal((40, 2)))[0].T
    along = np.array([[3.0, 0.0], [2.0, 1.0], [0.5, 1.0], [0.2, 0.4], [0.0, 0.0]])
    points = 7 + along @ np.stack([first, second])
    found = path_plane(list(points))
    assert found.explained.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(found.path[-1], 0, atol=1e-12)
    rebuilt = points[-1] + found.path @ found.directions
    np.testing.assert_allclose(rebuilt, points, atol=1e-9)


def test_a_random_walk_explains_61_and_15_percent_by_itself():
    walk = np.cumsum(np.random.default_rng(1).standard_normal((300, 20_000)), axis=0)
    explained = path_plane(list(walk)).explained
    np.testing.assert_allclose(explained, 6 / np.pi**2 / np.array([1, 4]), atol=0.01)


@pytest.mark.parametrize(
    ("points", "reason"),
    [(np.ones((2, 5)), "three points"), (np.ones((4, 5)), "have not moved")],
)
def test_a_path_without_a_plane_is_refused(points, reason):
    with pytest.raises(ValueError, match=reason):
        path_plane(list(points))


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([3, 2, 1, 2, 3], 1),
        ([1, 2, 3], 0),
        ([1, 2, 2, 1, 1, 3], 2),
        ([1, 1, 1], 0),
        ([np.inf, 2, 1, np.nan, np.nan], 1),
    ],
)
def test_extrema_are_turns(losses, expected):
    assert local_extrema(np.array(losses, float)) == expected


def test_a_clone_shares_nothing():
    trainer = trained()
    twin = trainer.network.clone()
    np.testing.assert_array_equal(twin.params, trainer.network.params)
    twin.params[:] = 0
    assert trainer.network.params.any()
