"""Diagnosis over time and of odd runs: findings do not blink, the past stays as it was, and what is
missing is coped with."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from core.catalogue.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.catalogue.initializers import Constant, Zeros
from core.catalogue.optimizers import Adam
from core.data.toys import Circle
from core.diagnosis import Diagnoser, diagnose
from core.experiment.serialization import problems
from core.experiment.spec import NetworkSpec
from core.telemetry.history import History
from tests.diagnosed import (
    DEEP_SIGMOID,
    TROUBLES,
    Run,
    experiment,
    keys,
    watched,
)
from tests.strategies import specs


def test_findings_do_not_blink():
    # Looked at after every single update, where the gradients of batches differ most.
    borderline = experiment(hidden=(16,) * 4, activation=Sigmoid())
    run = watched(borderline, 15, 180)
    for key in set().union(*(keys(visit) for visit in run.visits)) - {"healthy"}:
        there = [key in keys(visit) for visit in run.visits]
        assert sum(a != b for a, b in pairwise(there)) <= 2, key


def test_a_doctor_forgets_the_last_run():
    diagnoser, run = Diagnoser(), Run(DEEP_SIGMOID)
    assert "vanishing" in keys(diagnoser.diagnose(run.spec, run.frames[0], run.history))
    middling = replace(run.frames[0], gradient=np.linspace(0.02, 1, 7))
    assert "vanishing" in keys(diagnoser.diagnose(run.spec, middling, History()))
    another = replace(middling, run=2)
    assert "vanishing" not in keys(diagnoser.diagnose(run.spec, another, History()))


@pytest.mark.parametrize("trouble", ["deep sigmoid", "loss grows"])
def test_the_past_is_diagnosed_as_it_was(trouble):
    spec = TROUBLES[trouble][1]
    run, before = watched(spec, 10), Run(spec).train(1.5, 3)
    early = run.frames[3]
    assert before.frames[-1].iteration == early.iteration
    then = diagnose(spec, before.frames[-1], before.history)
    assert diagnose(spec, early, run.history) == then
    # Without shares of its own, a frame has those of an earlier one, never of a later.
    bare = replace(early, shares=None, spread=None)
    later = History()
    for frame in run.frames[4:]:
        later.append(frame)
    assert not keys(diagnose(spec, bare, later)) & {"saturation", "collapse", "dead"}


def test_the_newest_frame_that_has_the_measure_serves():
    spec = TROUBLES["constant weights"][1]
    run = Run(spec)
    run.train(2, 5, measures=())
    assert run.frames[-1].shares is None
    assert run.now == {"symmetric"}


def test_frames_without_optional_parts_or_finite_numbers_are_coped_with():
    run = watched(experiment(), 2, 3)
    bare = replace(
        run.frames[-1], activations=None, preactivations=None, weights=None, shares=None,
        spread=None, surface=None, validation=(),
    )  # fmt: skip
    assert keys(diagnose(run.spec, bare, History())) == {"healthy"}
    nothing = np.full(3, np.nan)
    broken = replace(bare, gradient=nothing, weight=nothing, update_ratio=nothing)
    history = History()
    lost = np.full_like(broken.segment.loss, np.nan)
    history.append(replace(broken, segment=replace(broken.segment, loss=lost)))
    for seen in (History(), history):
        assert keys(diagnose(run.spec, broken, seen)) == {"healthy"}


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_shallow_networks_are_coped_with(hidden):
    run = watched(experiment(Circle(), hidden=hidden), 20)
    assert all(len(visit) == 1 for visit in run.visits)
    assert run.now == {"healthy"}


def test_a_spec_of_another_network_is_coped_with():
    # As in the moment between an edit and the first frame of the new run.
    run = watched(experiment(), 2, 3)
    for hidden in ((), (8,), (8, 8, 8)):
        assert diagnose(experiment(hidden=hidden), run.frames[-1], run.history)


def test_branching_networks_are_diagnosed():
    blocks = (Dense(units=16), Skip(units=16), SplitMerge(units=8, merge="concatenate"))
    spec = experiment(activation=ReLU())
    spec = replace(spec, network=replace(spec.network, hidden=blocks))
    assert watched(spec, 10).now == {"healthy"}
    zeros = replace(spec, network=replace(spec.network, initializer=Zeros()))
    assert "symmetric" in watched(zeros, 2).now


def test_a_remedy_reaches_into_the_blocks():
    blocks = (Dense(units=8, activation=Sigmoid(), normalization="none"),) * 6
    spec = replace(DEEP_SIGMOID, network=NetworkSpec(hidden=blocks, activation=Tanh()))
    remedies = {r.label: r.spec for r in Run(spec).found("vanishing").remedies}
    assert "vanishing" not in watched(remedies["Use ReLU"], 5).now
    assert "vanishing" not in watched(remedies["Add batch norm"], 5).now


def test_no_remedy_is_what_is_already_so():
    spec = experiment(activation=LeakyReLU(), training={"optimizer": Adam(learning_rate=3e-7)})
    assert [r.label for r in watched(spec, 10).found("low_rate").remedies] == ["Rate 0.01"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs())
def test_findings_of_any_experiment_are_short_and_their_remedies_valid(spec):
    run = Run(replace(spec, training=replace(spec.training, max_epochs=0)))
    run.train(0, 8)
    for visit in run.visits:
        assert visit and (len(visit) == 1 or "healthy" not in keys(visit))
        for finding in visit:
            assert len(finding.title) <= 40 and len(finding.evidence) <= 90, finding
            assert set(finding.layers) <= set(run.frames[0].layers)
            labels = [remedy.label for remedy in finding.remedies]
            assert len(set(labels)) == len(labels)
            for remedy in finding.remedies:
                assert remedy.spec != run.spec and not problems(remedy.spec)


def test_copies_are_counted_and_the_spread_measured():
    run = Run(experiment(initializer=Constant(), hidden=(5, 4)))
    shares, spread = run.frames[0].shares, run.frames[0].spread
    assert shares is not None and shares.duplicate_units is not None and spread is not None
    assert list(shares.duplicate_units) == [1, 1, 0]
    trainer = run.trainer
    trainer.network.affines[0].weights[0] += 1
    shares = run.meter.frame("running").shares
    assert shares is not None and shares.duplicate_units is not None
    assert shares.duplicate_units[0] == pytest.approx(4 / 5)
    output = Run(experiment(hidden=(), training={"batching": MiniBatch(4)}))
    logits = output.trainer.logits("train")[0, :65]
    assert output.frames[0].spread == pytest.approx(np.abs(np.diff(logits)).mean(), rel=1e-4)
