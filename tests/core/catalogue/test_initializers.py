"""Initialisers: the distributions they promise, and draws that differ in their scale alone."""

import math

import numpy as np
import pytest

from core.base.registry import settings_of
from core.base.streams import Streams
from core.catalogue.activations import ACTIVATIONS, SELU, Maxout, ReLU, Tanh
from core.catalogue.initializers import (
    INITIALIZERS,
    Auto,
    Constant,
    FixedUniform,
    Normal,
    Orthogonal,
)

FAN_IN, FAN_OUT = 400, 300
DEVIATIONS = {
    "normal": 1,
    "normal_small": 0.01,
    "uniform": 1 / math.sqrt(3),
    "xavier_normal": math.sqrt(2 / 700),
    "xavier_uniform": math.sqrt(2 / 700),
    "xavier_fan_in": math.sqrt(1 / 400),
    "he_normal": math.sqrt(2 / 400),
    "he_uniform": math.sqrt(2 / 400),
    "lecun_normal": math.sqrt(1 / 400),
    "orthogonal": math.sqrt(1 / 400),
    "lsuv": math.sqrt(1 / 400),
    "rbm": math.sqrt(2 / 700),
}
LIMITS = {
    "uniform": 1,
    "xavier_uniform": math.sqrt(6 / 700),
    "he_uniform": math.sqrt(6 / 400),
}
NORMALS = [key for key in DEVIATIONS if "normal" in key or key == "xavier_fan_in"]


def draw(initializer, fan_in=FAN_IN, fan_out=FAN_OUT, seed=5):
    return initializer.weights(fan_in, fan_out, Streams(seed)["init/layer 1"])


@pytest.mark.parametrize("key", DEVIATIONS)
def test_mean_and_deviation_are_as_promised(key):
    w = draw(INITIALIZERS[key]())
    assert w.shape == (FAN_OUT, FAN_IN) and w.dtype == np.float64
    assert w.std() == pytest.approx(DEVIATIONS[key], rel=0.01)
    assert abs(w.mean()) < 5 * DEVIATIONS[key] / math.sqrt(w.size)


@pytest.mark.parametrize("key", LIMITS)
def test_uniform_draws_fill_their_range_and_keep_within(key):
    w = draw(INITIALIZERS[key]())
    assert 0.999 * LIMITS[key] < np.abs(w).max() <= LIMITS[key]
    share = (np.abs(w) < LIMITS[key] / 2).mean()
    assert share == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("key", NORMALS)
def test_normal_draws_are_normal(key):
    w = np.abs(draw(INITIALIZERS[key]())) / DEVIATIONS[key]
    for bound, share in ((1, 0.6827), (2, 0.9545), (3, 0.9973)):
        assert (w < bound).mean() == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("keys", [NORMALS, list(LIMITS)])
def test_initialisers_of_one_shape_differ_in_scale_alone(keys):
    first, *others = (draw(INITIALIZERS[key]()) / DEVIATIONS[key] for key in keys)
    for other in others:
        np.testing.assert_allclose(other, first, rtol=1e-12)


@pytest.mark.parametrize("shape", [(30, 50), (50, 30), (40, 40), (1, 7), (7, 1)])
@pytest.mark.parametrize("key", ["orthogonal", "lsuv"])
def test_orthogonal_weights_keep_right_angles(shape, key):
    fan_out, fan_in = shape
    w = draw(INITIALIZERS[key](), fan_in, fan_out)
    assert w.shape == shape
    gram = w @ w.T if fan_out <= fan_in else w.T @ w
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-12)


def test_orthogonal_weights_have_no_preferred_sign():
    corners = [draw(Orthogonal(), 3, 3, seed)[0, 0] for seed in range(400)]
    assert abs(np.mean(corners)) < 0.1


def test_settings_are_followed():
    assert (draw(Constant(value=0.3)) == 0.3).all()
    assert (draw(INITIALIZERS["zeros"]()) == 0).all()
    assert draw(Normal(sigma=0.2)).std() == pytest.approx(0.2, rel=0.01)
    assert np.abs(draw(FixedUniform(reach=0.2))).max() == pytest.approx(0.2, rel=0.01)
    np.testing.assert_allclose(draw(Orthogonal(gain=3.0)), 3 * draw(Orthogonal()))


@pytest.mark.parametrize("key", INITIALIZERS)
def test_the_same_stream_gives_the_same_weights_and_another_seed_others(key):
    initializer = INITIALIZERS[key]().resolve(Tanh())
    np.testing.assert_array_equal(draw(initializer), draw(initializer))
    if key not in ("zeros", "constant"):
        assert not np.array_equal(draw(initializer), draw(initializer, seed=6))


def test_auto_follows_the_activation():
    chosen = {entry.key: Auto().resolve(entry()).key for entry in ACTIVATIONS.entries()}
    assert {chosen[key] for key in ("sigmoid", "tanh", "hard_tanh")} == {"xavier_normal"}
    assert {chosen[key] for key in ("relu", "leaky_relu", "prelu", "swish")} == {"he_normal"}
    assert chosen["selu"] == chosen["maxout"] == "lecun_normal"
    assert Normal().resolve(ReLU()) == Normal()


@pytest.mark.parametrize(("activation", "pieces"), [(ReLU(), 1), (SELU(), 1), (Maxout(), 2)])
def test_what_auto_chooses_keeps_signals_alive_through_ten_layers(activation, pieces):
    rng = np.random.default_rng(1)
    initializer = Auto().resolve(activation)
    a = rng.standard_normal((200, 300))
    for _ in range(10):
        z = np.array([initializer.weights(200, 200, rng) @ a for _ in range(pieces)])
        a = z.max(axis=0)
        if pieces == 1:
            activation.forward(z[0], a)
    assert 0.3 < np.square(a).mean() < 3


def test_only_some_ask_for_data():
    assert [key for key in INITIALIZERS if INITIALIZERS[key].data_driven] == ["lsuv", "rbm"]


def test_every_entry_is_described():
    for entry in INITIALIZERS.entries():
        assert entry.label and entry.formula and entry.advice
        assert entry.torch or entry.key in ("auto", "lsuv", "rbm")
        assert all(setting.restarts_run for setting in settings_of(entry).values())
