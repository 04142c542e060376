"""The checks of an installation that need no window; `playground.window_check` has the others."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from core.base.extras import MissingExtra, require
from playground import __version__
from playground.desktop_cli import own_command
from playground.findings import WINDOW_CHECK, Finding, from_json

# Steps that count as training, and how long they may take.
STEPS, TRAINING_SECONDS = 100, 60.0
WINDOW_SECONDS = 120.0
COLUMNS = {"x": [0.0, 1.0, 2.0, 3.0], "y": [0.5, 1.5, 2.5, 3.5]}


def all_findings() -> list[Finding]:
    """Everything that can be checked; takes some seconds."""
    essential = [("resources", _resources), ("folders", _folders), ("training", _training)]
    return [
        Finding("version", "ok", versions()),
        *(_tried(part, check) for part, check in essential),
        *window_findings(own_command()),
        *optional_findings(),
    ]


def versions() -> str:
    """The versions of the application and of what it runs on, and where it is."""
    frozen = ", packaged" if getattr(sys, "frozen", False) else ""
    parts = [
        f"Training Playground {__version__}{frozen}",
        f"Python {platform.python_version()}",
        platform.platform(),
        str(Path(__file__).resolve().parents[1]),
    ]
    return ", ".join(parts)


def _tried(part: str, check: Callable[[], str]) -> Finding:
    """What a check returns as detail, or why it failed."""
    try:
        return Finding(part, "ok", check())
    except MissingExtra as error:
        return Finding(part, "missing", str(error))
    except Exception as error:
        return Finding(part, "failed", f"{type(error).__name__}: {error}")


def _resources() -> str:
    """Raises what reading them raises."""
    import numpy as np

    from core.base.translation import ENGLISH, FOLDER, LANGUAGES
    from core.codegen.export import TEMPLATES
    from core.data.digits import Digits
    from core.gallery.recording import PATH

    pictures = Digits().samples(np.random.default_rng(0)).inputs
    templates = sorted(TEMPLATES.glob("*.jinja"))
    languages = [name for name in LANGUAGES if name != ENGLISH]
    needed = [PATH, *(FOLDER / f"{name}.mo" for name in languages)]
    lacking = [str(path) for path in needed if not path.is_file()]
    if lacking or not templates:
        raise FileNotFoundError(", ".join(lacking) or str(TEMPLATES))
    return (
        f"{len(pictures):,} digits, pictures of the gallery, {len(templates)} templates, "
        f"{len(languages) + 1} languages"
    )


def _folders() -> str:
    """Raises OSError where a folder of the user cannot be written."""
    from core.base.folders import cache_folder, log_folder, state_folder

    folders = (cache_folder(), log_folder(), state_folder())
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    return ", ".join(map(str, folders))


def _training() -> str:
    """Raises RuntimeError where the process does not train."""
    from core.experiment.spec import ExperimentSpec
    from core.telemetry.frame import Failure, Frame
    from core.worker.training_worker import TrainingWorker

    news = threading.Event()
    worker = TrainingWorker(news.set)
    try:
        process, step = worker.process_id, 0
        if process is None:
            raise RuntimeError("no process can be started: training runs in a thread, and slowly")
        worker.load(ExperimentSpec(), run=1)
        worker.resume()
        end = time.monotonic() + TRAINING_SECONDS
        while step < STEPS:
            if not news.wait(max(0.0, end - time.monotonic())):
                raise RuntimeError(f"{step} steps in {TRAINING_SECONDS:.0f} s")
            news.clear()
            for item in worker.take():
                if isinstance(item, Failure):
                    raise RuntimeError(item.message)
                step = item.iteration if isinstance(item, Frame) else step
            worker.shown()
        return f"{step:,} steps in process {process}, {_ancestry(process)}"
    finally:
        worker.close()


def _ancestry(process: int) -> str:
    """What the system says about who started a process, where it can be asked."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return f"started by {os.getpid()}"
    lines = status.read_text().splitlines()
    parent = int(next(line.split()[1] for line in lines if line.startswith("PPid:")))
    if parent != os.getpid():
        raise RuntimeError(f"process {process} is a child of {parent}, not of {os.getpid()}")
    return f"child of {parent}"


def window_findings(command: list[str]) -> list[Finding]:
    """What a process that opens a window finds; Qt ends the whole process where it cannot."""
    try:
        done = subprocess.run(
            [*command, WINDOW_CHECK],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=WINDOW_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Finding("window", "failed", str(error))]
    try:
        return from_json(done.stdout.strip().rpartition("\n")[2])
    except (ValueError, TypeError):
        said = done.stderr.strip().splitlines()
        reason = " ".join(said[-3:]) or f"ended with status {done.returncode}"
        return [Finding("window", "failed", reason)]


# Optional libraries


class Use(NamedTuple):
    """A use of an extra's modules: its purpose in a sentence, and a function that tries it out."""

    extra: str
    modules: tuple[str, ...]
    purpose: str
    attempt: Callable[[Path], object]


def uses() -> dict[str, Use]:
    """What optional libraries are for, by part of the application."""
    return {
        "text tables": Use(
            "tables", ("pandas", "charset_normalizer"), "Opening tables", _text_table
        ),
        "Excel": Use("tables", ("openpyxl",), "Opening Excel files", _excel),
        "Parquet": Use("tables", ("pyarrow",), "Opening Parquet files", _parquet),
        "search": Use("search", ("optuna",), "Searching", _search),
        "code export": Use("code", ("jinja2",), "Exporting code", _code),
        "clusters": Use("cluster", ("distributed",), "Searching on a cluster", lambda _: None),
    }


def optional_findings() -> list[Finding]:
    """Each optional library, used for what it is there for."""
    return [_tried(part, partial(_used, use)) for part, use in uses().items()]


def _used(use: Use) -> str:
    """Raises `MissingExtra`, or what the use of a library raises."""
    for module in use.modules:
        require(module, use.extra, use.purpose)
    with tempfile.TemporaryDirectory() as folder:
        use.attempt(Path(folder))
    return ", ".join(map(_with_version, use.modules))


def _with_version(module: str) -> str:
    name = module.replace("_", "-")
    found = getattr(sys.modules[module], "__version__", None)
    try:
        return f"{name} {found or version(name)}"
    except PackageNotFoundError:
        return name


def _read(path: Path) -> None:
    """Read a file with `COLUMNS` as the application does. Raises `DataError`, and ValueError where
    it has other numbers."""
    from core.data.user_files import load, opened

    inputs = load(opened(path, "y")).samples.inputs
    if inputs.ravel().tolist() != COLUMNS["x"]:
        raise ValueError(f"{path.name} was read as {inputs}")


def _text_table(folder: Path) -> None:
    path = folder / "table.csv"
    rows = zip(*COLUMNS.values(), strict=True)
    path.write_text("\n".join([",".join(COLUMNS), *(f"{x},{y}" for x, y in rows)]))
    _read(path)


def _excel(folder: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (tuple(COLUMNS), *zip(*COLUMNS.values(), strict=True)):
        book.worksheets[0].append(row)
    path = folder / "table.xlsx"
    book.save(path)
    _read(path)


def _parquet(folder: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = folder / "table.parquet"
    parquet.write_table(pyarrow.table(COLUMNS), path)
    _read(path)


def _search(folder: Path) -> None:
    from core.search.presets import lecture
    from core.search.study import Study

    Study(lecture(bundled=True), folder / "search.jsonl")


def _code(folder: Path) -> None:
    from core.codegen import TARGETS, export
    from core.experiment.spec import ExperimentSpec

    for target in TARGETS:
        compile(export(ExperimentSpec(), target).script, target, "exec")
