"""The gallery: comparisons are fair, verdicts are right, and what is quickly shown is shown here.

`make gallery` runs all of it with every check.
"""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from core import gallery
from core.catalogue.activations import ReLU, Sigmoid
from core.catalogue.batching import FullBatch, MiniBatch
from core.catalogue.blocks import Dense, Skip
from core.catalogue.initializers import HeNormal, Normal
from core.catalogue.optimizers import SGD
from core.data import DATASETS
from core.data.mnist import MNIST
from core.experiment.serialization import problems
from core.experiment.spec import changes
from core.gallery import GALLERY, engine, figures
from core.gallery.engine import Cancelled, data_for, run
from core.gallery.experiment import VIEWS, Expectation, Experiment, Plan, shown
from core.gallery.experiments.building import classifier, pictures, variant, vary
from core.gallery.results import Spread, check, spread_shown
from core.gallery.signals import signals
from core.training.trainer import Trainer
from playground.__main__ import main

EVERY = [
    pytest.param(experiment, plan, id=f"{experiment.key}-{data}")
    for experiment in GALLERY.values()
    for data, plan in experiment.plans.items()
]
QUICK = ("init_study", "symmetry", "batch_sizes", "dead_relu", "linear_stack", "zigzag")

BASE = classifier(pictures("digits", 200), (12,), batch=50, epochs=4)


def experiment_of(variants, expectations=(), steps=None, seeds=(1,), probes=None):
    """A small experiment on the digits."""
    columns = (figures.LATE, figures.TEST)
    plan = Plan(tuple(variants), columns, tuple(expectations), steps, probes or {})
    return Experiment("small", "Small", "Is it?", "This.", "x", (), {"digits": plan}, seeds)


# What the entries say


@pytest.mark.parametrize("experiment", GALLERY.values(), ids=GALLERY)
def test_an_entry_says_what_a_card_and_a_run_need(experiment):
    assert experiment.question.endswith("?") and experiment.question.count("?") == 1
    assert experiment.title and experiment.look_for.endswith(".") and experiment.varies
    assert experiment.views and set(experiment.views) <= set(VIEWS)
    assert experiment.seeds
    assert experiment.finding == "" or experiment.finding.endswith(".")
    assert set(experiment.plans) <= set(DATASETS)
    assert DATASETS[data_for(experiment, bundled=True)].bundled


@pytest.mark.parametrize(("experiment", "plan"), EVERY)
def test_a_plan_is_made_of_valid_runs_that_end_and_of_statements_with_bounds(experiment, plan):
    labels = [each.label for each in plan.variants]
    assert len(set(labels)) == len(labels)
    for each in plan.variants:
        assert not problems(each.spec)
        assert plan.steps is not None or each.spec.training.max_epochs
        assert each.spec.title == each.label
    assert len(plan.expectations) >= 2 and plan.columns
    for expectation in plan.expectations:
        assert expectation.statement and expectation.expected()
        assert expectation.low is not None or expectation.high is not None


@pytest.mark.parametrize(("experiment", "plan"), EVERY)
def test_runs_that_are_compared_share_data_and_seed(experiment, plan):
    first = plan.variants[0].spec
    for each in plan.variants[1:]:
        paths = {change.path.split(".")[0] for change in changes(first, each.spec)}
        assert paths <= {"title", "network", "training"}


def test_varying_changes_the_one_setting_and_nothing_else():
    for each in vary(BASE, "network.initializer", {"large": Normal(), "He": HeNormal()}):
        paths = [change.path for change in changes(BASE, each.spec)]
        assert set(paths) <= {"title", "network.initializer"}


def test_pictures_are_as_many_as_asked_for_and_the_test_set_is_apart():
    trainer = Trainer(replace(BASE, data=pictures("digits", 150, 1000)))
    parts = [len(trainer.data.part(name)) for name in ("train", "validation", "test")]
    assert parts[0] == 150 and sum(parts) == 1797 and parts[2] == 449
    mnist = pictures("mnist", 300, 1000)
    assert mnist.dataset == MNIST(count=1300)
    assert round(1300 * mnist.validation) == 1000


