"""Activation functions: right derivatives, sane numbers at the extremes, no memory of their own."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    SELU,
    LeakyReLU,
    Sigmoid,
    Softplus,
    Swish,
)
from core.catalogue.activations.base import SMALL
from core.catalogue.initializers import INITIALIZERS

DEFAULTS = [entry() for entry in ACTIVATIONS.entries() if not entry.parametric]
VARIANTS = [
    *DEFAULTS,
    *(LeakyReLU(slope=a) for a in (0.0, 0.1, 1.0)),
    *(ELU(alpha=a) for a in (0.0, 0.5, 3.0)),
    *(Swish(beta=b) for b in (0.0, 0.5, 4.0)),
]
KINKS = (-3, -1, 0, 1, 3)
# Those of everyday networks work without a single temporary array.
FRUGAL = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]

finite32 = st.floats(-(2.0**123), 2.0**123, width=32)


def evaluate(activation, z):
    """f(z) and f'(z), with `out` full of rubbish beforehand."""
    z = np.atleast_2d(z)
    a, slope = np.full_like(z, 7), np.full_like(z, -7)
    kept = z.copy()
    activation.forward(z, a)
    value = a.copy()
    activation.derivative(z, a, slope)
    np.testing.assert_array_equal(z, kept)
    np.testing.assert_array_equal(a, value)
    return a[0], slope[0]


def away_from_kinks(n):
    z = np.random.default_rng(3).uniform(-9, 9, n)
    return z[np.abs(z[:, None] - KINKS).min(axis=1) > 1e-3]


@pytest.mark.parametrize("activation", VARIANTS, ids=str)
@pytest.mark.parametrize("n", [200, 2 * SMALL])
def test_the_derivative_is_the_slope_of_the_function(activation, n):
    z, h = away_from_kinks(n), 1e-6
    (up, _), (down, _) = evaluate(activation, z + h), evaluate(activation, z - h)
    _, slope = evaluate(activation, z)
    np.testing.assert_allclose(slope, (up - down) / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", VARIANTS, ids=str)
@given(values=st.lists(finite32, min_size=1, max_size=6))
def test_finite_and_of_the_same_precision_everywhere(activation, values):
    z = np.array(values, np.float32)
    with np.errstate(all="raise", under="ignore"):
        for inputs in (z, np.tile(z, SMALL)):
            a, slope = evaluate(activation, inputs)
            assert a.dtype == slope.dtype == np.float32
            assert np.isfinite(a).all() and np.isfinite(slope).all()


@pytest.mark.parametrize("activation", VARIANTS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_and_small_arrays_give_the_same(activation, dtype):
    z = np.concatenate([np.linspace(-20, 20, 2 * SMALL - 3), [-0.0, 0, 3]]).astype(dtype)
    large = evaluate(activation, z)
    small = [evaluate(activation, part) for part in np.array_split(z, 8)]
    # NumPy's vectorised tanh and exp may differ by a rounding at the end of an array.
    tight = {"rtol": 4 * np.finfo(dtype).eps, "atol": 8 * np.finfo(dtype).eps}
    for whole, parts in zip(large, zip(*small, strict=True), strict=True):
        np.testing.assert_allclose(whole, np.concatenate(parts), **tight)


@pytest.mark.parametrize("activation", VARIANTS, ids=str)
@pytest.mark.parametrize("n", [3, 2 * SMALL])
def test_what_is_not_a_number_stays_visible(activation, n):
    z = np.linspace(-1, 1, n)
    z[1] = np.nan
    a = np.empty_like(z)
    activation.forward(z, a)
    assert np.isnan(a[1]) and np.isfinite(np.delete(a, 1)).all()


@pytest.mark.parametrize("key", FRUGAL)
def test_everyday_functions_make_no_temporary_arrays(key):
    z = np.random.default_rng(0).standard_normal((400, 512)).astype(np.float32)
    a, slope, activation = np.empty_like(z), np.empty_like(z), ACTIVATIONS[key]()

    def work():
        activation.forward(z, a)
        activation.derivative(z, a, slope)

    work()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < z.nbytes / 50  # NumPy's own buffers are of a fixed, small size.


def test_sigmoid_is_steepest_at_zero_and_flat_beyond_six():
    a, slope = evaluate(Sigmoid(), np.array([0.0, 6.05, -6.05]))
    assert a[0] == 0.5 and slope[0] == 0.25
    assert (slope[1:] < Sigmoid.saturation).all()


def test_leaky_units_never_count_as_saturated():
    for slope in (0.0, 0.01, 0.3):
        _, slopes = evaluate(LeakyReLU(slope=slope), np.linspace(-9, 9, 30, dtype=np.float32))
        assert not (slopes < LeakyReLU.saturation).any()


def test_swish_is_not_monotone():
    _, slope = evaluate(Swish(), np.array([-3.0, 3.0]))
    assert slope[0] < 0 < slope[1]


def test_selu_keeps_mean_and_variance_of_normal_signals():
    a, _ = evaluate(SELU(), np.random.default_rng(0).standard_normal(200_000))
    assert abs(a.mean()) < 0.01 and abs(a.var() - 1) < 0.02


def test_gelu_is_within_what_its_advice_promises_of_the_exact_form():
    z = np.linspace(-8, 8, 400)
    a, _ = evaluate(GELU(), z)
    exact = [0.5 * x * (1 + math.erf(x / math.sqrt(2))) for x in z]
    assert np.abs(a - exact).max() < 5e-4


def test_softplus_keeps_its_small_values():
    a, slope = evaluate(Softplus(), np.array([-80.0]))
    np.testing.assert_allclose([a[0], slope[0]], math.exp(-80), rtol=1e-12)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_entry_is_described_and_pairs_with_an_initialiser(key):
    entry = ACTIVATIONS[key]
    assert entry.label and entry.formula and entry.advice and entry.torch
    assert entry.initializer in INITIALIZERS
