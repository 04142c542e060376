"""A study: the same table whoever computes it, kept through every kind of death."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalogue.optimizers import SGD
from core.data.curves import Plane
from core.data.toys import Spiral
from core.experiment.space import Range, SearchError
from core.experiment.spec import DataSpec
from core.search.plan import PRUNING, STRATEGIES
from core.search.presets import lecture
from core.search.study import Study, bounds, load
from core.search.summary import best_lines, counts_sentence, gathered, noise_sentence, ties
from core.search.trial import TrialRecord, TrialTask, run_trial
from core.training.trainer import Trainer
from core.training.training_data import TrainingData
from core.worker.executors import local_processes
from playground.search_cli import PRUNING as OFFERED_PRUNING
from playground.search_cli import STRATEGIES as OFFERED_STRATEGIES
from tests.core.search.searching import EXPERIMENT, RATE, Here, plan, searched, table


def test_a_trial_is_the_training_run_of_its_settings():
    rate = 0.3
    record = run_trial(TrialTask(0, 0, {RATE.path: rate}, EXPERIMENT, "accuracy"))
    trainer = Trainer(
        replace(
            EXPERIMENT,
            training=replace(
                EXPERIMENT.training,
                optimizer=SGD(learning_rate=rate),
            ),
        )
    )
    trainer.advance(10**6)
    score = trainer.evaluate()
    assert score is not None
    assert (record.score, record.validation_loss[-1]) == (score.accuracy, score.loss)
    assert record.epochs == 8 and record.state == "complete"


def test_a_trial_that_diverges_or_cannot_be_has_no_score():
    wild = run_trial(TrialTask(0, 0, {RATE.path: 1e12}, EXPERIMENT, "accuracy"))
    assert wild.state == "diverged" and "step" in wild.message
    absurd = run_trial(TrialTask(0, 0, {"network.dropout": 7}, EXPERIMENT, "accuracy"))
    assert absurd.state == "failed" and "network.dropout" in absurd.message


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("pruning", PRUNING)
def test_the_same_seed_gives_the_same_table_wherever_it_was_interrupted(
    strategy, pruning, tmp_path
):
    searching = plan(strategy=strategy, pruning=pruning, trials=12, stages=2)
    whole = searched(searching)
    file = tmp_path / "study"
    for stop_after in (3, 9, 14):
        part = Study(searching, file)
        part.run(Here, stopped=lambda part=part, n=stop_after: len(part.records) >= n)
    searched(searching, file)
    assert table(load(file).records) == table(whole.records)
    assert [s.ranges for s in load(file).stages] == [s.ranges for s in whole.stages]


def test_the_table_does_not_depend_on_the_number_of_workers():
    searching = plan(strategy="tpe", pruning="median")
    data = TrainingData(searching.experiment)
    tables = [table(searched(searching).records)]
    for jobs in (1, 2, 8):
        study = Study(searching)
        with local_processes(jobs, data, lambda record: None) as make:
            study.run(make)
        tables.append(table(study.records))
    assert all(each == tables[0] for each in tables)


def test_a_worker_that_dies_is_replaced_and_its_trial_run_again():
    searching, deaths = plan(), []
    study = Study(searching)

    def kill_one(record: TrialRecord) -> None:
        if not deaths:
            pool = pools[-1]
            victim = next(iter(pool._processes))
            os.kill(victim, signal.SIGKILL)
            deaths.append(victim)

    pools = []
    with local_processes(2, TrainingData(searching.experiment), lambda record: None) as make:

        def remembered():
            pools.append(make())
            return pools[-1]

        study.run(remembered, kill_one)
    assert deaths and table(study.records) == table(searched(searching).records)


def test_a_trial_whose_workers_always_die_is_given_up():
    class Deadly(Here):
        def submit(self, fn, /, *args, **kwargs):
            future = super().submit(fn, *args, **kwargs)
            if args[0].index == 2:
                future = type(future)()
                future.set_exception(BrokenProcessPool("the worker was killed"))
            return future

    study = Study(plan())
    study.run(Deadly)
    assert study.records[2].state == "failed" and "died" in study.records[2].message
    assert len(study.records) == 12


def test_killed_at_any_moment_a_search_resumes_and_loses_only_what_was_running(tmp_path):
    file = tmp_path / "study"
    command = [sys.executable, "-m", "playground", "search", "--bundled", "--study", str(file)]
    command += ["--trials", "40", "--epochs", "3", "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not (file.exists() and b'"record"' in file.read_bytes()):
            pass
    finally:
        process.kill()
        process.wait()
    kept = load(file)
    before = table(kept.records)
    assert before
    kept.run(Here)
    assert len(kept.records) == 40
    assert [row for row in table(kept.records) if row[0] in {r[0] for r in before}] == before


def test_a_study_of_another_search_is_not_mixed_up(tmp_path):
    file = tmp_path / "study"
    searched(plan(), file)
    with pytest.raises(SearchError, match=r"another search .*seed"):
        Study(plan(seed=2), file)
    (tmp_path / "text").write_text("not a journal\n")
    with pytest.raises(SearchError, match="is not a study"):
        load(tmp_path / "text")
    with pytest.raises(SearchError, match="no such study"):
        load(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ranges": ()}, "nothing varies"),
        ({"strategy": "luck"}, "unknown strategy"),
        ({"trials": 0}, "1 to 10,000"),
        ({"trials": 1_000, "stages": 11}, "1 to 10,000"),
        (
            {"experiment": replace(EXPERIMENT, data=DataSpec(Spiral(), validation=0))},
            "validation data",
        ),
        ({"experiment": replace(EXPERIMENT, data=DataSpec(Plane()))}, "no accuracy"),
        ({"ranges": (Range("data.dataset", "choice", choices=("circle", "plane")),)}, "by loss"),
    ],
)
def test_a_plan_that_cannot_be_searched_says_why(changes, says):
    with pytest.raises(SearchError, match=says):
        Study(replace(plan(), **changes))


def test_pruning_compares_with_the_median_of_earlier_trials():
    known = [
        TrialRecord(i, 0, {}, validation_accuracy=tuple([i / 10] * 8), validation_loss=(0.0,) * 8)
        for i in range(5)
    ]
    assert bounds(known, plan(pruning="median")) == dict.fromkeys(range(1, 8), 0.2)
    assert set(bounds(known, plan(pruning="halving"))) == {1, 2, 4}
    assert bounds(known[:4], plan(pruning="median")) == {}
    assert bounds(known, plan()) == {}


def test_the_best_in_words_and_what_is_not_shown():
    records = [
        TrialRecord(0, 0, {RATE.path: 0.0092}, score=0.83, standard_error=0.04),
        TrialRecord(1, 0, {RATE.path: 0.01}, score=0.80, standard_error=0.04),
        TrialRecord(2, 0, {RATE.path: 1.0}, state="diverged"),
    ]
    searching = replace(plan(), ranges=(RATE,))
    assert best_lines(records[:2], searching) == [
        "Best-1 (val acc 0.83) | lr 0.0092",
        "Best-2 (val acc 0.80) | lr 0.01",
    ]
    close = Range("training.optimizer.beta2", "linear", 0.9, 0.9999)
    records.append(TrialRecord(3, 0, {close.path: 0.9999}, score=0.5))
    assert best_lines(records[3:], replace(plan(), ranges=(close,), score="loss")) == [
        "Best-1 (val loss 0.5000) | beta2 0.9999"
    ]
    units = [Range(f"network.hidden[{i}].units", "int", 4, 64) for i in range(2)]
    record = TrialRecord(4, 0, {units[0].path: 8, units[1].path: 16}, score=0.5)
    assert best_lines([record], replace(plan(), ranges=tuple(units))) == [
        "Best-1 (val acc 0.50) | layer 1 units 8, layer 2 units 16"
    ]


def test_what_is_not_shown_is_counted_by_what_became_of_it():
    records = [
        TrialRecord(0, 0, {RATE.path: 0.0092}, score=0.83, standard_error=0.04),
        TrialRecord(1, 0, {RATE.path: 0.01}, score=0.80, standard_error=0.04),
        TrialRecord(2, 0, {RATE.path: 1.0}, state="diverged"),
    ]
    assert ties(records[:2], "accuracy") == 2
    assert "2 trials lie within one standard error" in noise_sentence(records[:2], plan())
    assert counts_sentence(records, 2) == "3 trials: 2 shown, 1 not shown (1 diverged)"
    assert counts_sentence([*records, TrialRecord(3, 0, {})], 1) == (
        "4 trials: 1 shown, 3 not shown (1 with lower scores, 1 diverged, 1 without a score)"
    )


def test_the_best_are_repeated_once_and_scored_on_test_data(tmp_path):
    experiment = replace(EXPERIMENT, data=replace(EXPERIMENT.data, test=0.2))
    searching = replace(plan(), experiment=experiment)
    study = searched(searching, tmp_path / "study")
    repeated = study.repeat(Here)
    assert len(repeated) == 5 and all(len(each.scores) == 3 for each in repeated)
    assert all(0 <= each.test_mean <= 1 for each in repeated)
    again = Here()
    assert load(tmp_path / "study").repeat(lambda: again) == repeated and not again.submitted


@pytest.mark.parametrize(("score", "order"), [("accuracy", [2, 0, 1]), ("loss", [0, 2, 1])])
def test_repeated_trials_come_in_the_order_of_their_means(score, order):
    best = [TrialRecord(i, 0, {}) for i in range(3)]
    scores = [0.9, 0.95, 0.94] + 3 * [math.nan] + [1.0, 1.0, 0.99]
    runs = [TrialRecord(i, 0, {}, score=s, test_score=s) for i, s in enumerate(scores)]
    assert [each.record.index for each in gathered(best, runs, score)] == order


def test_the_test_data_are_not_looked_at_before_the_search_is_over():
    study, asked = Study(plan(strategy="tpe")), Here()
    study.run(Here, stopped=lambda: len(study.records) >= 6)
    assert study.ranked() and not study.repeat(lambda: asked) and not asked.submitted
    study.run(Here)
    assert study.repeat(lambda: asked)


ROOT = Path(__file__).resolve().parents[3]
ALONE = """
import sys
from tests.core.search.test_study import test_importance_finds_the_setting_that_matters as test
test()
assert "sklearn" not in sys.modules
"""


def test_importance_does_not_load_what_it_does_not_use():
    subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, check=True)


def test_importance_finds_the_setting_that_matters():
    searching = replace(
        plan(), ranges=(RATE, Range("network.dropout", "linear", 0, 0.01)), trials=40
    )
    importances = searched(searching).importances()
    assert importances[RATE.path] > 0.8
    assert sum(importances.values()) == pytest.approx(1)


def test_the_lecture_searches_a_deep_network_on_500_pictures():
    searching = lecture(bundled=True)
    spec = searching.experiment
    data = TrainingData(spec)
    assert (len(data.part("train")), len(data.part("validation"))) == (400, 100)
    assert [block.units for block in spec.network.hidden] == [100] * 6  # type: ignore[attr-defined]
    assert [str(each) for each in searching.ranges] == ["log:1e-06..0.01", "log:1e-08..0.0001"]


def test_the_command_line_offers_what_there_is():
    assert tuple(STRATEGIES) == OFFERED_STRATEGIES and tuple(PRUNING) == OFFERED_PRUNING
