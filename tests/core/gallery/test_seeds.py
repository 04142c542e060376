"""Seeds of the gallery on executors: the results are those of one process; searches as runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.experiment.sampling import drawn
from core.experiment.space import Range, with_parameters
from core.gallery import figures
from core.gallery.engine import GalleryJob, run
from core.gallery.experiment import Experiment, Plan, Search, Variant
from core.gallery.experiments.building import classifier, pictures, variant
from core.gallery.results import Results, spread_shown
from core.gallery.seeds import Request, SeedRuns, SeedTask
from core.training.trainer import Trainer
from core.worker.executors import local_processes
from playground.__main__ import main

BASE = classifier(pictures("digits", 150, 100), (8,), batch=50, epochs=2)
RATE = Range("training.optimizer.learning_rate", "log", 1e-3, 1.0)


def experiment_of(*variants: Variant, key: str = "small") -> Experiment:
    plan = Plan(tuple(variants), (figures.TEST,), ())
    return Experiment(key, "Small", "Is it?", "This.", "x", (), {"digits": plan}, (1, 2, 3))


def search(strategy: str = "random", trials: int = 4, stages: int = 1) -> Variant:
    return Variant("search", BASE, search=Search((RATE,), strategy, trials, stages))


def table(results: Results) -> list:
    return [
        (row.label, row.iterations, [spread_shown(cell) for cell in row.cells])
        for row in results.table()
    ]


def test_seeds_in_processes_give_what_one_process_gives():
    first = experiment_of(variant(BASE, "a", {}), variant(BASE, "b", {"network.dropout": 0.5}))
    second = experiment_of(search(), key="other")
    requests = [Request(first, "digits", (1, 2)), Request(second, "digits", (3,))]
    expected = [table(run(*request)) for request in requests]
    shares: list[float] = []
    found: list[Results] = []
    runs = SeedRuns(requests, found.append, lambda share, text: shares.append(share))
    with local_processes(2, None, runs.watch) as make:
        assert runs.run(make)
    assert [table(results) for results in found] == expected
    assert [results.seeds for results in found] == [(1, 2), (3,)]
    assert shares and all(0 <= share <= 1 for share in shares)


def test_results_come_in_the_order_that_was_asked_for():
    names = ("one", "two", "three")
    requests = [
        Request(experiment_of(variant(BASE, "a", {}), key=name), "digits", (1,)) for name in names
    ]
    found: list[Results] = []
    runs = SeedRuns(requests, found.append)
    tasks = [SeedTask(i, GalleryJob.of(*request)) for i, request in enumerate(requests)]
    for index in (2, 0, 1):
        result = tasks[index].run(None, lambda make: False)
        assert result is not None
        runs._keep(result)
    assert [results.experiment.key for results in found] == list(names)


def test_the_command_line_takes_processes_and_says_the_same(capsys):
    def checks(*more: str) -> list[str]:
        assert (
            main(["gallery", "run", "zigzag", "--bundled", "--check", "--seeds", "2", *more]) == 0
        )
        return [line for line in capsys.readouterr().out.splitlines() if "measured" in line]

    assert len(checks()) > 1 and checks("--jobs", "2") == checks()


# Searches as runs


def test_a_search_takes_its_best_trial():
    results = run(experiment_of(search()), "digits", (1,))
    outcome = results.outcomes["search"][0]
    losses = []
    for index in range(4):
        spec = with_parameters(replace(BASE, seed=1), drawn("random", (RATE,), 4, 1, index))
        trainer = Trainer(spec)
        trainer.advance(6)
        score = trainer.evaluate()
        assert score is not None
        losses.append((score.loss, trainer.evaluate("test")))
    best = min(losses, key=lambda each: each[0])
    assert outcome.final["test"] == best[1]
    assert outcome.iterations == 4 * 6
    assert [s.iteration for s in outcome.validation] == [6, 12, 18, 24]
    assert [s.loss for s in outcome.validation] == list(
        np.minimum.accumulate([loss for loss, _ in losses])
    )


def test_a_grid_tries_few_values_and_random_draws_try_many():
    ranges = (RATE, Range("network.dropout", "linear", 0.0, 0.5))
    runs = {
        strategy: Variant(strategy, BASE, search=Search(ranges, strategy, 9))
        for strategy in ("grid", "random")
    }
    outcomes = run(experiment_of(*runs.values()), "digits", (1,)).outcomes
    assert outcomes["grid"][0].probes["values"] == 3
    assert outcomes["random"][0].probes["values"] == 9


def test_a_later_stage_draws_from_narrower_ranges(monkeypatch):
    from core.gallery import search_run

    seen = []

    def noted(strategy, ranges, *rest):
        seen.append(ranges[0])
        return drawn(strategy, ranges, *rest)

    monkeypatch.setattr(search_run, "drawn", noted)
    run(experiment_of(search(trials=5, stages=2)), "digits", (1,))
    assert seen[:5] == [RATE] * 5 and len(set(seen[5:])) == 1 and seen[5] != RATE


def test_a_search_of_nothing_but_divergence_is_told():
    wild = Range(RATE.path, "log", 1e8, 1e9)
    variant_ = Variant("search", BASE, search=Search((wild,), "random", 2))
    results = run(experiment_of(variant_), "digits", (1,))
    assert results.outcomes["search"][0].status == "diverged"
    assert results.table()[0].diverged == 1
