"""Checkpoints: few, bounded, and good enough to go on from bit for bit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.optimizers import SGD, Adam
from core.catalogue.schedules import Cosine
from core.experiment.spec import ExperimentSpec
from core.training.checkpoints import Checkpoint, CheckpointKey, Checkpoints, memory
from core.training.trainer import Trainer
from tests.core.worker.test_runner import Window

SPEC = ExperimentSpec()


@pytest.fixture
def window(monkeypatch):
    """Takes a checkpoint at every complete frame, however fast they come."""
    monkeypatch.setattr("core.training.checkpoints.SHARE", math.inf)
    window = Window()
    yield window
    assert window.runner.close()


def checkpoint(iteration: int, size: int = 10) -> Checkpoint:
    return Checkpoint(CheckpointKey(1, iteration, SPEC), {"params": np.zeros(size, np.uint8)})


@given(st.lists(st.integers(1, 50), min_size=1, max_size=300))
def test_there_are_few_and_the_first_and_the_newest_are_among_them(gaps):
    store = Checkpoints(most=12)
    moments = np.cumsum(gaps).tolist()
    for moment in moments:
        store.add(checkpoint(moment))
        assert len(store.kept) <= 12
        kept = [known.iteration for known in store.kept]
        assert (kept[0], kept[-1]) == (moments[0], moment)


def test_those_kept_lie_evenly_over_a_long_run():
    store = Checkpoints(most=60)
    for moment in range(5000):
        store.add(checkpoint(moment))
    gaps = np.diff([known.iteration for known in store.kept])
    assert gaps.max() <= 4 * 5000 / 59


def test_their_memory_is_bounded_but_two_are_always_kept():
    store = Checkpoints(memory=1000)
    for moment in range(50):
        store.add(checkpoint(moment, size=150))
    assert memory(store.kept) <= 1000
    assert len(store.kept) == 6
    for moment in range(50, 60):
        store.add(checkpoint(moment, size=5000))
    assert [known.iteration for known in store.kept] == [0, 59]


def test_what_checkpoints_share_counts_once():
    order = np.zeros(1000, np.uint8)
    states = [{"sampler": {"order": order}, "best": (0.1, order)} for _ in range(3)]
    checkpoints = [Checkpoint(CheckpointKey(1, i, SPEC), state) for i, state in enumerate(states)]
    assert memory(checkpoints) == 1000


def test_one_that_was_given_up_a_moment_ago_is_still_found():
    """Whoever has just chosen it could not know."""
    store = Checkpoints(most=4)
    for moment in range(10):
        before = store.keys
        store.add(checkpoint(moment))
        assert all(store.find(known) for known in before)
    assert store.find(CheckpointKey(1, 1, SPEC)) is None
    store.rewind(5, run=2)
    assert all(key.run == 2 for key in store.keys)
    assert store.find(CheckpointKey(1, 0, SPEC)) is None


def varied() -> ExperimentSpec:
    """Everything that has a memory: momentum, a schedule, dropout, patience, batches of epochs."""
    network = replace(SPEC.network, activation=ReLU(), dropout=0.2)
    training = replace(
        SPEC.training,
        optimizer=Adam(learning_rate=0.01),
        schedule=Cosine(),
        batching=MiniBatch(size=32),
        patience=1000,
    )
    return replace(SPEC, network=network, training=training)


def stepped(window: Window, steps: int) -> None:
    """Single steps, so that there is a checkpoint of each."""
    for _ in range(steps):
        window.runner.step()
    window.wait(lambda w: w.frames and w.frames[-1].iteration == steps)


def at(window: Window, iteration: int) -> CheckpointKey:
    return next(c for c in window.runner.checkpoints if c.iteration == iteration)


def weights(window: Window) -> np.ndarray:
    return window.trainer.network.params


def test_going_on_from_a_checkpoint_equals_the_uninterrupted_run(window):
    window.runner.load(varied(), 1)
    stepped(window, 40)
    window.runner.go_back(at(window, 17), 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    returned = window.frames[-1]
    assert (returned.iteration, returned.segment.first) == (17, 17)
    assert returned.segment.loss.size == 0
    window.runner.resume()
    window.wait(lambda w: w.frames[-1].iteration > 300)
    window.runner.pause()
    window.wait(lambda w: w.frames[-1].status == "paused" and w.frames[-1].iteration > 300)
    alone = Trainer(varied())
    alone.advance(window.frames[-1].iteration)
    assert (weights(window) == alone.network.params).all()
    losses = [f.segment.loss for f in window.frames if f.run == 2]
    assert (np.concatenate(losses) == alone.take_segment().loss[17:]).all()


def test_going_back_undoes_what_was_changed_since(window):
    window.runner.load(varied(), 1)
    stepped(window, 10)
    past = at(window, 10)
    training = replace(varied().training, optimizer=SGD(), batching=MiniBatch(size=7))
    network = replace(varied().network, dropout=0.0)
    window.runner.apply(replace(varied(), training=training, network=network))
    for _ in range(5):
        window.runner.step()
    window.wait(lambda w: w.frames[-1].iteration == 15)
    window.runner.go_back(past, 2)
    for _ in range(5):
        window.runner.step()
    window.wait(lambda w: w.frames[-1].run == 2 and w.frames[-1].iteration == 15)
    alone = Trainer(varied())
    alone.advance(15)
    assert (weights(window) == alone.network.params).all()
    assert [c.iteration for c in window.runner.checkpoints] == list(range(16))
    assert {c.run for c in window.runner.checkpoints} == {2}


def test_a_diverged_run_can_go_on_from_before(window):
    window.runner.load(SPEC, 1)
    stepped(window, 5)
    training = replace(SPEC.training, optimizer=SGD(learning_rate=1e9))
    window.runner.apply(replace(SPEC, training=training))
    window.runner.resume()
    window.wait(lambda w: w.frames[-1].status == "diverged")
    window.runner.go_back(at(window, 3), 2)
    window.wait(lambda w: w.frames[-1].run == 2)
    assert (window.frames[-1].status, window.frames[-1].iteration) == ("paused", 3)
    window.runner.step()
    window.wait(lambda w: w.frames[-1].iteration == 4)
    alone = Trainer(SPEC)
    alone.advance(4)
    assert (weights(window) == alone.network.params).all()


def test_a_checkpoint_of_another_run_is_left_alone(window):
    window.runner.load(SPEC, 1)
    stepped(window, 3)
    old = at(window, 1)
    window.runner.load(replace(SPEC, seed=5), 2)
    window.runner.go_back(old, 3)
    window.runner.step()
    window.wait(lambda w: w.frames[-1].run == 2 and w.frames[-1].iteration == 1)
    assert [c.iteration for c in window.runner.checkpoints] == [0, 1]
