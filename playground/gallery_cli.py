"""`playground gallery`: runs the experiments of the lectures without a screen and checks them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from core.base.translation import Message, tr
from playground.columns import listed
from playground.exits import DONE, FAILED, about_file, fail, folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.gallery.experiment import Experiment
    from core.gallery.results import Results
    from core.gallery.seeds import Request
    from playground.progress import ProgressBar

    Take = Callable[[Results], None]

ALL = "all"


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `gallery` and its actions."""
    gallery = commands.add_parser("gallery", help=tr("run and check the lectures' experiments"))
    actions = gallery.add_subparsers(title=tr("actions"), metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=tr("list the experiments"))
    listing.set_defaults(run=_list)
    pictures = actions.add_parser(
        "pictures",
        help=tr("record the images and timings of the gallery's cards again"),
        description=tr(
            "Run every experiment once, on all its data sets that are on this computer, "
            "and record the image and the time that its card in the window shows."
        ),
    )
    pictures.set_defaults(run=_pictures)
    run = actions.add_parser(
        "run",
        help=tr("run experiments"),
        description=tr(
            "Run experiments and print their tables. MNIST is used if it is on this "
            "computer, otherwise data that come with the application. Exit status: 0 done, "
            "1 a check failed, 2 bad input, 130 stopped by Ctrl+C."
        ),
    )
    run.add_argument(
        "names", nargs="+", metavar="NAME", help=tr("experiments, or {name!r}", name=ALL)
    )
    run.add_argument(
        "--check", action="store_true", help=tr("compare what was expected with what was measured")
    )
    run.add_argument(
        "--seeds", type=_seeds, default=(), metavar="K", help=tr("average over K seeds")
    )
    run.add_argument(
        "--bundled",
        action="store_true",
        help=tr("use data that come with the application even where MNIST is available"),
    )
    run.add_argument(
        "--out",
        type=folder,
        metavar="DIR",
        help=tr("write results.json, curves.csv, layers.csv and the experiments into DIR/NAME"),
    )
    run.add_argument(
        "--jobs", type=_count, default=1, metavar="N", help=tr("processes that share the seeds (1)")
    )
    run.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help=tr("run on the Dask cluster with this scheduler"),
    )
    run.add_argument("--json", action="store_true", help=tr("print the results as JSON"))
    run.set_defaults(run=_run)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(
            tr("must be a number from 1 to 1000, not {text!r}", text=text)
        )
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(
            tr("must be a number of seeds from 1 to 1000, not {text!r}", text=text)
        )
    return tuple(range(1, int(text) + 1))


def _list(options: argparse.Namespace) -> int:
    from core.gallery import GALLERY

    for line in listed([(k, f"{tr(e.title)}: {tr(e.question)}") for k, e in GALLERY.items()]):
        print(line)
    return DONE


def _pictures(options: argparse.Namespace) -> int:
    from core.data import DataError
    from core.gallery.recording import PATH, record_all
    from playground.progress import ProgressBar

    bar = ProgressBar(sys.stderr)
    try:
        record_all(bar.show)
    except DataError as error:
        return fail([str(error)])
    except OSError as error:
        return fail([about_file(error)])
    finally:
        bar.clear()
    print(PATH)
    return DONE


def _run(options: argparse.Namespace) -> int:
    from core.base.errors import UserError

    try:
        chosen = _chosen(options.names)
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
        passed, results = _run_all(chosen, options)
    except KeyError as error:
        return fail([error.args[0]])
    except UserError as error:
        return fail([str(error)])
    except OSError as error:
        return fail([about_file(error)])
    if options.json:
        report = {"passed": passed, "experiments": results}
        print(json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False))
    return DONE if passed or not options.check else FAILED


def _chosen(names: list[str]) -> list[Experiment]:
    from core.gallery import GALLERY, experiment

    if ALL in names:
        return list(GALLERY.values())
    return [experiment(name) for name in dict.fromkeys(names)]


def _run_all(chosen: list[Experiment], options: argparse.Namespace) -> tuple[bool, list]:
    """Run all, here or in other processes; return whether all checks hold, and the plain data."""
    from core.gallery.engine import data_for
    from core.gallery.results import check
    from core.gallery.seeds import Request
    from playground.gallery_report import plain, show, write
    from playground.progress import ProgressBar

    passed, reports = True, []
    bar = ProgressBar(sys.stderr)

    def take(results: Results) -> None:
        nonlocal passed
        passed = passed and all(finding.ok for finding in check(results))
        reports.append(plain(results))
        bar.clear()
        if options.out:
            write(results, options.out / results.experiment.key)
        if not options.json:
            show(results, options.check)

    requests = [
        Request(each, data_for(each, options.bundled), options.seeds or each.seeds)
        for each in chosen
    ]
    try:
        if options.cluster or options.jobs > 1:
            _run_elsewhere(requests, options, take, bar)
        else:
            _run_here(requests, take, bar)
    finally:
        bar.clear()
    return passed, reports


def _run_here(requests: list[Request], take: Take, bar: ProgressBar) -> None:
    """Run one experiment and one seed after the other."""
    from core.gallery.engine import run

    for number, request in enumerate(requests):

        def progress(share: float, text: str, number: int = number) -> None:
            bar.show((number + share) / len(requests), text)

        take(run(*request, progress))


def _run_elsewhere(
    requests: list[Request], options: argparse.Namespace, take: Take, bar: ProgressBar
) -> None:
    """Run every seed of every experiment as a task of its own, like the trials of a search."""
    from core.gallery.seeds import SeedRuns
    from core.worker.executors import executors

    runs = SeedRuns(requests, take, bar.show)
    with executors(
        options.jobs, options.cluster, None, runs.watch, Message("Running the gallery")
    ) as make:
        runs.run(make)
