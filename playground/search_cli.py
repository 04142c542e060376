"""`playground search`: hyperparameter search without a screen, locally or on a cluster."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.translation import Message, tr
from playground.exits import (
    DONE,
    FAILED,
    INTERRUPTED,
    about_file,
    at_least_one,
    fail,
    file,
    folder,
    note,
)
from playground.interruption import Interruption
from playground.settings import experiment, with_settings, with_task

if TYPE_CHECKING:
    from core.search.plan import SearchPlan
    from core.search.study import Study

# The choices of core.search.plan, which is not loaded for --help; a test compares the two.
STRATEGIES = ("random", "grid", "quasi-random", "tpe")
PRUNING = ("none", "median", "halving")
DEFAULT_EPOCHS = 50


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `search`."""
    search = commands.add_parser(
        "search",
        help=tr("search for hyperparameters"),
        description=tr(
            "Train many variants of an experiment and rank them by their validation score. "
            "Without FILE and --vary it is the lecture's search: learning rate and weight "
            "decay of a deep ReLU network on 500 pictures. Ctrl+C stops; with --study the "
            "same command resumes it. Exit status: 0 done, 1 no trial has a score, 2 bad "
            "input, 130 stopped by Ctrl+C."
        ),
    )
    search.add_argument("file", nargs="?", type=Path, metavar="FILE", help=tr("experiment (JSON)"))
    search.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="PATH=RANGE",
        help=tr(
            "a setting and its range: training.optimizer.learning_rate=log:1e-6..1e-2, "
            "network.dropout=linear:0..0.5, network.hidden[0].units=int:8..128, "
            "network.activation=choice:relu,tanh; may be repeated"
        ),
    )
    search.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help=tr("change a setting of the experiment that all trials share; may be repeated"),
    )
    search.add_argument("--trials", type=int, metavar="N", help=tr("trials per stage (100)"))
    count = at_least_one(tr("must be a whole number, at least 1"))
    search.add_argument("--epochs", type=count, metavar="N", help=tr("epochs per trial"))
    search.add_argument("--strategy", choices=STRATEGIES, help=tr("how trials are drawn (random)"))
    search.add_argument("--pruning", choices=PRUNING, help=tr("whether trials end early (none)"))
    search.add_argument(
        "--narrow", type=int, metavar="K", help=tr("narrow the ranges and search again, K times")
    )
    search.add_argument("--score", choices=("accuracy", "loss"), help=tr("what ranks the trials"))
    search.add_argument("--seed", type=int, metavar="S", help=tr("seed of the draws (1)"))
    search.add_argument(
        "--jobs", type=count, default=2, metavar="N", help=tr("local processes (2)")
    )
    search.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help=tr("run on the Dask cluster with this scheduler instead"),
    )
    search.add_argument(
        "--minutes", type=_minutes, metavar="M", help=tr("stop after this many minutes")
    )
    search.add_argument(
        "--study", type=file, metavar="FILE", help=tr("keep the study in this file, or resume it")
    )
    search.add_argument(
        "--repeat",
        action="store_true",
        help=tr("train the best 5 again with 3 seeds each, and score them once on the test data"),
    )
    search.add_argument("--bundled", action="store_true", help=tr("search on the bundled digits"))
    search.add_argument(
        "--out",
        type=folder,
        metavar="DIR",
        help=tr("write trials.csv, curves.csv and best.json to this folder"),
    )
    search.add_argument("--json", action="store_true", help=tr("print the results as JSON"))
    search.set_defaults(run=_search)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not (math.isfinite(minutes) and minutes > 0):
        raise argparse.ArgumentTypeError(tr("must be a number of minutes above 0"))
    return minutes


def _search(options: argparse.Namespace) -> int:
    from core.base.errors import UserError
    from core.experiment.reading import SpecError

    try:
        study = _study(options)
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
        stopped = _run(study, options)
        if options.out:
            _write(study, options.out)
    except SpecError as error:
        return fail(error.problems)
    except UserError as error:
        return fail(tr(str(error)).splitlines())
    except OSError as error:
        return fail([about_file(error)])
    if stopped:
        return INTERRUPTED
    return DONE if study.ranked() else FAILED


def _study(options: argparse.Namespace) -> Study:
    """The study in the file, or a new one. A plan that is not that of the file is refused."""
    from core.search.study import Study, load

    described = (options.file, options.vary, options.settings)
    if options.study and options.study.exists() and not any(described):
        stored = load(options.study)
        plan = _resumed(stored.plan, options)
        return stored if plan == stored.plan else Study(plan, options.study)
    return Study(_plan(options), options.study)


def _resumed(stored: SearchPlan, options: argparse.Namespace) -> SearchPlan:
    """The plan of a study with what the command line asks for in place of it."""
    from core.search.plan import with_epochs
    from core.search.presets import lecture

    plan = stored
    if options.bundled:
        epochs = stored.experiment.training.max_epochs
        plan = replace(plan, experiment=with_epochs(lecture(bundled=True).experiment, epochs))
    return _with_options(plan, options)