# Running


def test_every_run_is_what_its_experiment_gives_alone():
    different = (
        {},
        {"network.activation": Sigmoid()},
        {"training.batching": MiniBatch(size=70)},
        {"network.normalization": "before", "network.dropout": 0.3},
        {"network.hidden": (Skip(units=20), Dense(units=5)), "training.batching": FullBatch()},
        {"training.batching": MiniBatch(size=30), "training.optimizer": SGD(learning_rate=1e9)},
    )
    variants = [variant(BASE, f"run {i}", each) for i, each in enumerate(different)]
    results = run(experiment_of([*variants, replace(variants[0], label="again")], steps=30))
    for each in variants:
        alone = Trainer(replace(each.spec, seed=1))
        alone.advance(30)
        outcome = results.outcomes[each.label][0]
        assert np.array_equal(outcome.loss, alone.take_segment().loss)
        assert repr(outcome.final["test"]) == repr(alone.evaluate("test"))
    first, again = (results.outcomes[label][0] for label in ("run 0", "again"))
    assert np.array_equal(first.loss, again.loss)


def test_runs_of_one_seed_see_the_same_samples_in_the_same_order():
    wide = variant(BASE, "wide", {"network.dropout": 0.5, "training.optimizer": SGD()})
    trainers = []
    experiment = experiment_of(
        [variant(BASE, "plain", {}), wide],
        steps=3,
        probes={"rows": lambda trainer: trainers.append(trainer) or 0.0},
    )
    run(experiment)
    first, second = trainers
    assert first.data is second.data
    assert np.array_equal(first.sampler.next(), second.sampler.next())


def test_measuring_signals_leaves_the_run_as_it_was():
    spec = variant(BASE, "x", {"network.normalization": "before", "network.dropout": 0.3}).spec
    watched, alone = Trainer(spec), Trainer(spec)
    for trainer in (watched, alone):
        trainer.advance(5)
        if trainer is watched:
            signals(trainer)
        trainer.advance(5)
    assert np.array_equal(watched.network.params, alone.network.params)
    assert np.array_equal(watched.network.buffers, alone.network.buffers)


def test_signals_are_those_of_the_forward_and_the_backward_pass():
    trainer = Trainer(variant(BASE, "x", {"network.activation": ReLU()}).spec)
    measured = signals(trainer)
    tensors, x = trainer.network.tensors(), trainer.inputs[:, :-1]
    hidden = np.maximum(x @ tensors["layer 1.weight"].T, 0)
    logits = hidden @ tensors["output.weight"].T
    odds = np.exp(logits)
    error = (odds / odds.sum(axis=1, keepdims=True) - trainer.targets) / len(x)
    delta = (error @ tensors["output.weight"]) * (hidden > 0)
    assert measured.activation_std == pytest.approx([hidden.std(), logits.std()], rel=1e-3)
    assert measured.delta_std == pytest.approx([delta.std(), error.std()], rel=1e-3)
    assert measured.deltas.counts.sum(axis=1).max() <= delta.size


@pytest.mark.parametrize("rounds", [1, 100])
def test_a_run_is_recorded_from_start_to_end(rounds, monkeypatch):
    monkeypatch.setattr(engine, "ROUNDS", rounds)
    watched = replace(BASE, data=pictures("digits", 200, 100))
    outcome = run(experiment_of([variant(watched, "a", {})])).outcomes["a"][0]
    assert outcome.iterations == len(outcome.loss) == 4 * outcome.steps_per_epoch == 16
    assert [score.iteration for score in outcome.validation] == [0, 4, 8, 12, 16]
    assert outcome.validation[-1] == outcome.final["validation"]
    assert outcome.before[1].iteration == 0 and outcome.after[1].iteration == 16
    assert outcome.status == "finished" and outcome.reason == "stopped after 4 epochs"


