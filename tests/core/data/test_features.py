"""What the network is given of the data: features, scale, noise in labels, drawn points."""

import contextlib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.registry import settings_of
from core.data import DataError, Dataset, Samples
from core.data.curves import FourPoints, Plane, Sine
from core.data.digits import Digits
from core.data.drawn import MOST_POINTS, DrawnPoints, Point, as_text, from_text, rounded
from core.data.features import PlaneFeatures
from core.data.label_noise import with_label_noise
from core.data.toys import Circle, ExclusiveOr, Spiral
from core.experiment.links import experiment_link, read_link
from core.experiment.serialization import dumps, loads, problems
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.telemetry.meter import Meter
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

ONLY = dict.fromkeys(settings_of(PlaneFeatures), False)
EVERY = dict.fromkeys(settings_of(PlaneFeatures), True)
POINTS = (Point(1.5, -2, 0), Point(-0.25, 3e-4, 1), Point(4, 4, 1))


def data_of(seed: int = 1, **settings) -> TrainingData:
    return TrainingData(ExperimentSpec(data=DataSpec(**settings), seed=seed))


def accuracy(features: PlaneFeatures, dataset: Dataset) -> float:
    """What one unit can learn of the data."""
    trainer = Trainer(
        ExperimentSpec(
            data=DataSpec(dataset=dataset, features=features),
            network=NetworkSpec(hidden=()),
            training=TrainingSpec(max_epochs=150),
        )
    )
    trainer.advance(1500)
    score = trainer.evaluate()
    assert score
    return score.accuracy


# Features


def test_each_feature_is_the_term_it_is_called_by():
    plane = np.array([[2.0, -3.0], [0.5, 4.0]])
    features = PlaneFeatures(**EVERY)
    x, y = plane.T
    names = features.names(("x₁", "x₂"))
    values = dict(zip(names, features.of(plane).T, strict=True))
    expected = {
        "x₁": x,
        "x₂": y,
        "x₁²": x**2,
        "x₂²": y**2,
        "x₁x₂": x * y,
        "sin x₁": np.sin(x),
        "sin x₂": np.sin(y),
    }
    assert list(values) == list(expected)
    for name, wanted in expected.items():
        assert np.allclose(values[name], wanted), name


def test_features_of_named_inputs_bear_their_names():
    names = PlaneFeatures(**EVERY).names(("width", "height"))
    assert names[2:] == ("width²", "height²", "width × height", "sin width", "sin height")


def test_the_right_features_let_one_unit_solve_what_it_cannot_otherwise():
    squares = PlaneFeatures(**(ONLY | {"x1_squared": True, "x2_squared": True}))
    product = PlaneFeatures(**(ONLY | {"product": True}))
    inputs = PlaneFeatures(**(ONLY | {"x1": True, "x2": True}))
    assert accuracy(squares, Circle()) > 0.97 and accuracy(product, ExclusiveOr()) > 0.97
    assert accuracy(inputs, Circle()) < 0.75 and accuracy(inputs, ExclusiveOr()) < 0.75


def test_features_are_scaled_like_inputs():
    data = data_of(dataset=Circle(), features=PlaneFeatures(**EVERY))
    assert data.inputs.shape == (375, 8)
    assert np.allclose(data.inputs[:, :-1].mean(axis=0), 0, atol=1e-6)
    assert np.allclose(data.inputs[:, :-1].std(axis=0), 1, atol=1e-6)


def test_the_surface_of_transformed_inputs_lies_in_the_plane_and_agrees_with_the_network():
    spec = ExperimentSpec(data=DataSpec(dataset=Spiral(), features=PlaneFeatures(**EVERY)))
    trainer = Trainer(spec)
    frame = Meter(trainer).frame("paused")
    surface, data = frame.surface, frame.data
    assert surface and data and data.preparation
    assert (data.dimensions, data.features, data.axes) == (2, 7, ("x₁", "x₂"))
    assert np.array_equal(data.mean, [0, 0]) and np.array_equal(data.std, [1, 1])
    assert -7 < surface.low[0] < -4 and 4 < surface.high[1] < 7
    assert np.allclose(data.preparation(trainer.data.plane["train"]), trainer.inputs[:, :-1])
    corner = data.preparation(np.array([surface.low], np.float64))
    tape, logits = trainer.network.tape(1, training=False)
    tape.inputs[:] = np.append(corner, 1)
    tape.play_forward()
    outputs = trainer.objective.predict(logits.value)
    assert surface.values[0, 0, 0] == pytest.approx(outputs.item(), rel=1e-4)