def _plan(options: argparse.Namespace) -> SearchPlan:
    """The plan given on the command line."""
    from core.experiment.serialization import to_dict
    from core.experiment.space import SearchError, parse_range
    from core.search.plan import score_for, with_epochs
    from core.search.presets import lecture

    base = lecture(options.bundled)
    if not (options.file or options.vary):
        spec = with_settings(to_dict(base.experiment), options.settings)
    elif options.bundled:
        raise SearchError(
            Message("--bundled: concerns the lecture's search, which has neither FILE nor --vary")
        )
    else:
        spec = experiment(options.file, options.settings)
    spec = with_task(spec)
    if spec.training.patience:
        note(tr("training.patience is left out: every trial trains for all its epochs"))
    spec = with_epochs(spec, spec.training.max_epochs or DEFAULT_EPOCHS)
    ranges = tuple(parse_range(text) for text in options.vary) or base.ranges
    plan = replace(base, experiment=spec, ranges=ranges, score=score_for(spec))
    return _with_options(plan, options)


def _with_options(plan: SearchPlan, options: argparse.Namespace) -> SearchPlan:
    """The plan with the options that are given."""
    from core.search.plan import with_epochs

    named = ("trials", "strategy", "pruning", "score", "seed")
    given = {name: getattr(options, name) for name in named if getattr(options, name) is not None}
    if options.narrow is not None:
        given["stages"] = 1 + options.narrow
    if options.epochs is not None:
        given["experiment"] = with_epochs(plan.experiment, options.epochs)
    return replace(plan, **given)


def _run(study: Study, options: argparse.Namespace) -> bool:
    """Search and print the results; return whether the search was stopped early."""
    from tqdm import tqdm

    from core.training.training_data import TrainingData
    from core.worker.executors import executors

    plan = study.plan
    total = plan.budget
    data = TrainingData(plan.experiment)
    plan.validate_task(data.split.train.task)
    quiet = not sys.stderr.isatty()
    with (
        Interruption() as interruption,
        tqdm(total=total, initial=len(study.records), unit=tr("trial"), disable=quiet) as bar,
        executors(options.jobs, options.cluster, data) as make,
    ):
        ends = time.monotonic() + 60 * options.minutes if options.minutes is not None else math.inf
        study.run(
            make,
            lambda record: _step(bar, study),
            lambda: interruption.asked() or time.monotonic() >= ends,
        )
        bar.close()
        repeated = study.repeat(make, stopped=interruption.asked) if options.repeat else []
        stopped = interruption.asked()
    if options.repeat and not study.finished:
        note(tr("--repeat: the best trials are repeated only when all trials are over"))
    if options.json:
        print(json.dumps(_plain(study, repeated), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _say(study, repeated)
    return stopped


def _step(bar: Any, study: Study) -> None:
    best = study.ranked()
    if best:
        bar.set_postfix_str(tr("best {score:.3g}", score=best[0].score), refresh=False)
    bar.update()


def _say(study: Study, repeated: list[Any]) -> None:
    from core.search import summary

    plan, ranked = study.plan, study.ranked()
    for number, stage in enumerate(study.stages[1:], 2):
        print(tr("Stage {number}:", number=number))
        for change in stage.narrowings:
            print(f"  {tr(summary.change_text(change))}")
    for line in summary.best_lines(ranked, plan):
        print(tr(line))
    print(tr(summary.counts_sentence(study.records, min(len(ranked), summary.BEST))))
    if sentence := summary.noise_sentence(ranked, plan):
        print(tr(sentence))
    for warning in summary.border_sentences(study.next_ranges()):
        print(tr(warning))
    for path, share in study.importances().items():
        name = tr(summary.short_name(path))
        print(tr("importance {share:.2f}  {name}", share=share, name=name))
    for each in repeated:
        print(tr(each.text(plan)))
    if repeated:
        print(tr(summary.SELECTION_BIAS))


def _plain(study: Study, repeated: list[Any]) -> dict[str, Any]:
    return {
        "plan": study.plan.to_dict(),
        "stages": [[f"{r.path}={r}" for r in stage.ranges] for stage in study.stages],
        "trials": [record.to_dict() for record in study.records],
        "best": [record.index for record in study.ranked()],
        "importances": study.importances(),
        "repeated": [
            {
                "index": e.record.index,
                "scores": e.scores,
                "test_scores": [s if s == s else None for s in e.test_scores],
                "diverged": e.diverged,
            }
            for e in repeated
        ],
    }


def _write(study: Study, folder: Path) -> None:
    from core.experiment.files import replacing, write_experiment
    from core.search.summary import experiment_of

    paths = [each.path for each in study.plan.ranges]
    head = ["trial", "stage", "state", "score", "standard_error", "epochs", *paths]
    rows = [
        [r.index, r.stage, r.state, r.score, r.standard_error, r.epochs]
        + [r.parameters[path] for path in paths]
        for r in study.records
    ]
    _write_csv(folder / "trials.csv", head, rows)
    curves = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    points = [
        [record.index, epoch + 1, *(getattr(record, name)[epoch] for name in curves)]
        for record in study.records
        for epoch in range(record.epochs)
    ]
    _write_csv(folder / "curves.csv", ["trial", "epoch", *curves], points)
    if best := study.ranked():
        with replacing(folder / "best.json") as part:
            write_experiment(part, experiment_of(best[0], study.plan))


def _write_csv(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    from core.experiment.files import replacing

    with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