def test_a_run_that_diverges_is_told_and_the_others_go_on():
    wild = variant(BASE, "wild", {"training.optimizer": SGD(learning_rate=1e9)})
    late = Expectation("it ends well", figures.of("wild", figures.late_loss), high=10)
    results = run(experiment_of([wild, variant(BASE, "calm", {})], [late]))
    assert results.outcomes["wild"][0].status == "diverged"
    assert results.outcomes["calm"][0].iterations == 16
    assert [row.diverged for row in results.table()] == [1, 0]
    assert not check(results)[0].ok


def test_progress_rises_to_one_and_the_user_can_cancel():
    experiment = experiment_of([variant(BASE, "a", {})], seeds=(1, 2))
    told = []
    run(experiment, progress=lambda share, text: told.append(share))
    assert told == sorted(told) and told[-1] == 1 and 0.5 in told
    told.clear()
    with pytest.raises(Cancelled):
        run(experiment, cancelled=lambda: len(told) > 2, progress=lambda *_: told.append(1))
    assert len(told) == 3


def test_seeds_differ_and_the_table_says_how_much():
    experiment = experiment_of([variant(BASE, "a", {})], seeds=(1, 2, 3))
    results = run(experiment)
    accuracies = [figures.accuracy("test")(outcome) for outcome in results.outcomes["a"]]
    cell = results.table()[0].cells[1]
    assert len(set(accuracies)) > 1
    assert cell == pytest.approx((np.mean(accuracies), np.std(accuracies, ddof=1)))
    again = run(experiment, seeds=(2,)).outcomes["a"][0]
    assert figures.accuracy("test")(again) == accuracies[1]


# Judging


def judged(value, low=None, high=None, seeds=(1,)):
    expectation = Expectation("x", lambda runs: value, low, high, "%")
    return check(run(experiment_of([variant(BASE, "a", {})], [expectation], 0, seeds)))[0]


@pytest.mark.parametrize(
    ("value", "low", "high", "ok"),
    [
        (0.5, 0.4, None, True),
        (0.4, 0.4, 0.4, True),
        (0.3, 0.4, None, False),
        (0.5, None, 0.4, False),
        (0.5, 0.1, 0.4, False),
        (math.nan, 0.1, None, False),
        (math.inf, None, 10, False),
    ],
)
def test_a_check_compares_what_was_expected_with_what_was_measured(value, low, high, ok):
    assert judged(value, low, high).ok is ok


def test_a_check_says_both_sides():
    finding = judged(0.123, 0.1, 0.2, seeds=(1, 2))
    assert (finding.expected, finding.measured) == ("10 % … 20 %", "12.3 %")
    assert spread_shown(Spread(2.5, 0.25), "×") == "2.5× ± 0.25×"
    assert [shown(x) for x in (1234.0, 1e7, 0.001)] == ["1,234", "1e+07", "0.001"]


@pytest.mark.parametrize("key", QUICK)
def test_what_is_quickly_shown_holds(key):
    experiment = GALLERY[key]
    results = run(experiment, data_for(experiment, bundled=True), (1,))
    failed = [finding for finding in check(results) if not finding.ok]
    assert not failed


# The command line


@pytest.fixture
def small(monkeypatch):
    """A gallery of one small experiment with a statement that holds and one that does not."""
    expectations = [
        Expectation("It learns something", figures.of("a", figures.late_loss), high=5),
        Expectation("It learns everything", figures.of("a", figures.late_loss), high=1e-9),
    ]
    experiment = experiment_of([variant(BASE, "a", {}), variant(BASE, "b, c", {})], expectations)
    monkeypatch.setattr(gallery, "GALLERY", {"small": experiment})
    return experiment