def test_features_of_a_plane_need_a_plane():
    for dataset in (Digits(), FourPoints(), Sine()):
        (told,) = problems(ExperimentSpec(data=DataSpec(dataset=dataset, features=PlaneFeatures())))
        assert f"data.features: plane needs a data set with two inputs, which {dataset.key}" in told
    assert not problems(ExperimentSpec(data=DataSpec(dataset=Plane(), features=PlaneFeatures())))
    with pytest.raises(DataError, match=r"these have 64: set data.features to inputs"):
        data_of(dataset=Digits(), features=PlaneFeatures())


def test_at_least_one_feature_must_be_taken():
    spec = ExperimentSpec(data=DataSpec(features=PlaneFeatures(**ONLY)))
    assert problems(spec) == ["data.features: at least one feature must be selected"]


# Scale


def test_normalised_inputs_of_the_training_part_fill_0_to_1():
    data = data_of(dataset=Circle(), normalize=True)
    train = data.split.train.inputs
    assert np.array_equal(train.min(axis=0), [0, 0]) and np.array_equal(train.max(axis=0), [1, 1])
    plain = data_of(dataset=Circle(), standardize=False)
    for part in ("train", "validation"):
        restored = data.part(part).inputs * data.split.std + data.split.mean
        assert np.allclose(restored, plain.part(part).inputs, atol=1e-6)


def test_pictures_are_normalised_as_a_whole():
    split = data_of(dataset=Digits(count=100), normalize=True).split
    assert (split.train.inputs.min(), split.train.inputs.max()) == (0, 1)
    assert len(set(split.std)) == 1


# Noise in labels


def test_a_share_of_the_training_labels_is_wrong_and_the_others_are_right():
    clean = data_of(dataset=Circle(count=8000))
    noisy = data_of(dataset=Circle(count=8000), label_noise=0.3)
    assert np.array_equal(clean.inputs, noisy.inputs)
    assert (clean.targets != noisy.targets).mean() == pytest.approx(0.3, abs=0.02)
    for part in ("validation", "test"):
        assert np.array_equal(clean.part(part).targets, noisy.part(part).targets)


def test_more_noise_changes_the_same_labels_and_more():
    clean, some, more = (data_of(dataset=Digits(), label_noise=s).targets for s in (0, 0.2, 0.5))
    wrong, worse = (some != clean).any(axis=1), (more != clean).any(axis=1)
    assert worse[wrong].all() and worse.sum() > wrong.sum()
    assert np.array_equal(some[wrong], more[wrong])
    assert (more.sum(axis=1) == 1).all()
    # Every other class is as likely as the next.
    shifts = (more.argmax(axis=1) - clean.argmax(axis=1))[worse] % 10
    assert set(shifts) == set(range(1, 10))


def test_noise_hits_the_same_samples_whatever_is_held_out():
    def wrong_ones(validation: float) -> set:
        settings = {"dataset": Circle(), "validation": validation, "standardize": False}
        clean, noisy = data_of(**settings), data_of(**settings, label_noise=0.3)
        wrong = (clean.targets != noisy.targets)[:, 0]
        return {tuple(point) for point in clean.inputs[wrong]}

    assert wrong_ones(0.5) < wrong_ones(0.25)


def test_numbers_get_noise_in_proportion_to_their_spread():
    clean, noisy = (data_of(dataset=Plane(count=20_000), label_noise=s) for s in (0, 0.5))
    before, after = clean.split.train.targets, noisy.split.train.targets
    noise = after - before
    assert noise.std() == pytest.approx(0.5 * before.std(), rel=0.03)
    assert noise.mean() == pytest.approx(0, abs=0.01)


