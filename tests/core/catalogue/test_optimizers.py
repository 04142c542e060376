"""Optimizers: they learn at their defaults, resume, swap and split; the lecture's forms of them."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import Tanh
from core.catalogue.batching import FullBatch, MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import (
    LBFGS,
    NAG,
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    NAdam,
    RMSProp,
)
from core.data.toys import ExclusiveOr
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from core.training.update import Update

N = 40
RULES = [entry() for entry in OPTIMIZERS.entries()]
ELEMENTWISE = [rule for rule in RULES if rule.elementwise]

by_key = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
by_elementwise_key = pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.key)


def gradient(params, t):
    """A bowl, steeper in some directions, with a ripple that changes from step to step."""
    i = np.arange(len(params))
    steep = 0.5 + i % 7
    return (steep * (params - 1) + 0.3 * np.sin(2.3 * t + i)).astype(params.dtype)


class Descent:
    """Parameters on their way down, with the state of whatever rule leads them."""

    def __init__(self, rule, n=N, dtype=np.float64, start=None):
        self.params = np.linspace(-2, 2, n).astype(dtype) if start is None else start.copy()
        self.scratch = np.full_like(self.params, np.nan)
        self.state = rule.init(len(self.params), dtype)
        self.t = 0

    def step(self, rule, rate=None, grads=None):
        self.t += 1
        grads = gradient(self.params, self.t) if grads is None else grads.copy()
        rate = rule.learning_rate if rate is None else rate
        rule.step(self.params, grads, self.state, self.t, rate, self.scratch)
        return self.params.copy()

    def steps(self, rule, count, **given):
        return np.array([self.step(rule, **given) for _ in range(count)])


@by_key
def test_the_default_rate_learns_a_small_net(rule):
    spec = ExperimentSpec(
        data=DataSpec(dataset=ExclusiveOr(count=200), validation=0),
        network=NetworkSpec(hidden=(Dense(units=8), Dense(units=8)), activation=Tanh()),
        training=TrainingSpec(
            optimizer=rule, batching=FullBatch() if rule.full_batch else MiniBatch(size=10)
        ),
    )
    trainer = Trainer(spec)
    trainer.advance(900)
    score = trainer.evaluate("train")
    assert score is not None and score.accuracy > 0.97 and score.loss < 0.15


@by_key
def test_no_step_is_taken_at_rate_zero(rule):
    descent = Descent(rule)
    start = descent.params.copy()
    np.testing.assert_array_equal(descent.steps(rule, 5, rate=0.0)[-1], start)


@by_key
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_both_agree(rule, dtype):
    descent = Descent(rule, dtype=dtype)
    descent.steps(rule, 30)
    floats = [descent.state[name] for name in rule.slots]
    assert all(v.dtype == dtype for v in (descent.params, *floats))
    exact = Descent(rule)
    exact.steps(rule, 30)
    np.testing.assert_allclose(descent.params, exact.params, rtol=2e-3, atol=2e-3)


@by_key
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(rule):
    whole, first = Descent(rule), Descent(rule)
    whole.steps(rule, 25)
    first.steps(rule, 12)
    second = Descent(rule, start=first.params)
    second.t = first.t
    for name, kept in first.state.items():
        second.state[name][...] = kept
    second.steps(rule, 13)
    np.testing.assert_array_equal(second.params, whole.params)


@by_elementwise_key
def test_a_vector_may_be_updated_piece_by_piece(rule):
    whole, pieces = Descent(rule), Descent(rule)
    for _ in range(10):
        whole.step(rule)
        pieces.t += 1
        grads = gradient(pieces.params, pieces.t)
        for part in (slice(0, 16), slice(16, 17), slice(17, N)):
            state = {
                name: vector[part] if len(vector) == N else vector
                for name, vector in pieces.state.items()
            }
            rule.step(
                pieces.params[part],
                grads[part],
                state,
                pieces.t,
                rule.learning_rate,
                pieces.scratch[part],
            )
    np.testing.assert_array_equal(pieces.params, whole.params)


@by_key
def test_a_gradient_that_is_not_a_number_shows(rule):
    descent = Descent(rule)
    descent.steps(rule, 3)
    grads = np.ones(N)
    grads[4] = np.nan
    with np.errstate(invalid="ignore"):
        assert np.isnan(descent.step(rule, grads=grads)[4])


@by_key
def test_every_entry_is_described(rule):
    assert rule.label and rule.formula and rule.advice and rule.source
    assert rule.torch or rule.key == "lion"


# The lecture's forms


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.slots], ids=lambda r: r.key)
def test_memories_that_have_faded_away_are_zero_and_no_weight_can_tell(rule, monkeypatch):
    """Numbers below the smallest normal one would make every later step slow."""

    def faded(cleaning: int) -> Update:
        monkeypatch.setattr("core.training.update.CLEANING", cleaning)
        params, grads = np.full(5, 0.3, np.float32), np.zeros(5, np.float32)
        update = Update(rule, params, grads)
        for t in range(4096):
            grads[:] = 1e-16 if t < 3 else 0.0
            update(rule.learning_rate)
        return update

    cleaned, left = faded(256), faded(10**9)
    tiny = np.finfo(np.float32).smallest_normal
    for vector in cleaned.state.values():
        assert not ((vector != 0) & (np.abs(vector) < tiny)).any()
    assert (cleaned._params == left._params).all()


def test_without_epsilon_faded_memories_do_not_divide_by_zero():
    params, grads = np.full(5, 0.3, np.float32), np.zeros(5, np.float32)
    update = Update(Adam(epsilon=0.0), params, grads)
    for t in range(4096):
        grads[:] = 1e-16 if t < 3 else 0.0
        update(0.01)
    assert np.isfinite(params).all()


def test_momentum_as_in_the_lecture_is_the_same_path_while_the_rate_is_constant():
    rule, eta = Momentum(), 0.02
    ours = Descent(rule).steps(rule, 60, rate=eta)
    np.testing.assert_allclose(lecture_momentum(rule, [eta] * 60), ours, rtol=1e-12)


def test_momentum_as_in_the_lecture_keeps_its_speed_when_the_rate_falls():
    rule, rates = Momentum(), [0.02] * 30 + [0.002]
    descent = Descent(rule)
    ours = np.array([descent.step(rule, rate) for rate in rates])
    theirs = lecture_momentum(rule, rates)
    last = [np.abs(path[-1] - path[-2]).max() for path in (ours, theirs)]
    assert last[0] < 0.2 * last[1]


def lecture_momentum(rule, rates):
    """v ← γv + ηg; W ← W − v."""
    w, path = np.linspace(-2, 2, N), []
    v = np.zeros(N)
    for t, eta in enumerate(rates, start=1):
        v = rule.momentum * v + eta * gradient(w, t)
        w = w - v
        path.append(w)
    return np.array(path)


def test_nesterovs_parameters_are_the_lectures_look_ahead_points():
    rule, eta = NAG(), 0.02
    ours = Descent(rule).steps(rule, 60, rate=eta)
    w, v, ahead = np.linspace(-2, 2, N), np.zeros(N), []
    for t in range(1, 61):
        v = rule.momentum * v + eta * gradient(w - rule.momentum * v, t)
        w = w - v
        ahead.append(w - rule.momentum * v)
    np.testing.assert_allclose(ours, ahead, rtol=1e-11)


@pytest.mark.parametrize("rule", [AdaGrad(epsilon=1e-4), RMSProp(epsilon=1e-4)], ids=str)
def test_epsilon_inside_the_root_matters_for_tiny_gradients_only(rule):
    """The lecture's √(G + ε²) against √G + ε: at most a factor √2 apart, where G is about ε²."""
    ratios = []
    for size in (1e-8, 1e-4, 1.0):
        descent = Descent(rule, n=1, start=np.zeros(1))
        step = -descent.step(rule, rate=1.0, grads=np.array([size]))[0]
        total = descent.state[rule.slots[0]][0]
        ratios.append(step / (size / np.sqrt(total + rule.epsilon**2)))
    assert ratios[0] == pytest.approx(1, rel=1e-3)
    assert 0.7 < ratios[1] < 0.8
    assert ratios[2] == pytest.approx(1, rel=1e-3)


