"""Every kind of file that the application writes, against everything that can be in the way: one
error that names the file, an older file unchanged, nothing half-written left behind."""

from __future__ import annotations

import errno
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.experiment.files import write_experiment
from core.experiment.spec import ExperimentSpec
from core.training.model import model_of
from core.training.model_file import write_model
from core.training.trainer import Trainer
from ui.export.formats import ExportError, write_whole
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


WRITERS = (experiment, model, export, recovery)


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


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere"
)
@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_a_folder_that_is_read_only_is_named(qapp, tmp_path, write):
    (tmp_path / "old").write_bytes(OLD)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises((OSError, ExportError), match="Permission denied"):
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
