"""Restricted Boltzmann machines against exact enumeration, and pre-training of layers."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core.base.streams import Streams
from core.catalogue.activations import ReLU, Sigmoid, Tanh
from core.catalogue.blocks import Dense, Skip
from core.catalogue.initializers import LSUV, RBM
from core.data.digits import Digits
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.network.rbm import ContrastiveDivergence, Machine, drawn
from core.training.trainer import Trainer

VISIBLE, HIDDEN = 4, 3
STATES_V = np.array(list(product((0.0, 1.0), repeat=VISIBLE)))
STATES_H = np.array(list(product((0.0, 1.0), repeat=HIDDEN)))


@pytest.fixture
def machine():
    rng = np.random.default_rng(3)
    return Machine(
        rng.standard_normal((HIDDEN, VISIBLE)),
        rng.standard_normal(VISIBLE),
        rng.standard_normal(HIDDEN),
    )


def joint(machine):
    """p(v, h) of all states (v, h), from the definition of the energy alone."""
    weights = np.array(
        [
            [
                np.exp(machine.visible_bias @ v + machine.hidden_bias @ h + h @ machine.weights @ v)
                for h in STATES_H
            ]
            for v in STATES_V
        ]
    )
    return weights / weights.sum()


def test_conditionals_are_those_of_the_joint_distribution(machine):
    p = joint(machine)
    given_v = p / p.sum(axis=1, keepdims=True)
    given_h = p / p.sum(axis=0, keepdims=True)
    np.testing.assert_allclose(machine.hidden(STATES_V), given_v @ STATES_H, atol=1e-12)
    np.testing.assert_allclose(machine.visible(STATES_H), given_h.T @ STATES_V, atol=1e-12)


def test_free_energy_is_minus_the_log_of_the_unnormalised_probability(machine):
    p = joint(machine).sum(axis=1)
    unnormalised = np.exp(-machine.free_energy(STATES_V))
    np.testing.assert_allclose(unnormalised / unnormalised.sum(), p, atol=1e-12)


def test_gibbs_sampling_draws_from_the_machines_own_distribution(machine):
    rng = np.random.default_rng(0)
    v, _ = machine.gibbs(drawn(np.full((20_000, VISIBLE), 0.5), rng), 50, rng)
    codes = v @ 2.0 ** np.arange(VISIBLE)[::-1]
    shares = np.bincount(codes.astype(int), minlength=len(STATES_V)) / len(v)
    np.testing.assert_allclose(shares, joint(machine).sum(axis=1), atol=0.012)


@pytest.mark.parametrize("persistent", [False, True])
def test_contrastive_divergence_learns_the_distribution_of_its_data(machine, persistent):
    rng = np.random.default_rng(1)
    true = joint(machine).sum(axis=1)
    data = STATES_V[rng.choice(len(true), 2000, p=true)]
    learner = Machine.drawn(VISIBLE, HIDDEN, rng, np.float64)

    def divergence():
        return float(true @ np.log(true / joint(learner).sum(axis=1)))

    before = divergence()
    rate = 0.2 if persistent else 0.02  # persistent chains have no momentum
    learning = ContrastiveDivergence(
        learner, rng, rate=rate, k=5, weight_cost=0, persistent=persistent
    )
    for _ in range(60):
        learning.epoch(data, 50)
    assert divergence() < 0.2 * before


def test_persistent_chains_are_compared_with_states_drawn_from_the_data(machine):
    probabilities = np.tile([0.5, 0.9, 0.2, 0.5][:VISIBLE] + [0.5] * (VISIBLE - 4), (40_000, 1))
    learning = ContrastiveDivergence(
        machine, np.random.default_rng(2), rate=0, weight_cost=0, persistent=True
    )
    found = learning.update(probabilities).positive
    p = np.prod(np.where(STATES_V == 1, probabilities[0], 1 - probabilities[0]), axis=1)
    np.testing.assert_allclose(
        found, (machine.hidden(STATES_V) * p[:, None]).T @ STATES_V, atol=0.01
    )


def test_persistent_chains_have_no_momentum(machine):
    learning = ContrastiveDivergence(
        machine, np.random.default_rng(2), rate=0.1, weight_cost=0, persistent=True
    )
    learning.update(STATES_V, momentum=0.9)
    before = machine.weights.copy()
    found = learning.update(STATES_V, momentum=0.9)
    np.testing.assert_allclose(machine.weights - before, 0.1 * found.difference, atol=1e-12)


def spec(initializer=None, activation=None, hidden=None, **data):
    return ExperimentSpec(
        data=DataSpec(dataset=Digits(count=400), **{"standardize": False, **data}),
        precision="float64",
        network=NetworkSpec(
            hidden=hidden or (Dense(units=20), Dense(units=12)),
            activation=activation or Sigmoid(),
            initializer=initializer or RBM(epochs=2),
        ),
    )


def test_pretraining_is_reproducible_and_differs_by_seed():
    first, again = Trainer(spec()), Trainer(spec())
    np.testing.assert_array_equal(first.network.params, again.network.params)
    other = Trainer(replace(spec(), seed=2))
    assert not np.array_equal(first.network.params, other.network.params)


def test_settings_change_what_is_learned():
    usual = Trainer(spec()).network.params
    for changed in (RBM(epochs=3), RBM(epochs=2, rate=0.05), RBM(epochs=2, k=2)):
        assert not np.array_equal(usual, Trainer(spec(changed)).network.params)


def test_hidden_layers_have_learned_and_the_output_is_drawn():
    trained = Trainer(spec(RBM(epochs=10)))
    first, second, output = trained.network.affines
    features = 1 / (1 + np.exp(-trained.inputs @ first.block.value.T))
    assert features.std(axis=0).mean() > 0.1  # the weights drawn at first leave all at 0.5
    assert second.block.value[:, -1].any()
    assert not output.block.value[:, -1].any()
    expected = RBM().weights(12, 10, Streams(1)["init/output"])
    np.testing.assert_allclose(output.weights, expected, rtol=1e-12)


def test_a_machine_learns_to_reconstruct_pictures():
    data = Trainer(spec()).inputs[:, :-1]
    rng = np.random.default_rng(1)
    machine = Machine.drawn(64, 30, rng, data.dtype)
    learning = ContrastiveDivergence(machine, rng)
    errors = [learning.epoch(data, 20) for _ in range(30)]
    assert errors[-1] < 0.5 * data.var(axis=0).mean() < errors[0]


def test_inputs_of_any_range_give_the_same_signals_as_inputs_from_0_to_1():
    """Scaling to 0…1 is part of the weights: standardised pictures are seen as the plain ones."""
    plain = Trainer(spec(hidden=(Dense(units=20),)))
    shifted = Trainer(spec(hidden=(Dense(units=20),), standardize=True))

    def signals(trainer):
        affine = trainer.network.affines[0]
        return trainer.inputs @ affine.block.value.T

    np.testing.assert_allclose(signals(shifted), signals(plain), atol=1e-6)


@pytest.mark.parametrize("activation", [Tanh(), ReLU()])
def test_any_activation_and_block_can_be_pretrained(activation):
    blocks = (Skip(units=16), Dense(units=8, initializer=LSUV()), Dense(units=8))
    trainer = Trainer(spec(activation=activation, hidden=blocks, standardize=True))
    assert np.isfinite(trainer.network.params).all()
    trainer.advance(20)
    assert not trainer.divergence


def test_progress_is_told_and_can_stop_the_work():
    told = []
    Trainer(spec(), report=lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1
    assert {text for _, text in told} == {"Pre-training layer 1", "Pre-training layer 2"}

    def give_up(share, text):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Trainer(spec(), report=give_up)
