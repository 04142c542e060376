"""The file of a study: Optuna's journal, written by one process at a time, whole lines only.

Optuna's own lock is a file that a killed process leaves behind for half a minute. This one is the
operating system's, which ends with its process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from core.base.translation import Message
from core.experiment.space import SearchError


def storage(file: Path) -> JournalStorage:
    """The journal in a file, which is made where there is none. Raises OSError, ValueError."""
    return JournalStorage(_Journal(str(file)))


@contextmanager
def writing(file: Path | None) -> Iterator[None]:
    """Keeps other processes from searching in the same study. Raises `SearchError`."""
    if file is None:
        yield
        return
    beside = file.with_name(f"{file.name}.lock")
    with open(beside, "ab") as handle:
        if not _locked(handle.fileno()):
            raise SearchError(Message("{file}: another search is running in this study", file=file))
        try:
            yield
        finally:
            # Windows cannot delete an open file; a file that is left behind is not a lock.
            with suppress(OSError):
                beside.unlink()


class _Journal(JournalFileBackend):
    """A journal whose lines are written whole or not at all; `writing` locks it."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Raises `SearchError` if the file cannot be written; it is then unchanged."""
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        try:
            with open(self._file_path, "r+b", buffering=0) as file:
                end = _end_of_whole_lines(file)
                try:
                    _write(file, lines.encode())
                except OSError:
                    file.truncate(end)
                    raise
        except OSError as error:
            raise SearchError(
                Message(
                    "{file}: cannot be written: {reason}. The trials that were over are "
                    "kept in it; the search can be resumed when this is fixed.",
                    file=self._file_path,
                    reason=error.strerror or str(error),
                )
            ) from error


def _write(file: Any, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
    os.fsync(file.fileno())


def _end_of_whole_lines(file: Any) -> int:
    """Go to the end, after cutting off what a killed process has left of a line."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.seek(0)
            end = file.read().rfind(b"\n") + 1
            file.truncate(end)
    return file.seek(end)


def _locked(descriptor: int) -> bool:
    """Try to take the operating system's lock; returns whether that succeeded."""
    try:
        try:
            import fcntl
        except ImportError:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
