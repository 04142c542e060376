"""What frames carry for pictures: true, small, and taken only where it is wanted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import Maxout, ReLU
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.data import Samples
from core.data.curves import MultiGaussian, Sine
from core.data.digits import Digits
from core.data.toys import Circle, Spiral
from core.telemetry.confusion import MOST_CLASSES, Confuser
from core.telemetry.frame import MEASURES, Frame
from core.telemetry.meter import Meter
from core.telemetry.pictures import MOST_UNITS, NetworkPicture
from core.telemetry.plan import MOST_COLUMNS, plan
from core.telemetry.probes import EXPENSIVE, MeasureBudget
from core.telemetry.shades import FULL, quantised, shrunk
from core.training.trainer import Trainer
from core.training.training_data import with_ones
from tests.ui.real import Clouds, moments, spec_of


def outputs_at(trainer: Trainer, points: np.ndarray) -> np.ndarray:
    """Outputs (outputs, points) for inputs as the network sees them."""
    tape, logits = trainer.network.tape(len(points), training=False)
    np.copyto(tape.inputs, with_ones(points, trainer.dtype))
    tape.play_forward()
    return trainer.objective.predict(logits.value)


def network_of(frame: Frame) -> NetworkPicture:
    assert frame.network is not None
    return frame.network


# Surface and fit


@pytest.mark.parametrize("dataset", [Circle(), MultiGaussian()])
def test_the_surface_is_what_the_network_says(dataset):
    trainer, _, frame = moments(spec_of(dataset), steps=20)
    surface = frame.surface
    assert surface is not None and surface.classes is None
    rows, columns = surface.values.shape[1:]
    x = np.linspace(surface.low[0], surface.high[0], columns)
    y = np.linspace(surface.low[1], surface.high[1], rows)
    for row, column in ((0, 0), (3, columns - 1), (rows - 1, 7)):
        expected = outputs_at(trainer, np.array([[x[column], y[row]]]))[0, 0]
        assert surface.values[0, row, column] == pytest.approx(expected, abs=1e-5)


def test_of_several_classes_the_surface_tells_the_likeliest():
    trainer, _, frame = moments(spec_of(Clouds(classes=5)), steps=60)
    surface = frame.surface
    assert surface is not None and surface.classes is not None
    assert surface.values.shape == (1, *surface.classes.shape)
    corner = outputs_at(trainer, np.array([surface.low]))[:, 0]
    assert surface.classes[0, 0] == corner.argmax()
    assert surface.values[0, 0, 0] == pytest.approx(corner.max(), abs=1e-5)


def test_all_points_lie_on_the_surface_and_have_the_datas_own_units():
    spec = spec_of(Clouds())
    _, _, frame = moments(spec)
    data, surface = frame.data, frame.surface
    assert data is not None and surface is not None
    low, high = (np.array(c) * data.std + data.mean for c in (surface.low, surface.high))
    samples = spec.data.dataset.samples(Trainer(spec).streams["data"])
    original = {tuple(row) for row in samples.inputs.astype(np.float32).round(2)}
    for part, points in data.points.items():
        assert len(points.inputs) == points.total == data.counts[part]
        assert (points.inputs > low).all() and (points.inputs < high).all()
        assert {tuple(row) for row in points.inputs.round(2)} <= original


def test_the_fit_is_what_the_network_says():
    trainer, _, frame = moments(spec_of(Sine()), steps=20)
    fit = frame.fit
    assert fit is not None
    x = np.linspace(fit.low, fit.high, fit.values.shape[1])[:, None]
    np.testing.assert_allclose(fit.values, outputs_at(trainer, x), atol=1e-5)


def test_data_without_a_plane_have_no_surface_and_no_points():
    _, _, frame = moments(spec_of(Digits(count=60)))
    assert frame.surface is None and frame.fit is None
    assert frame.data is not None and frame.data.points == {}
    _, _, frame = moments(spec_of(Circle(count=50)))
    assert frame.fit is None and frame.pictures is None


def test_the_surface_follows_a_change_of_activation_in_flight():
    trainer = Trainer(spec_of(Circle(count=60)))
    meter = Meter(trainer)
    before = meter.frame("running").surface
    network = replace(trainer.spec.network, activation=ReLU())
    trainer.apply(replace(trainer.spec, network=network))
    after = meter.frame("running").surface
    assert before is not None and after is not None
    assert (before.values != after.values).any()


# Confusions


def test_confusions_are_counted_over_the_validation_set():
    trainer, _, frame = moments(spec_of(Clouds(classes=3)), steps=2)
    confusion, samples = frame.confusion, trainer.data.part("validation")
    assert confusion is not None
    predicted = trainer.logits("validation").argmax(axis=0)
    for true in range(3):
        for guessed in range(3):
            n = ((samples.targets.argmax(axis=1) == true) & (predicted == guessed)).sum()
            assert confusion.counts[true, guessed] == n
    right = np.trace(confusion.counts) / confusion.counts.sum()
    assert right == pytest.approx(frame.validation[-1].accuracy)
    assert (confusion.counts != confusion.counts.T).any()
    assert confusion.iteration == 2 and confusion.worst is None


def test_two_classes_with_one_output_are_confused_too():
    _, _, frame = moments(spec_of(Circle(count=80)), steps=30)
    assert frame.confusion is not None
    assert frame.confusion.counts.shape == (2, 2)
    right = np.trace(frame.confusion.counts) / frame.confusion.counts.sum()
    assert right == pytest.approx(frame.validation[-1].accuracy)


def test_the_worst_pictures_are_those_with_the_largest_loss():
    trainer, _, frame = moments(spec_of(Digits(count=200)), steps=40)
    judged = trainer.judge("validation")
    assert judged is not None and frame.confusion is not None
    worst, samples = frame.confusion.worst, trainer.data.part("validation")
    assert worst is not None
    order = np.argsort(-judged.loss)[: len(worst.losses)]
    np.testing.assert_allclose(worst.losses, judged.loss[order], rtol=1e-5)
    np.testing.assert_array_equal(worst.labels, samples.targets[order].argmax(axis=1))
    shown = worst.images[0].astype(float).reshape(-1)
    assert np.corrcoef(shown, samples.inputs[order[0]])[0, 1] > 0.999


def test_many_classes_share_one_row_but_for_the_most_frequent():
    rng = np.random.default_rng(0)
    labels = np.concatenate([np.arange(50), rng.integers(30, 50, 400)])
    samples = Samples(np.zeros((450, 3)), np.eye(50)[labels], "classes")
    confusion = Confuser(samples, samples).count(7, np.eye(50)[labels].T, np.zeros(450))
    assert confusion.counts.shape == (MOST_CLASSES + 1, MOST_CLASSES + 1)
    assert confusion.classes == tuple(range(30, 50))
    assert confusion.counts.sum() == 450
    assert confusion.counts[-1, -1] == 30
    assert confusion.accuracy == 1 and (confusion.recall == 1).all()


def test_classes_that_share_a_row_are_not_correct_where_they_are_confused_with_each_other():
    labels = np.concatenate([np.arange(50), np.repeat(np.arange(30, 50), 3)])
    guessed = np.where(labels < 30, (labels + 1) % 30, labels)
    guessed[:3] = labels[:3]
    samples = Samples(np.zeros((len(labels), 3)), np.eye(50)[labels], "classes")
    confusion = Confuser(samples, samples).count(7, np.eye(50)[guessed].T, np.zeros(len(labels)))
    assert confusion.counts[-1, -1] == 30
    assert confusion.accuracy == pytest.approx((labels == guessed).mean())
    assert confusion.recall[-1] == confusion.precision[-1] == 0.1
    assert (confusion.recall[:-1] == 1).all()


def test_regression_and_runs_without_validation_have_no_confusions():
    for spec in (spec_of(Sine(count=40)), spec_of(Circle(count=40), validation=0.0)):
        _, _, frame = moments(spec)
        assert frame.confusion is None


# The network


def test_drawn_weights_and_biases_are_those_of_the_trainer():
    trainer, _, frame = moments(spec_of(Circle(), Dense(units=5), Dense(units=3)), steps=9)
    picture, tensors = network_of(frame), trainer.network.tensors()
    assert [group.name for group in picture.plan.groups] == [
        "inputs", "layer 1", "layer 2", "output",
    ]  # fmt: skip
    for link, weights in zip(picture.plan.links, picture.weights, strict=True):
        np.testing.assert_array_equal(weights, tensors[f"{link.layer}.weight"])
    for group, units in zip(picture.plan.groups[1:], picture.units[1:], strict=True):
        np.testing.assert_array_equal(units.bias, tensors[f"{group.name}.bias"])


def test_units_tell_their_mean_and_how_often_they_are_silent():
    spec = spec_of(Circle(count=64), Dense(units=6, activation=ReLU()), validation=0.0)
    trainer, _, _ = moments(spec)
    trainer.network.set_weight("layer 1", 2, 2, -1000.0)
    units = network_of(Meter(trainer).frame("paused")).units[1]
    weights = trainer.network.tensors()
    z = weights["layer 1.weight"] @ trainer.inputs[:, :2].T + weights["layer 1.bias"][:, None]
    activations = np.maximum(z, 0)
    np.testing.assert_allclose(units.mean, activations.mean(axis=1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(units.silent, (activations == 0).mean(axis=1))
    assert units.silent[2] == 1


def test_each_units_map_is_its_activation_over_the_plane():
    trainer, _, frame = moments(spec_of(Circle(), Dense(units=4)), steps=5)
    units = network_of(frame).units[1]
    assert units.maps is not None and units.reach is not None
    data = frame.data
    assert data is not None and frame.surface is not None
    tape, _ = trainer.network.tape(1, training=False)
    np.copyto(tape.inputs, with_ones(np.array([frame.surface.low]), trainer.dtype))
    tape.play_forward()
    corner = units.maps[:, 0, 0] * units.reach / FULL
    np.testing.assert_allclose(corner, tape.marks[0].a[:, 0], atol=units.reach.max() / 200)


def test_of_wide_layers_the_first_units_are_drawn_throughout():
    trainer, history, frame = moments(spec_of(Spiral(), Dense(units=40)), steps=30)
    groups = network_of(frame).plan.groups
    assert (groups[1].shown, groups[1].units) == (MOST_UNITS, 40)
    weights = trainer.network.tensors()["layer 1.weight"]
    np.testing.assert_array_equal(network_of(frame).weights[0], weights[:MOST_UNITS])
    assert network_of(history.frames[0]).plan is network_of(frame).plan


def test_pictures_are_one_symbol_and_the_first_units_show_their_weights():
    trainer, _, frame = moments(spec_of(Digits(count=60), Dense(units=9)))
    picture = network_of(frame)
    assert picture.plan.groups[0].shown == 0
    weights = trainer.network.tensors()["layer 1.weight"]
    np.testing.assert_allclose(
        picture.weights[0][:, 0], np.sqrt(np.square(weights).mean(axis=1)), rtol=1e-5
    )
    units = picture.units[1]
    assert units.maps is not None and units.reach is not None
    shown = units.maps.reshape(9, -1) * units.reach[:, None] / FULL
    np.testing.assert_allclose(shown, weights, atol=units.reach.max() / 200)


def test_blocks_are_drawn_with_their_ways_around():
    spec = spec_of(Spiral(), Skip(units=4, layers=2), SplitMerge(units=3), Dense(units=2))
    drawn = network_of(moments(spec)[2]).plan
    names = [group.name for group in drawn.groups]
    assert names == [
        "inputs", "layer 1.1", "layer 1.2", "layer 1 sum",
        "layer 2 a.1", "layer 2 b.1", "layer 2 b.2", "layer 2 sum", "layer 3", "output",
    ]  # fmt: skip
    around = [(link.source, link.target, link.layer) for link in drawn.links if link.around]
    assert around == [(0, 3, "layer 1 skip")]
    passed = [(link.source, link.target) for link in drawn.links if not link.layer]
    assert passed == [(2, 3), (4, 7), (6, 7)]


def test_concatenated_branches_meet_their_own_columns_of_the_next_weights():
    spec = spec_of(Spiral(), SplitMerge(units=3, merge="concatenate"), Dense(units=2))
    trainer, _, frame = moments(spec)
    picture = network_of(frame)
    weights = trainer.network.tensors()["layer 2.weight"]
    links = zip(picture.plan.links, picture.weights, strict=True)
    met = {link.source: drawn for link, drawn in links if link.layer == "layer 2"}
    np.testing.assert_array_equal(met[1], weights[:, :3])
    np.testing.assert_array_equal(met[3], weights[:, 3:])


def test_of_very_deep_networks_the_middle_is_left_out():
    trainer, _, frame = moments(spec_of(Spiral(count=40), *[Dense(units=2)] * 30))
    drawn = network_of(frame).plan
    assert drawn.columns == MOST_COLUMNS
    assert drawn.left_out + len(drawn.groups) == 32
    columns = [group.column for group in drawn.groups]
    assert drawn.gap not in columns and sorted(columns) == columns
    assert frame.data is not None
    assert drawn == plan(trainer.network, frame.data)


def test_every_piece_of_a_maxout_unit_has_the_same_bias_column():
    activation = Maxout(pieces=3)
    trainer, _, frame = moments(spec_of(Circle(), Dense(units=2, activation=activation)))
    group = network_of(frame).plan.groups[1]
    assert (group.units, group.pieces, group.fan_in) == (2, 3, 2)
    weights = trainer.network.tensors()["layer 1.weight"]
    np.testing.assert_array_equal(network_of(frame).weights[0], weights[:2])


# First weights


def test_first_weights_are_kept_to_within_half_a_shade():
    trainer, _, frame = moments(spec_of(Digits(count=60), Dense(units=64)), steps=3)
    pictures = frame.pictures
    assert pictures is not None and pictures.units == 64
    assert pictures.images.shape == (40, 8, 8)
    weights = trainer.network.tensors()["layer 1.weight"][:40].reshape(40, 8, 8)
    shown = pictures.images * pictures.reach[:, None, None] / FULL
    assert np.abs(shown - weights).max() <= pictures.reach.max() / 2 / FULL * 1.001


def test_large_pictures_are_averaged_over_blocks():
    picture = np.arange(70 * 66, dtype=float).reshape(1, 70, 66)
    small = shrunk(picture, 32)
    assert small.shape == (1, 23, 22)
    assert small[0, 1, 2] == picture[0, 3:6, 6:9].mean()
    assert shrunk(picture, 80) is picture


def test_shades_of_nothing_are_nothing():
    shades, reach = quantised(np.zeros((2, 3, 3)))
    assert not shades.any() and not reach.any()


# When they are taken


@pytest.mark.parametrize("dataset", [Circle(count=60), Sine(count=60), Digits(count=60)])
def test_what_no_view_wants_is_not_taken(dataset):
    meter = Meter(Trainer(spec_of(dataset)))
    frame = meter.frame("running", measures=(), validate=False)
    assert not any(getattr(frame, name) for name in MEASURES)
    assert frame.data is meter.data


def test_dear_measures_take_turns_and_none_is_forgotten():
    ration = MeasureBudget()
    last: dict[str, float] = dict.fromkeys(EXPENSIVE, 0.0)
    for i in range(1, 400):
        now = 0.032 * i
        due = ration.due(MEASURES, now)
        assert len(due) <= 2
        for name in due:
            ration.took(name, now, now + 0.001)
            last[name] = now
        assert i < 10 or min(last.values()) > now - 0.1
    assert ration.due(("activations",), 1e9) == []


def test_what_takes_long_is_taken_less_often():
    ration = MeasureBudget()
    ration.took("surface", 0.0, 0.1)
    assert ration.due(("surface",), 1.0) == []
    assert ration.due(("surface",), 2.2) == ["surface"]


def test_while_a_run_goes_on_dear_measures_are_not_in_every_frame(monkeypatch):
    monkeypatch.setattr(MeasureBudget, "SECONDS", dict.fromkeys(EXPENSIVE, 1e9))
    meter = Meter(Trainer(spec_of(Circle(count=60))))
    frames = [meter.frame("running", validate=False, sparing=True) for _ in range(3)]
    assert [frame.surface is not None for frame in frames] == [True, False, False]
    assert [frame.network is not None for frame in frames] == [False, True, False]
    assert all(frame.activations is not None for frame in frames)
    assert meter.frame("paused").network is not None


def test_a_frame_stays_small_however_large_the_network():
    _, _, frame = moments(spec_of(Spiral(), *[Dense(units=64)] * 8))
    picture = network_of(frame)
    arrays = [*picture.weights]
    for units in picture.units[1:]:
        arrays += [units.bias, units.mean, units.silent, units.maps, units.reach]
    assert sum(array.nbytes for array in arrays if array is not None) < 50_000
    assert frame.surface is not None and frame.surface.values.nbytes < 12_000


def test_a_run_that_has_diverged_can_still_be_drawn():
    trainer = Trainer(spec_of(Circle(count=60)))
    meter = Meter(trainer)
    trainer.network.params[:] = np.nan
    frame = meter.frame("diverged")
    assert np.isnan(network_of(frame).weights[0]).all()
    assert frame.surface is not None and np.isnan(frame.surface.values).all()
    assert frame.confusion is not None
