"""Penalties and clipping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.catalogue.penalties import (
    CLIPPINGS,
    L1,
    L2,
    PENALTIES,
    ByNorm,
    ByValue,
    Elastic,
    NoClipping,
)

PARAMS = np.array([1.5, -2.0, 0.0, 0.25, 3.0])
MASK = np.array([1.0, 1, 1, 1, 0])

gradients = arrays(
    np.float32, st.integers(1, 8), elements=st.floats(-(2.0**120), 2.0**120, width=32)
)


def gradient_of(penalty, params=PARAMS, mask=MASK):
    grads, scratch = np.full_like(params, 10), np.full_like(params, np.nan)
    penalty.add_gradient(params, mask, grads, scratch)
    return grads - 10


@pytest.mark.parametrize(
    ("penalty", "value"),
    [
        (L1(strength=0.1), 0.375),
        (L2(strength=0.1), 0.315625),
        (Elastic(sparsity=0.1, strength=0.1), 0.690625),
    ],
)
def test_penalties_count_weights_and_leave_out_everything_else(penalty, value):
    assert penalty.value(PARAMS, MASK) == pytest.approx(value)
    assert gradient_of(penalty)[-1] == 0


@pytest.mark.parametrize("entry", list(PENALTIES.entries()), ids=lambda e: e.key)
def test_the_gradient_is_the_slope_of_the_term(entry):
    penalty, h = entry(), 1e-6
    smooth = np.array([1.5, -2.0, 0.7, 0.25, 3.0])
    numeric = [
        (penalty.value(smooth + h * side, MASK) - penalty.value(smooth - h * side, MASK)) / (2 * h)
        for side in np.eye(len(smooth))
    ]
    np.testing.assert_allclose(gradient_of(penalty, smooth), numeric, rtol=1e-6, atol=1e-9)


def test_l1_leaves_a_weight_of_zero_alone():
    assert gradient_of(L1(strength=0.1))[2] == 0


def test_l1_pulls_all_alike_and_l2_by_size():
    np.testing.assert_allclose(gradient_of(L1(strength=0.1)), [0.1, -0.1, 0, 0.1, 0])
    np.testing.assert_allclose(gradient_of(L2(strength=0.1)), [0.15, -0.2, 0, 0.025, 0])


def clipped(clipping, grads):
    out = np.array(grads)
    clipping.clip(out)
    return out


def test_a_short_gradient_stays_as_it_is_and_a_long_one_keeps_its_direction():
    np.testing.assert_array_equal(clipped(ByNorm(limit=5.1), [3.0, 4.0]), [3, 4])
    np.testing.assert_allclose(clipped(ByNorm(limit=1.0), [3.0, 4.0]), [0.6, 0.8], rtol=1e-6)


@given(gradients)
def test_clipping_by_norm_bounds_the_norm_without_overflow(grads):
    after = clipped(ByNorm(limit=1.0), grads)
    assert after.dtype == np.float32
    assert np.linalg.norm(after.astype(np.float64)) <= 1 + 1e-5
    if np.linalg.norm(grads.astype(np.float64)) > 1e-3:
        assert after.any()


@given(gradients)
def test_clipping_by_value_bounds_every_component(grads):
    after = clipped(ByValue(limit=0.5), grads)
    assert after.dtype == np.float32 and np.abs(after).max() <= 0.5
    inside = np.abs(grads) <= 0.5
    np.testing.assert_array_equal(after[inside], grads[inside])


@pytest.mark.parametrize("clipping", [ByNorm(), ByValue(), NoClipping()], ids=lambda c: c.key)
def test_clipping_does_not_hide_what_is_not_a_number(clipping):
    assert np.isnan(clipped(clipping, [1.0, np.nan])[1])


def test_every_entry_is_described():
    for entry in (*PENALTIES.entries(), *CLIPPINGS.entries()):
        assert entry.label and entry.formula and entry.advice
        assert entry.torch or entry.key == "none"