# What each is known for


def test_plain_descent_follows_the_slope():
    params = Descent(SGD(), n=2).step(SGD(), rate=0.1, grads=np.array([1.0, -2.0]))
    np.testing.assert_allclose(params, [-2.1, 2.2])


@pytest.mark.parametrize("rule", [Adam(), Adamax(), AMSGrad()], ids=lambda r: r.key)
def test_adams_first_step_is_as_long_as_the_rate_whatever_the_gradient(rule):
    start = np.zeros(3)
    first = Descent(rule, n=3, start=start).step(rule, 0.01, np.array([1e3, -1.0, 1e-3]))
    np.testing.assert_allclose(first, [-0.01, 0.01, -0.01], rtol=1e-4)


def test_adagrads_steps_die_out_and_rmsprops_do_not():
    lengths = {}
    for rule in (AdaGrad(), RMSProp()):
        descent = Descent(rule, n=1)
        path = descent.steps(rule, 400, rate=0.1, grads=np.ones(1))[:, 0]
        lengths[rule.key] = -np.diff(path)
    assert lengths["adagrad"][-1] == pytest.approx(0.1 / np.sqrt(400), rel=1e-3)
    assert lengths["rmsprop"][-1] == pytest.approx(0.1, rel=1e-3)


def test_amsgrad_never_takes_larger_steps_again():
    big, small = np.full(1, 10.0), np.full(1, 0.1)
    moved = {}
    for rule in (Adam(beta2=0.9), AMSGrad(beta2=0.9)):
        descent = Descent(rule, n=1)
        descent.step(rule, grads=big)
        path = descent.steps(rule, 300, grads=small)
        moved[rule.key] = abs(path[-1] - path[-2])[0]
    assert moved["amsgrad"] < 0.1 * moved["adam"]


