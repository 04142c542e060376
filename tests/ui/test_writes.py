"""Every kind of file that the application writes, against everything that can be in the way: one
error that names the file, an older file unchanged, nothing half-written left behind."""

from __future__ import annotations

import ast
import errno
import os
import queue
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.data import DataError
from core.experiment.files import write_experiment
from core.experiment.spec import ExperimentSpec
from core.training.model import model_of
from core.training.model_file import write_model
from core.training.trainer import Trainer
from tests import permissions
from ui.export.film import WriteFilm
from ui.export.film_formats import FILM_FORMATS, Reel
from ui.export.formats import ExportError, write_whole
from ui.session.models import _predict
from ui.session.session import Session
from ui.session.snapshot import capture
from ui.session.snapshot_file import write_snapshot

OLD = b"the older file"


def experiment(path: Path) -> None:
    write_experiment(path, ExperimentSpec(title="t" * 150))


def model(path: Path) -> None:
    write_model(path, model_of(Trainer(ExperimentSpec())))


def export(path: Path) -> None:
    write_whole(path, b"x" * 100_000)


def recovery(path: Path) -> None:
    session = Session(ExperimentSpec())
    try:
        write_snapshot(path, capture(session, {}))
    finally:
        assert session.close()


def film(path: Path) -> None:
    reel = Reel((16, 16), 10, 4)
    feed: queue.Queue[bytes] = queue.Queue()
    for i in range(reel.count + 3):
        feed.put(np.random.default_rng(i).bytes(16 * 16 * 4))
    context: Any = SimpleNamespace(progress=lambda done, total: None, check=lambda: None)
    if problem := WriteFilm(path, FILM_FORMATS["gif"], reel, feed).run(context):
        raise ExportError(problem)


@cache
def _inputs() -> tuple[Path, Path]:
    """A model and a table of points for it."""
    folder = Path(mkdtemp(prefix="playground-test-"))
    table, trained = folder / "points.csv", folder / "trained.model"
    table.write_text("x1,x2\n" + "".join(f"{i / 10},{i / 5}\n" for i in range(40)))
    model(trained)
    return trained, table


@pytest.fixture(autouse=True, scope="module")
def made() -> Iterator[None]:
    trained, _ = _inputs()
    yield
    rmtree(trained.parent)


def predictions(path: Path) -> None:
    trained, table = _inputs()
    work: Any = SimpleNamespace(tell=lambda share: None)
    try:
        _predict(trained, table, path, work)
    except DataError as error:
        raise OSError(str(error)) from error


WRITERS = (experiment, model, export, recovery, film, predictions)


@contextmanager
def nothing(monkeypatch) -> Iterator[None]:
    yield


@contextmanager
def full_disk(monkeypatch) -> Iterator[None]:
    """No file can get longer than 200 bytes, as where the disk is full from there on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def failing(monkeypatch, name: str, error: BaseException) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, name, fail)
        yield


def permission_lost(monkeypatch):
    return failing(monkeypatch, "replace", PermissionError(errno.EACCES, "Permission denied"))


def interrupted(monkeypatch):
    return failing(monkeypatch, "fsync", KeyboardInterrupt())


# The name of the file, and what happens while it is written.
FAULTS = {
    "missing folder": ("missing/file", nothing),
    "name too long": ("y" * 256, nothing),
    "folder in its place": ("folder", nothing),
    "file for a folder": ("plain/file", nothing),
    "full disk": ("old", full_disk),
    "permission lost": ("old", permission_lost),
    "interrupted": ("old", interrupted),
}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the file size are POSIX's")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_what_cannot_be_written_harms_nothing(qapp, tmp_path, monkeypatch, write, fault):
    name, happens = FAULTS[fault]
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_bytes(OLD)
    (tmp_path / "old").write_bytes(OLD)
    path = tmp_path / name
    with (
        pytest.raises((OSError, ExportError, KeyboardInterrupt)) as caught,
        happens(monkeypatch),
    ):
        write(path)
    if not isinstance(caught.value, KeyboardInterrupt):
        assert str(path) in str(caught.value)
        assert ".part-" not in str(caught.value)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["folder", "old", "plain"]
    assert (tmp_path / "old").read_bytes() == OLD


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not read-only on Windows")
@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_a_folder_that_is_read_only_is_named(qapp, tmp_path, write):
    (tmp_path / "old").write_bytes(OLD)
    tmp_path.chmod(0o500)
    try:
        with (
            permissions.enforced(),
            pytest.raises((OSError, ExportError), match="Permission denied"),
        ):
            write(tmp_path / "old")
    finally:
        tmp_path.chmod(0o700)
    assert [each.name for each in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_bytes() == OLD


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_without_a_fault_the_older_file_is_replaced(qapp, tmp_path, write):
    (tmp_path / "old").write_bytes(OLD)
    write(tmp_path / "old")
    assert (tmp_path / "old").read_bytes() != OLD
    assert [each.name for each in tmp_path.iterdir()] == ["old"]


ROOT = Path(__file__).resolve().parents[2]
# What writes without `replacing`: into a file that it was given, or to the end of one.
OTHERWISE = {
    "core/data/fetch.py": "a download goes on where it was interrupted",
    "core/search/journal.py": "a journal grows by whole lines",
    "ui/export/film_formats.py": "is given the temporary file",
    "playground/checks.py": "writes into a folder of its own, which is deleted",
    "playground/exits.py": "writes to the null device",
}


def unsafe_writes(source: str) -> list[int]:
    """The lines that write to a file other than one of `replacing`."""
    tree = ast.parse(source)
    safe = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and "replacing(" in ast.unparse(node.items[0])
    ]
    within = {id(each) for node in safe for each in ast.walk(node)}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if id(call) not in within and _writes(call)]


def _writes(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    modes = [a.value for a in [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
             if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    opens = name in ("open", "ZipFile") and any(mode[:1] in ("w", "x") for mode in modes)
    return name in ("write_text", "write_bytes") or opens


def test_everything_is_written_by_replacing():
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for package in ("core", "ui", "playground")
        for path in (ROOT / package).rglob("*.py")
        if (lines := unsafe_writes(path.read_text(encoding="utf-8")))
    }
    assert not found.keys() - OTHERWISE.keys(), found


def test_a_write_past_it_is_seen():
    assert unsafe_writes("path.write_text('x')") and unsafe_writes("open(path, 'w').write('x')")
    assert not unsafe_writes("with replacing(path) as part:\n    part.write_text('x')")
