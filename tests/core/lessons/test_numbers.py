"""Every number that a lesson asks for, computed here."""

import math

import numpy as np
import pytest

from core.catalogue.optimizers import Adam
from core.catalogue.schedules import InverseTime, Staircase
from core.lessons import bundled


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope_of_the_loss(b):
    x, y = np.array([2.0, 1, 3, 4]), np.array([5.0, 2, 6, 6])
    return ((b * x - y) * x).sum()


def by_hand():
    """The lecture's network: h, ŷ, and the slopes for the weights 0.1 and 0.3."""
    inputs, w1, w2 = np.ones(2), np.array([[0.3, 0.4], [0.2, 0.1]]), np.array([0.1, 0.2])
    h = sigmoid(inputs @ w1)
    out = sigmoid(h @ w2)
    delta = (out - 1) * out * (1 - out)
    return h[0], out, delta * h[0], delta * w2[0] * h[0] * (1 - h[0]) * inputs[0]


def momentum_in_the_long_run():
    v = 0.0
    for _ in range(1000):
        v = 0.9 * v + 1
    return v


def adams_first_step():
    rule = Adam(learning_rate=0.01)
    weights, gradient = np.zeros(1), np.full(1, 0.003)
    rule.step(weights, gradient, rule.init(1, np.float64), 1, 0.01, np.zeros(1))
    return abs(weights[0])


def normalised_eight():
    z = np.array([2.0, 4, 6, 8])
    return (8 - z.mean()) / z.std()


def best_loss_of_noise():
    return np.mean(0.5 * np.random.default_rng(1).normal(0, 0.5, 1_000_000) ** 2)


def share_of_a_decade():
    u = np.random.default_rng(1).uniform(-6, -2, 1_000_000)
    return np.mean((10**u > 1e-4) & (10**u < 1e-3))


H, OUT, OUTER, INNER = by_hand()
NUMBERS = {
    "gradient": slope_of_the_loss(10),
    # The slope is linear in b.
    "best": -slope_of_the_loss(0) / (slope_of_the_loss(1) - slope_of_the_loss(0)),
    "hidden": H,
    "output": OUT,
    "outer": OUTER,
    "inner": INNER,
    "slope": np.diff(sigmoid(np.linspace(-6, 6, 12_001))).max() / 0.001,
    "bound": 0.25**5,
    "he": math.sqrt(2 / 50),
    "compute": normalised_eight(),
    "momentum": momentum_in_the_long_run(),
    "adam": adams_first_step(),
    "floor": best_loss_of_noise(),
    "staircase": 0.1 * Staircase(decay=0.5, steps=1000).factor(2500, ()),
    "inverse": min(
        range(1000), key=lambda t: abs(0.3 * InverseTime(steps=200).factor(t, ()) - 0.1)
    ),
    "honest": 1 - bundled()["09-overfitting"].experiment.data.label_noise,
    # One step up and one down.
    "bump": np.count_nonzero(np.diff([0, 1, 0])),
    "product": math.prod([1 + 0.01] * 10),
    "log": share_of_a_decade(),
    "grid": len({rate for rate in range(3) for _ in range(3)}),
}
ASKED = [
    pytest.param(question, id=question.id)
    for lesson in bundled().values()
    for question in lesson.questions
    if question.kind == "number"
]


@pytest.mark.parametrize("question", ASKED)
def test_the_answer_is_what_is_computed(question):
    assert question.is_right(NUMBERS[question.id]), NUMBERS[question.id]
    # A tolerance of a few per cent at most: a rounded answer is right, a wrong one is not.
    assert question.tolerance <= 0.05 * abs(question.answer)