def test_lion_moves_every_weight_by_the_rate():
    rule = Lion()
    path = Descent(rule).steps(rule, 20, rate=0.01)
    np.testing.assert_allclose(np.abs(np.diff(path, axis=0)), 0.01, rtol=1e-9)


def test_adamw_without_decay_is_adam_and_decays_where_there_is_no_gradient():
    assert np.array_equal(
        Descent(Adam()).steps(Adam(), 9), Descent(Adam()).steps(AdamW(decay=0.0), 9)
    )
    rule = AdamW(decay=0.5)
    start = np.array([2.0, -3.0])
    after = Descent(rule, start=start).steps(rule, 3, rate=0.1, grads=np.zeros(2))[-1]
    np.testing.assert_allclose(after, start * 0.95**3)


def test_nadams_product_of_momenta_is_that_of_the_momenta_used():
    rule = NAdam()
    descent = Descent(rule)
    descent.steps(rule, 50)
    known = np.prod([0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in range(1, 51)])
    assert descent.state["product"] == pytest.approx([50, known], rel=1e-12)


@pytest.mark.parametrize("rule", [Adam(), NAdam(), AMSGrad()], ids=lambda rule: rule.key)
def test_other_knobs_of_the_same_rule_go_on_with_its_state(rule):
    descent = Descent(rule)
    descent.steps(rule, 400)
    before, turned = descent.params.copy(), replace(rule, beta1=0.5, beta2=0.9)
    turned.take_over(descent.state, rule)
    descent.steps(turned, 3)
    assert np.abs(descent.params - before).max() < 3.5 * rule.learning_rate


def test_knobs_turned_forth_and_back_leave_the_state_as_it_was():
    rule = Adam()
    descent = Descent(rule)
    descent.steps(rule, 50)
    before = {name: vector.copy() for name, vector in descent.state.items()}
    turned = replace(rule, beta1=0.0, beta2=0.5)
    turned.take_over(descent.state, rule)
    assert not np.allclose(descent.state["sum"], before["sum"])
    rule.take_over(descent.state, turned)
    for name, vector in descent.state.items():
        np.testing.assert_allclose(vector, before[name], rtol=1e-12)


def test_newton_like_steps_reach_the_bottom_of_a_bowl_where_descent_still_crawls():
    i = np.arange(1, N + 1)
    left = {}
    for rule, rate in ((LBFGS(history=N), 1.0), (SGD(), 1 / N)):
        descent = Descent(rule)
        for _ in range(2 * N):
            descent.step(rule, rate, grads=i * (descent.params - 1))
        left[rule.key] = np.abs(descent.params - 1).max()
    assert left["lbfgs"] < 1e-4 < 1e-2 < left["sgd"]
