"""What a run promises: it depends on its spec alone, can be resumed, changed and stopped."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.streams import Streams
from core.catalogue.activations import Activation, Maxout, PReLU, ReLU, Sigmoid, Tanh
from core.catalogue.batching import FullBatch, MiniBatch, Stochastic
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD, Adam
from core.data import DataError
from core.data.digits import Digits
from core.data.toys import Circle, Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec, changes
from core.network.network import Network
from core.telemetry.meter import Meter
from core.training.trainer import Trainer
from tests.strategies import networks

EVERYTHING = ExperimentSpec(
    data=DataSpec(dataset=Spiral(count=100)),
    network=NetworkSpec(
        hidden=(Dense(units=6), Dense(units=5)), normalization="before", dropout=0.2
    ),
    training=TrainingSpec(weight_decay=0.01, batching=MiniBatch(size=16)),
)


def trained(spec: ExperimentSpec, steps: int) -> Trainer:
    trainer = Trainer(spec)
    trainer.advance(steps)
    return trainer


def with_training(spec: ExperimentSpec, **settings) -> ExperimentSpec:
    return replace(spec, training=replace(spec.training, **settings))


def test_the_same_spec_gives_the_same_weights():
    first, second = trained(EVERYTHING, 300), trained(EVERYTHING, 300)
    assert np.array_equal(first.network.params, second.network.params)


def test_another_seed_gives_other_weights():
    first, second = trained(EVERYTHING, 1), trained(replace(EVERYTHING, seed=2), 1)
    assert not np.array_equal(first.network.params, second.network.params)


def test_measuring_does_not_change_the_run():
    watched = Trainer(EVERYTHING)
    meter = Meter(watched)
    for _ in range(100):
        watched.advance(2)
        meter.measured_step()
        meter.frame("running")
    assert np.array_equal(watched.network.params, trained(EVERYTHING, 300).network.params)


def test_a_resumed_run_equals_an_uninterrupted_one():
    state = trained(EVERYTHING, 123).state()
    resumed = Trainer(EVERYTHING)
    resumed.restore(state)
    resumed.advance(177)
    whole = trained(EVERYTHING, 300)
    assert np.array_equal(resumed.network.params, whole.network.params)
    assert np.array_equal(resumed.network.buffers, whole.network.buffers)
    assert resumed.epoch == whole.epoch


def test_two_specs_that_differ_in_one_factor_differ_in_that_alone():
    def start(activation) -> Trainer:
        network = NetworkSpec(activation=activation)
        return Trainer(ExperimentSpec(network=replace(network)))

    relu, sigmoid = start(ReLU()), start(Sigmoid())
    assert np.array_equal(relu.inputs, sigmoid.inputs)
    assert np.array_equal(relu.sampler.next(), sigmoid.sampler.next())
    ratio = relu.network.affines[0].weights / sigmoid.network.affines[0].weights
    assert ratio == pytest.approx(np.full(ratio.shape, ratio[0, 0]), rel=1e-5)


def test_losses_kept_for_later_are_those_of_each_step():
    spec = replace(EVERYTHING, precision="float64")
    watched, at_once = Trainer(spec), trained(spec, 200)
    one_by_one = []
    for _ in range(200):
        watched.step()
        one_by_one.append(watched.take_segment())
    together = at_once.take_segment()
    assert together.first == 0
    assert np.allclose(together.loss, np.concatenate([s.loss for s in one_by_one]), rtol=1e-12)
    assert np.allclose(together.accuracy, np.concatenate([s.accuracy for s in one_by_one]))


def test_the_first_loss_is_that_of_the_untrained_network():
    spec = with_training(ExperimentSpec(precision="float64"), batching=FullBatch())
    trainer = Trainer(spec)
    expected = trainer.evaluate("train")
    trainer.step()
    segment = trainer.take_segment()
    assert expected is not None
    assert segment.loss[0] == pytest.approx(expected.loss, rel=1e-12)
    assert segment.accuracy[0] == expected.accuracy


@pytest.mark.parametrize(
    ("batching", "sizes"),
    [(FullBatch(), [75]), (Stochastic(), [1] * 75), (MiniBatch(size=32), [32, 43])],
)
def test_an_epoch_sees_every_sample_once(batching, sizes):
    trainer = Trainer(with_training(EVERYTHING, batching=batching))
    assert trainer.sampler.steps_per_epoch == len(sizes)
    batches = [trainer.sampler.next() for _ in sizes]
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches)) == list(range(75))
    assert trainer.epoch == 1


def test_drawing_with_replacement_repeats_samples():
    trainer = Trainer(with_training(EVERYTHING, replacement=True, batching=FullBatch()))
    assert len(set(trainer.sampler.next())) < 75


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: with_training(s, optimizer=SGD(learning_rate=0.3)),
        lambda s: with_training(s, batching=MiniBatch(size=7)),
        lambda s: with_training(s, optimizer=Adam(learning_rate=0.5)),
        lambda s: replace(s, network=replace(s.network, activation=ReLU())),
        lambda s: replace(s, network=replace(s.network, dropout=0.5)),
    ],
)
def test_hot_changes_keep_the_weights_and_take_effect(edit):
    changed = edit(EVERYTHING)
    assert not any(change.restarts_run for change in changes(EVERYTHING, changed))
    trainer = trained(EVERYTHING, 50)
    before = trainer.network.params.copy()
    trainer.apply(changed)
    assert np.array_equal(trainer.network.params, before)
    trainer.advance(10)
    assert trainer.iteration == 60
    assert not np.array_equal(trainer.network.params, trained(EVERYTHING, 60).network.params)


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: replace(s, seed=9),
        lambda s: replace(s, data=DataSpec(dataset=Circle())),
        lambda s: replace(s, network=replace(s.network, hidden=(Dense(units=3),))),
        lambda s: replace(s, network=replace(s.network, normalization="none")),
    ],
)
def test_cold_changes_need_a_new_run(edit):
    trainer = trained(EVERYTHING, 5)
    with pytest.raises(DataError, match="new run"):
        trainer.apply(edit(EVERYTHING))


def built(network: NetworkSpec) -> Network:
    return Network(network, 2, 1, Streams(1))


def shapes(network: NetworkSpec) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, view.shape) for name, view in built(network).tensors().items()]


# Half of them parametric, so that pairs that differ in their parameters are common.
FUNCTIONS = st.sampled_from([PReLU(), PReLU(share="unit"), Maxout(), ReLU(), Sigmoid(), Tanh()])


def with_activations(network: NetworkSpec, draw) -> NetworkSpec:
    own = st.none() | FUNCTIONS
    hidden = tuple(replace(block, activation=draw(own)) for block in network.hidden)
    return replace(network, hidden=hidden, activation=draw(FUNCTIONS))


@given(networks(), st.data())
def test_a_change_without_a_restart_keeps_the_parameters(network, data):
    old, new = with_activations(network, data.draw), with_activations(network, data.draw)
    new = replace(new, activation=data.draw(st.sampled_from([old.activation, new.activation])))
    if not any(change.restarts_run for change in changes(old, new)):
        assert shapes(old) == shapes(new)


@pytest.mark.parametrize("common", [PReLU(), Maxout()])
@pytest.mark.parametrize("own_first", [False, True])
def test_a_block_joining_or_leaving_a_parametric_activation_needs_a_new_run(common, own_first):
    def spec(own: Activation | None) -> ExperimentSpec:
        blocks = (Dense(units=8, activation=own), Dense(units=8))
        return ExperimentSpec(network=NetworkSpec(hidden=blocks, activation=common))

    old, new = (spec(ReLU()), spec(None)) if own_first else (spec(None), spec(ReLU()))
    trainer = trained(old, 5)
    with pytest.raises(DataError, match="new run"):
        trainer.apply(new)
    trainer.apply(replace(old, network=replace(old.network, dropout=0.1)))


@pytest.mark.parametrize("activation", [PReLU(), ReLU()])
def test_giving_a_block_the_activation_that_it_has_needs_no_new_run(activation):
    network = NetworkSpec(activation=activation)
    own = tuple(replace(block, activation=activation) for block in network.hidden)
    assert not any(c.restarts_run for c in changes(network, replace(network, hidden=own)))


def test_a_network_inherits_only_the_parameters_that_it_has():
    relu, prelu = NetworkSpec(activation=ReLU()), NetworkSpec(activation=PReLU())
    with pytest.raises(ValueError, match="other parameters"):
        Network(prelu, 2, 1, Streams(1), inherit=built(relu))


def test_a_run_stops_after_its_epochs():
    trainer = trained(with_training(EVERYTHING, max_epochs=3), 10_000)
    assert trainer.epoch == 3
    assert "3 epochs" in trainer.finished


def test_early_stopping_returns_to_the_best_weights():
    spec = ExperimentSpec(
        data=DataSpec(dataset=Spiral(count=60, noise=0.4)),
        network=NetworkSpec(hidden=(Dense(units=32),)),
        training=TrainingSpec(patience=5, optimizer=Adam(learning_rate=0.05)),
    )
    trainer = trained(spec, 20_000)
    assert "no better validation loss" in trainer.finished
    scores = trainer.take_scores()
    best = min(score.loss for score in scores)
    restored = trainer.evaluate()
    assert restored is not None
    assert restored.loss == pytest.approx(best)
    assert [s.loss for s in scores].index(best) == len(scores) - 6


def test_divergence_names_step_and_layer_and_keeps_the_curve():
    spec = with_training(
        ExperimentSpec(network=NetworkSpec(activation=ReLU())), optimizer=SGD(learning_rate=1e9)
    )
    trainer = trained(spec, 1000)
    divergence = trainer.divergence
    assert divergence is not None
    assert 0 < divergence.iteration <= trainer.iteration < 1000
    assert divergence.layer in ("layer 1", "layer 2", "output")
    segment = trainer.take_segment()
    assert len(segment.loss) == trainer.iteration
    assert np.isfinite(segment.loss).all()


def test_digits_are_learned_with_the_defaults():
    spec = ExperimentSpec(data=DataSpec(dataset=Digits()))
    trainer = Trainer(spec)
    trainer.advance(40 * trainer.sampler.steps_per_epoch)
    score = trainer.evaluate()
    assert score is not None
    assert score.accuracy >= 0.95


def test_a_step_allocates_nothing_that_grows_with_the_network():
    """One array of a layer's activations would be 12,800 numbers; a step may hold on to its
    bookkeeping only."""
    spec = ExperimentSpec(
        data=DataSpec(dataset=Digits()),
        network=NetworkSpec(hidden=(Dense(units=200), Dense(units=200))),
        training=TrainingSpec(batching=MiniBatch(size=64)),
    )
    trainer = trained(spec, 3 * 22)
    trainer.take_segment()
    tracemalloc.start()
    try:
        trainer.advance(1)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        trainer.advance(4)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 10_000
