"""The command line: everything that works without a screen.

Each command imports only what it needs, so that `--help` is fast.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.translation import Message, tr
from playground import (
    __version__,
    check_cli,
    code_cli,
    data_cli,
    desktop_cli,
    gallery_cli,
    lab_cli,
    lesson_cli,
    predict_cli,
    search_cli,
)
from playground.exits import (
    DONE,
    FAILED,
    INTERRUPTED,
    about_file,
    ended,
    fail,
    folder,
    note,
    prepare_streams,
)
from playground.interruption import Interruption
from playground.settings import DEFAULT_EPOCHS, experiment, with_task

if TYPE_CHECKING:
    from playground.headless import Recording

COMMANDS = (
    "train",
    "predict",
    "gallery",
    "lab",
    "lesson",
    "search",
    "data",
    "code",
    "catalogue",
    "check",
    "install-desktop",
)
OPTIONS = ("--version", "-h", "--help")

# Names of the metrics in the report.
NAMES = {"loss": Message("loss"), "accuracy": Message("accuracy"), "r2": "R²", "rmse": "RMSE"}
PARTS = {
    "train": Message("train"),
    "validation": Message("validation"),
    "test": Message("test"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    prepare_streams()
    return ended(lambda: _run(arguments))


def _run(arguments: list[str] | None) -> int:
    options = _parser().parse_args(arguments)
    return options.run(options)


def no_command(word: str) -> str:
    """The message about a word that is neither a command nor a file, with the most similar command
    or all commands."""
    if near := difflib.get_close_matches(word, COMMANDS, n=1):
        return tr(
            "there is no command or file {word!r}; did you mean {near!r}?", word=word, near=near[0]
        )
    return tr(
        "there is no command or file {word!r} (commands: {commands})",
        word=word,
        commands=", ".join(COMMANDS),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="playground",
        description=tr(
            "Train small neural networks and see inside them while they learn. Without a "
            "command the window opens, with what FILE or LINK describes where one is given."
        ),
        usage="playground [FILE|LINK] [--data FILE] [--target COLUMN] [--theme system|light|dark] "
        "[--run]\n       playground COMMAND …",
    )
    parser.add_argument("--version", action="version", version=f"playground {__version__}")
    commands = parser.add_subparsers(
        title=tr("commands"), metavar="COMMAND", required=True, prog="playground"
    )
    train = commands.add_parser(
        "train",
        help=tr("train an experiment without a screen"),
        description=tr(
            "Train an experiment without a screen. Ctrl+C stops early and keeps what was "
            "recorded. Exit status: 0 done, 1 the run diverged, 2 bad input, 130 stopped "
            "by Ctrl+C."
        ),
    )
    train.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help=tr("an experiment (JSON), or data to train on, as with --data"),
    )
    train.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help=tr("train on a table (CSV, TSV, Excel, Parquet) or a NumPy archive (npz)"),
    )
    train.add_argument(
        "--target",
        metavar="COLUMN",
        help=tr("the column of --data to predict (the last one if not given)"),
    )
    train.add_argument(
        "--inputs", metavar="COLUMNS", help=tr("use only these columns, separated by commas")
    )
    train.add_argument(
        "--exclude", metavar="COLUMNS", help=tr("leave these columns out, separated by commas")
    )
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help=tr(
            "change a setting: network.activation=tanh, network.hidden=[100,100], "
            "training.optimizer.learning_rate=0.1 (see `playground catalogue`); may be "
            "repeated"
        ),
    )
    train.add_argument(
        "--epochs",
        metavar="N",
        help=tr(
            "stop after N epochs; 0 evaluates the untrained network (where the experiment "
            "has no end of its own: {count})",
            count=DEFAULT_EPOCHS,
        ),
    )
    train.add_argument("--seed", metavar="S", help=tr("seed of every random number"))
    train.add_argument(
        "--out",
        type=folder,
        metavar="DIR",
        help=tr(
            "write trained.model, weights.npz, curves.csv, metrics.json and experiment.json there"
        ),
    )
    train.add_argument("--json", action="store_true", help=tr("print the final metrics as JSON"))
    train.set_defaults(run=_train)
    gallery_cli.add_commands(commands)
    lab_cli.add_commands(commands)
    lesson_cli.add_commands(commands)
    search_cli.add_commands(commands)
    data_cli.add_commands(commands)
    predict_cli.add_command(commands)
    check_cli.add_command(commands)
    desktop_cli.add_command(commands)
    code_cli.add_command(commands)
    catalogue = commands.add_parser(
        "catalogue", help=tr("print all entries and settings as Markdown")
    )
    catalogue.set_defaults(run=_catalogue)
    return parser


def _catalogue(options: argparse.Namespace) -> int:
    from core.experiment.reference import markdown

    print(markdown(), end="")
    return DONE


def _train(options: argparse.Namespace) -> int:
    from core.data import DataError
    from core.experiment.reading import SpecError
    from playground.headless import Progress, prepare_folder, run

    try:
        options.file, options.data = _files(options)
        spec = experiment(options.file, _data_settings(options) + _overrides(options))
        spec = with_task(spec)
        if options.out:
            prepare_folder(options.out)
        with Interruption() as interruption:
            untrained = options.epochs is not None and options.epochs.strip() == "0"
            recording = run(spec, interruption.asked, Progress(sys.stderr), untrained)
            interruption.start_writing()
            problem = _write(recording, options.out) if options.out else ""
    except SpecError as error:
        return fail(error.problems)
    except OSError as error:
        return fail([about_file(error)])
    except DataError as error:
        return fail([str(error)])
    except MemoryError:
        return fail([tr("there is not enough memory for this experiment")], FAILED)
    if options.json:
        print(json.dumps(recording.metrics(), indent=2, ensure_ascii=False, allow_nan=False))
    elif recording.status != "diverged":
        _report(recording.metrics(), None if problem else options.out)
    if problem:
        return fail([problem], FAILED)
    if recording.status == "diverged":
        return fail([recording.reason], FAILED)
    return INTERRUPTED if recording.status == "interrupted" else DONE


def _write(recording: Recording, folder: Path) -> str:
    """Write what was recorded; return an error message, "" on success."""
    from playground.headless import write

    if recording.status == "interrupted":
        note(tr("stopped; writing to {folder} …", folder=folder))
    try:
        write(recording, folder)
    except OSError as error:
        return about_file(error)
    return ""


def _files(options: argparse.Namespace) -> tuple[Path | None, Path | None]:
    """The experiment and the data. A table or archive in the experiment's place is the data."""
    from core.data.user_files import is_data_file

    if options.file and options.data is None and is_data_file(options.file):
        return None, options.file
    return options.file, options.data


