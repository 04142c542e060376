"""Lab 3: steps come in an order that can be followed, and the quiz knows what is missing."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import PReLU, Tanh
from core.catalogue.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from core.studies.backpropagation import cost, trace
from core.studies.base import StudyError
from core.studies.hand_network import LECTURE, MAZUR, HandNetwork, Key, name
from core.studies.labs.backpropagation import random_network
from core.studies.quiz import judge
from core.studies.steps import BACKWARD, FORWARD, UPDATE

LECTURE_TRACE = trace(LECTURE, (1, 1), (1,), 0.01)


def test_every_step_uses_only_what_is_known_by_then():
    rng = np.random.default_rng(5)
    for _ in range(60):
        network = random_network(rng)
        x, y = rng.normal(size=network.widths[0]), rng.uniform(size=network.widths[-1])
        ran = trace(network, x.tolist(), y.tolist(), 0.1)
        for i, step in enumerate(ran.steps):
            known = ran.known(i)
            assert step.key not in known
            assert all(key in known for key in step.uses)
        assert [step.phase for step in ran.steps] == sorted(
            (step.phase for step in ran.steps), key=[FORWARD, BACKWARD, UPDATE].index
        )


def test_a_step_with_terms_is_their_sum_and_is_written_out():
    for step in LECTURE_TRACE.steps:
        if step.terms:
            products = [np.prod([factor.value for factor in term]) for term in step.terms]
            assert step.value == pytest.approx(sum(products), rel=1e-15)
        assert step.symbols and step.numbers
    messages = next(
        s for s in trace(MAZUR, (0.05, 0.1), (0.01, 0.99), 0.5).steps if s.key == Key("da", 1, 0)
    )
    assert len(messages.terms) == 2 and messages.symbols == "δ²₁ · w²₁₁ + δ²₂ · w²₂₁"


def test_reused_deltas_are_named_from_their_second_use_on():
    delta = Key("delta", 2, 0)
    users = [i for i, step in enumerate(LECTURE_TRACE.steps) if delta in step.uses]
    assert [delta in LECTURE_TRACE.reused(i) for i in users] == [False, True, True, True]


def test_the_update_moves_every_weight_against_its_gradient():
    ran = trace(MAZUR, (0.05, 0.1), (0.01, 0.99), 0.5)
    gradients, bias_gradients = ran.gradients()
    after = ran.updated()
    assert after.biases and MAZUR.biases
    for old, slope, new in zip(MAZUR.weights, gradients, after.weights, strict=True):
        assert np.array_equal(new, old - 0.5 * slope)
    for old, slope, new in zip(MAZUR.biases, bias_gradients, after.biases, strict=True):
        assert np.array_equal(new, old - 0.5 * slope)


def test_backward_costs_a_fraction_of_finite_differences():
    for widths in ((2, 2, 1), (4, 4, 4, 4)):
        counted = cost(HandNetwork.random(widths, np.random.default_rng(0)))
        assert counted.backward <= 3 * counted.forward < counted.finite_differences / 5


def answer(where: tuple[str, int, int, int], value: float):
    key = Key(*where)
    index = next(i for i, step in enumerate(LECTURE_TRACE.steps) if step.key == key)
    return judge(LECTURE_TRACE, index, value)


def test_the_quiz_takes_three_digits_for_right():
    assert answer(("dw", 2, 0, 0), -0.0700).right
    assert not answer(("dw", 2, 0, 0), -0.0701).right


@pytest.mark.parametrize(
    ("where", "value", "hint"),
    [
        (("dw", 2, 0, 0), 0.06995206, "sign is wrong"),
        (("dw", 2, 0, 0), -0.11238003, "h¹₁ is missing"),
        (("delta", 2, 0, 0), -0.45345074, "f′(z²₁) is missing"),
        (("z", 2, 0, 0), 0.062245933, "term w²₁₂ · h¹₂ is missing"),
        (("a", 1, 0, 0), 0.5, "not applied yet"),
        (("E", 0, 0, 0), 0.2056175735, "factor ½ is missing"),
        (("new w", 2, 0, 0), 0.16995206, "factor η is missing"),
        (("new w", 2, 0, 0), 0.09930048, "wrong sign"),
        (("dw", 2, 0, 0), -0.6995206, "decimal point"),
        (("z", 1, 0, 0), 7.7, "Written out it is w¹₁₁ · x₁ + w¹₁₂ · x₂"),
        (("z", 1, 0, 0), float("nan"), "finite"),
    ],
)
def test_the_quiz_says_what_is_missing(where, value, hint):
    verdict = answer(where, value)
    assert not verdict.right and hint in verdict.hint


def test_a_loss_without_a_factor_misses_none():
    ran = trace(replace(LECTURE, loss=BinaryCrossEntropy()), (1, 1), (1,), 0.01)
    verdict = judge(ran, ran.first(BACKWARD) - 1, 2 * ran.error)
    assert not verdict.right and "½" not in verdict.hint


def test_a_right_answer_is_right_for_every_step_of_any_network():
    rng = np.random.default_rng(6)
    for _ in range(30):
        network = random_network(rng)
        ran = trace(network, [0.5] * network.widths[0], [0.25] * network.widths[-1], 0.1)
        for i, step in enumerate(ran.steps):
            assert judge(ran, i, step.value).right


def test_names_are_unique_within_a_network():
    ran = trace(HandNetwork.random((4, 4, 4, 4), np.random.default_rng(1)), [1] * 4, [0] * 4, 0.1)
    names = [name(key, ran.network) for key in ran.values]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HandNetwork((np.ones((5, 2)),)), "1 to 4 units"),
        (lambda: HandNetwork((np.ones((1, 1)),) * 4), "1 to 3 layers"),
        (lambda: HandNetwork((np.ones((1, 1)),), activation=PReLU()), "parameters of its own"),
        (lambda: HandNetwork((np.ones((1, 1)),), loss=SoftmaxCrossEntropy()), "output function"),
        (lambda: HandNetwork((np.ones((2, 2)), np.ones((1, 3)))), "do not fit"),
        (lambda: HandNetwork((np.full((1, 1), np.nan),)), "not a finite"),
        (lambda: trace(LECTURE, (1,), (1,), 0.1), "2 inputs and 1 targets"),
        (lambda: trace(LECTURE, (1, np.inf), (1,), 0.1), "not a finite"),
    ],
)
def test_what_cannot_be_computed_by_hand_says_why(make, words):
    with pytest.raises(StudyError, match=words):
        make()


def test_an_experiment_of_the_training_page_has_the_same_layers_and_functions():
    network = HandNetwork.random((2, 3, 2, 1), np.random.default_rng(1), activation=Tanh())
    spec = network.spec(0.3)
    assert [block.units for block in spec.network.hidden] == [3, 2]
    assert spec.network.activation == Tanh() and spec.network.bias
    assert spec.training.optimizer.learning_rate == 0.3