def test_targets_without_noise_are_not_touched():
    samples = Circle().samples(np.random.default_rng(0))
    assert with_label_noise(samples, 0.0, np.random.default_rng(0)) is samples


# Drawn points


def test_drawn_points_survive_every_form_of_an_experiment():
    assert from_text(as_text(POINTS)) == POINTS
    spec = ExperimentSpec(data=DataSpec(points=as_text(POINTS)))
    assert loads(dumps(spec)) == read_link(experiment_link(spec)) == spec


def test_drawn_points_are_mixed_with_the_others_which_stay_as_they_are():
    points = as_text(Point(x, 9, x % 2) for x in range(40))
    plain, mixed = (data_of(standardize=False, points=p) for p in ("", points))
    for part in ("train", "validation"):
        before, after = plain.part(part), mixed.part(part)
        n = len(before)
        assert np.array_equal(after.inputs[:n], before.inputs)
        assert np.array_equal(after.targets[:n], before.targets)
        assert (after.inputs[n:, 1] == 9).all()
        assert np.array_equal(after.inputs[n:, 0] % 2, after.targets[n:, 0])
    assert len(mixed.part("train")) - len(plain.part("train")) == 30


def test_where_numbers_are_predicted_the_two_classes_are_two_numbers():
    mixed = data_of(dataset=Plane(count=4), validation=0, points=as_text(POINTS))
    assert sorted(mixed.split.train.targets[-3:, 0]) == [-1, 1, 1]


def test_points_alone_are_a_data_set():
    spec = ExperimentSpec(data=DataSpec(dataset=DrawnPoints(), points=as_text(POINTS)))
    assert not problems(spec)
    assert len(Trainer(spec).split.train) == 2
    with pytest.raises(DataError, match="there are no points yet: draw some"):
        data_of(dataset=DrawnPoints())


def test_drawn_points_have_no_place_outside_a_plane():
    assert np.array_equal(
        data_of(dataset=Sine(), points=as_text(POINTS)).inputs, data_of(dataset=Sine()).inputs
    )


def test_drawn_points_join_the_first_classes_of_several():
    class ThreeClasses(Dataset):
        task = "classes"

        def samples(self, rng: np.random.Generator) -> Samples:
            inputs = rng.standard_normal((30, 2))
            return Samples(inputs, np.eye(3)[np.arange(30) % 3], "classes")

    spec = ExperimentSpec(data=DataSpec(validation=0, points=as_text(POINTS)))
    data = TrainingData(replace(spec, data=replace(spec.data, dataset=ThreeClasses())))
    assert data.targets.shape == (33, 3)
    assert sorted(data.targets[-3:].argmax(axis=1)) == [0, 1, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2", "'1,2' is not a point"),
        ("1,2,3", "'1,2,3' is not a point"),
        ("1,2,0 nan,0,1", "'nan,0,1' is not a point"),
        ("1e9,2,0", "lies too far out"),
        ("1,2,0 " * (MOST_POINTS + 1), f"has {MOST_POINTS + 1:,} points"),
    ],
)
def test_what_is_no_list_of_points_is_told(text, said):
    (told,) = problems(ExperimentSpec(data=DataSpec(points=text)))
    assert told.startswith("data.points: ") and said in told and len(told) < 150


@given(st.text("0123456789.,-+e nax\n", max_size=30))
def test_any_text_is_read_as_points_or_refused(text):
    with contextlib.suppress(ValueError):
        points = from_text(text)
        assert from_text(as_text(points)) == tuple(rounded(*point) for point in points)
        assert all(math.isfinite(point.x + point.y) for point in points)


def test_all_of_it_together_is_the_same_for_the_same_seed():
    settings = {
        "dataset": Spiral(noise=0.2),
        "features": PlaneFeatures(**EVERY),
        "label_noise": 0.2,
        "normalize": True,
        "points": as_text(POINTS),
        "test": 0.2,
    }
    one, same, other = (data_of(seed, **settings) for seed in (3, 3, 4))
    assert np.array_equal(one.inputs, same.inputs) and np.array_equal(one.targets, same.targets)
    assert not np.array_equal(one.inputs, other.inputs)