def _data_settings(options: argparse.Namespace) -> list[str]:
    """The file given with --data and the options about it as settings. Raises `SpecError`."""
    from core.experiment.reading import SpecError

    given = {name: getattr(options, name) for name in ("target", "inputs", "exclude")}
    given = {name: value for name, value in given.items() if value is not None}
    if options.data is None:
        if given:
            raise SpecError(
                [tr("--{name}: concerns the file given with --data", name=name) for name in given]
            )
        return []
    from core.data.user_files import absolute

    plain = {"key": "table", "path": str(absolute(options.data))} | given
    return [f"data.dataset={json.dumps(plain)}"]


def _overrides(options: argparse.Namespace) -> list[str]:
    """The settings given on the command line as PATH=VALUE, those that take precedence last."""
    settings = list(options.settings)
    if options.epochs is not None:
        settings.append(f"training.max_epochs={options.epochs}")
    if options.seed is not None:
        settings.append(f"seed={options.seed}")
    return settings


def _report(metrics: dict[str, Any], folder: Path | None) -> None:
    print(
        tr(
            "{reason}: {count:,} iteration in {seconds:.1f} s",
            "{reason}: {count:,} iterations in {seconds:.1f} s",
            reason=metrics["reason"],
            count=metrics["iterations"],
            seconds=metrics["seconds"],
        )
    )
    for part, label in PARTS.items():
        figures = metrics[part] or {}
        shown = [
            f"{tr(NAMES[name])} {value:.4g}"
            for name, value in figures.items()
            if name in NAMES and value is not None
        ]
        if shown:
            print(f"{tr(label)}: {', '.join(shown)}")
    if folder:
        print(tr("written to {folder}", folder=folder))
