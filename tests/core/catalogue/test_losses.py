"""Losses and output functions: gradients, extremes and what they mean."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.catalogue.losses import LOSSES, OUTPUTS, HalfSquaredError

CASES = [
    pytest.param(loss(**settings), output, id=f"{loss.key}-{output}-{settings}")
    for loss in LOSSES.entries()
    for output in loss.outputs
    for settings in ([{"reduction": "mean"}, {"reduction": "sum"}] if not loss.fused else [{}])
]
CERTAIN = [("binary_cross_entropy", "sigmoid"), ("softmax_cross_entropy", "softmax")]
BATCH = 5


def problem(output, seed=2):
    """Logits and one-hot, 0/1 or real targets, (outputs, batch)."""
    rng = np.random.default_rng(seed)
    width = 1 if output == "sigmoid" else 4
    z = 2 * rng.standard_normal((width, BATCH))
    if output == "softmax":
        return z, np.eye(width)[rng.integers(width, size=BATCH)].T
    if output == "sigmoid":
        return z, rng.integers(2, size=(1, BATCH)).astype(float)
    return z, rng.standard_normal((width, BATCH))


def outputs_of(output, z):
    a = np.empty_like(z)
    OUTPUTS[output]().forward(z, a)
    return a


def slope(loss, output, z, y):
    """dE/dz of the whole batch's loss, by way of the output function."""
    a, direct, dz = outputs_of(output, z), np.empty_like(z), np.empty_like(z)
    loss.gradient(a, y, direct)
    if loss.fused:
        return direct
    OUTPUTS[output]().backward(a, direct, dz)
    return dz


@pytest.mark.parametrize(("loss", "output"), CASES)
def test_the_gradient_is_the_slope_of_the_batchs_loss(loss, output):
    z, y = problem(output)
    reduce = np.sum if getattr(loss, "reduction", "mean") == "sum" else np.mean
    numeric, h = np.empty_like(z), 1e-6
    for at in np.ndindex(z.shape):
        sides = []
        for nudge in (h, -h):
            moved = z.copy()
            moved[at] += nudge
            sides.append(reduce(loss.value(moved, outputs_of(output, moved), y)))
        numeric[at] = (sides[0] - sides[1]) / (2 * h)
    np.testing.assert_allclose(slope(loss, output, z, y), numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("loss", "output"), CASES)
@given(data=st.data())
def test_finite_at_any_logits(loss, output, data):
    _, y = problem(output)
    logits = arrays(np.float32, y.shape, elements=st.floats(-(2.0**50), 2.0**50, width=32))
    z, y = data.draw(logits), y.astype(np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = loss.value(z, outputs_of(output, z), y)
        gradient = slope(loss, output, z, y)
    assert value.shape == (BATCH,) and value.dtype == gradient.dtype == np.float32
    assert (value >= 0).all() and np.isfinite(value).all() and np.isfinite(gradient).all()


@pytest.mark.parametrize(("key", "output"), CERTAIN)
def test_a_certain_and_right_answer_costs_nothing_and_a_wrong_one_its_logit(key, output):
    loss, (_, y) = LOSSES[key](), problem(output)
    right = 500 * (2 * y - 1)
    np.testing.assert_allclose(loss.value(right, outputs_of(output, right), y), 0, atol=1e-12)
    wrong = loss.value(-right, outputs_of(output, -right), y)
    assert (wrong >= 500).all() and np.isfinite(wrong).all()


def test_a_guess_costs_the_logarithm_of_the_number_of_classes():
    z, y = problem("softmax")
    flat = np.zeros_like(z)
    loss = LOSSES["softmax_cross_entropy"]()
    np.testing.assert_allclose(loss.value(flat, outputs_of("softmax", flat), y), math.log(4))
    z, y = problem("sigmoid")
    flat, loss = np.zeros_like(z), LOSSES["binary_cross_entropy"]()
    np.testing.assert_allclose(loss.value(flat, outputs_of("sigmoid", flat), y), math.log(2))


def test_softmax_gives_probabilities_that_ignore_a_common_shift():
    z, _ = problem("softmax")
    a = outputs_of("softmax", z)
    np.testing.assert_allclose(a.sum(axis=0), 1)
    np.testing.assert_allclose(outputs_of("softmax", z + 7), a, rtol=1e-12)


def test_the_lectures_half_squared_error():
    """b·x on four points at b = 10: the gradient is 246 summed, a quarter of that averaged."""
    x, y = np.array([[2.0, 1, 3, 4]]), np.array([[5.0, 2, 6, 6]])
    gradients = {}
    for reduction in ("sum", "mean"):
        da = np.empty_like(x)
        HalfSquaredError(reduction=reduction).gradient(10 * x, y, da)
        gradients[reduction] = float((da * x).sum())
    assert gradients == {"sum": pytest.approx(246), "mean": pytest.approx(61.5)}


def test_auto_follows_the_task():
    chosen = {task: LOSSES["auto"]().resolve(task).key for task in ("regression", "binary")}
    assert chosen == {"regression": "half_squared_error", "binary": "binary_cross_entropy"}
    assert LOSSES["auto"]().resolve("classes").key == "softmax_cross_entropy"


def test_every_entry_is_described():
    for entry in (*LOSSES.entries(), *OUTPUTS.entries()):
        assert entry.label and entry.formula and entry.advice
        assert entry.torch or entry.key == "auto"