def test_the_list_names_every_experiment(capsys):
    assert main(["gallery", "list"]) == 0
    said = capsys.readouterr().out
    assert all(f"{key} " in said and e.question in said for key, e in GALLERY.items())


def test_a_run_prints_its_table_and_a_failed_check_is_status_1(small, capsys):
    assert main(["gallery", "run", "small"]) == 0
    plain = capsys.readouterr().out
    assert "Test accuracy" in plain and "expected" not in plain
    assert main(["gallery", "run", "all", "--check"]) == 1
    said = capsys.readouterr().out
    assert "✓ It learns something\n    expected ≤ 5, measured" in said
    assert "✗ It learns everything" in said


def test_json_holds_everything_and_nothing_else_is_printed(small, capsys):
    assert main(["gallery", "run", "small", "--json", "--seeds", "2"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert report["passed"] is False and captured.err == ""
    (told,) = report["experiments"]
    assert (told["key"], told["data"], told["seeds"]) == ("small", "digits", [1, 2])
    assert [each["ok"] for each in told["checks"]] == [True, False]
    assert told["runs"][0]["figures"]["Test accuracy"]["sd"] > 0


def test_results_are_written_for_other_programs(small, tmp_path):
    assert main(["gallery", "run", "small", "--out", str(tmp_path / "new")]) == 0
    folder = tmp_path / "new" / "small"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["a.json", "b-c.json", "curves.csv", "layers.csv", "results.json"]
    with open(folder / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["run"] == "a"]
    assert [int(row["iteration"]) for row in own] == list(range(17))
    assert all(row["loss"] and row["accuracy"] for row in own[:-1])
    assert [int(row["iteration"]) for row in own if row["validation_loss"]] == [0, 4, 8, 12, 16]
    with open(folder / "layers.csv", newline="") as file:
        layers = list(csv.DictReader(file))
    assert {row["moment"] for row in layers} == {"before", "after"}
    assert main(["train", str(folder / "a.json")]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ladr"], "unknown experiment 'ladr'; did you mean 'ladder'?"),
        (["ladder", "--seeds", "0"], "must be a number of seeds"),
        (["ladder", "--out", "/dev/null/x"], "Not a directory"),
    ],
)
def test_bad_input_is_told_with_status_2(arguments, said, capsys):
    try:
        status = main(["gallery", "run", *arguments])
    except SystemExit as error:
        status = error.code
    assert status == 2
    assert said in capsys.readouterr().err


# Watching


def test_a_watched_run_is_the_same_run_and_everything_is_shown(monkeypatch):
    monkeypatch.setattr(engine, "WATCH_SECONDS", 0.0)
    watched = replace(BASE, data=pictures("digits", 200, 100))
    wild = {"training.optimizer": SGD(learning_rate=1e9)}
    experiment = experiment_of(
        [
            variant(watched, "calm", {"network.dropout": 0.3}),
            variant(watched, "wild", wild),
            variant(watched, "early", {"training.patience": 1}),
        ],
        seeds=(1, 2),
    )
    moments = []
    results, alone = run(experiment, watch=moments.append), run(experiment)
    for label, outcomes in results.outcomes.items():
        for turn, outcome in enumerate(outcomes):
            assert np.array_equal(outcome.loss, alone.outcomes[label][turn].loss)
            assert repr(outcome.final) == repr(alone.outcomes[label][turn].final)
            assert outcome.iterations == alone.outcomes[label][turn].iterations
            runs = [r for m in moments if m.turn == turn for r in m.runs if r.label == label]
            assert np.array_equal(np.concatenate([r.segment.loss for r in runs]), outcome.loss)
            assert sum((r.validation for r in runs), ()) == outcome.validation
            assert runs[0].frame is outcome.before[1] and runs[-1].frame is outcome.after[1]
            assert runs[-1].ended and not runs[0].ended
    first = [r for m in moments if m.turn == 0 for r in m.runs]
    assert {r.frame.iteration for r in first if r.frame and r.label == "calm"} - {0, 16}
