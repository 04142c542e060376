"""Backpropagation against central differences, in float64, over whole networks."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.batching import FullBatch
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.catalogue.initializers import XavierNormal
from core.catalogue.losses import LOSSES, OUTPUTS, HalfSquaredError
from core.data.digits import Digits
from core.data.toys import Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from tests.strategies import specs


def relative_error(trainer: Trainer, rows: int = 7, most: int = 60) -> float:
    """Largest |analytic − numeric| relative to the largest gradient, over sampled parameters."""
    rng = np.random.default_rng(0)
    trainer.network.params += 0.05 * rng.standard_normal(len(trainer.network.params))
    positions = trainer.streams.state()
    batch = trainer.streams["check"].choice(len(trainer.inputs), rows, replace=False)
    active = trainer._new_pass(rows)

    def loss() -> float:
        trainer.streams.restore(positions)
        active.load(trainer.inputs, trainer.targets, batch)
        for operation in active.forward:
            operation()
        return active.batch_loss()

    loss()
    for operation in active.backward:
        operation()
    analytic = trainer.network.grads.copy()
    params = trainer.network.params
    chosen = rng.permutation(len(params))[:most]

    def slope(i: int, h: float) -> float:
        kept = params[i]
        params[i] = kept + h
        up = loss()
        params[i] = kept - h
        down = loss()
        params[i] = kept
        return (up - down) / (2 * h)

    steps = [1e-6 * max(1.0, abs(float(params[i]))) for i in chosen]
    numeric = np.array([slope(i, h) for i, h in zip(chosen, steps, strict=True)])
    nearer = np.array([slope(i, h / 4) for i, h in zip(chosen, steps, strict=True)])
    # Below this the loss does not change beyond its own rounding: all units are saturated.
    scale = max(1e-6, np.abs(analytic).max() + np.abs(numeric).max())
    # Where two differences disagree, at a kink or with almost no variance under batch norm, they
    # tell nothing about the derivative.
    trusted = np.abs(numeric - nearer) <= 1e-6 * scale
    return float(np.abs(analytic[chosen] - numeric)[trusted].max(initial=0) / scale)


def make(network: NetworkSpec, data: DataSpec | None = None, **training) -> Trainer:
    return Trainer(
        ExperimentSpec(
            data=data or DataSpec(dataset=Spiral(count=60)),
            network=network,
            training=TrainingSpec(batching=FullBatch(), **training),
            precision="float64",
        )
    )


COMBINATIONS = [
    (loss, output)
    for loss in LOSSES
    for output in LOSSES[loss].outputs
    if loss != "auto" and output in OUTPUTS
]


@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "step"])
@pytest.mark.parametrize(("loss", "output"), COMBINATIONS)
def test_every_activation_with_every_loss(activation, loss, output):
    data = DataSpec(dataset=Digits() if output == "softmax" else Spiral(count=60))
    network = NetworkSpec(
        hidden=(Dense(units=5), Dense(units=4)),
        activation=ACTIVATIONS[activation](),
        initializer=XavierNormal(),
        output=output,
    )
    assert relative_error(make(network, data, loss=LOSSES[loss]())) < 1e-6


@pytest.mark.parametrize("normalization", ["none", "before", "after"])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_blocks_with_batch_norm_and_dropout(normalization, dropout):
    hidden = (
        Dense(units=6),
        Skip(units=6, layers=2),
        Skip(units=4, layers=1),
        SplitMerge(units=4, merge="add"),
        SplitMerge(units=3, merge="concatenate"),
    )
    network = NetworkSpec(hidden=hidden, normalization=normalization, dropout=dropout)
    assert relative_error(make(network)) < 1e-6


def test_a_block_that_stands_first():
    for block in (Skip(units=2), Skip(units=5), SplitMerge(units=3, merge="concatenate")):
        assert relative_error(make(NetworkSpec(hidden=(block,)))) < 1e-6


def test_without_biases_and_with_summed_loss():
    loss = HalfSquaredError(reduction="sum")
    network = NetworkSpec(hidden=(Dense(units=5),), bias=False)
    assert relative_error(make(network, loss=loss)) < 1e-6


def penalised_gradient_error(trainer: Trainer) -> float:
    """The penalty's gradient against central differences of its value, beyond their rounding."""
    network, penalty = trainer.network, trainer.spec.training.penalty
    params = network.params
    network.grads.fill(0)
    penalty.add_gradient(params, network.mask, network.grads, np.empty_like(params))
    worst = 0.0
    for i in range(min(len(params), 20)):
        h, kept = 1e-6, params[i]
        params[i] = kept + h
        up = penalty.value(params, network.mask)
        params[i] = kept - h
        numeric = (up - penalty.value(params, network.mask)) / (2 * h)
        params[i] = kept
        # Where other weights are large, so are the value and its last digit.
        rounding = 4 * np.spacing(abs(up)) / h
        error = max(abs(numeric - network.grads[i]) - rounding, 0.0)
        worst = max(worst, error / (1 + abs(numeric)))
    return worst


@settings(max_examples=100, derandomize=True, deadline=None, phases=[Phase.generate])
@given(specs(mild=True, precision="float64"))
def test_random_networks_from_the_whole_space(spec):
    trainer = Trainer(spec)
    if any(key.key == "step" for key in trainer.network.activations.values()):
        return  # its derivative is 0 by definition, not by calculus
    assert relative_error(trainer, rows=min(7, len(trainer.inputs)), most=25) < 1e-6
    assert penalised_gradient_error(trainer) < 1e-6
