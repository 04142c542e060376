"""A session's snapshot as a file, read only if it is complete and contains only our own types."""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path
from typing import Any

from core.base.pickling import Pickler
from core.experiment.files import replacing
from ui.session.snapshot import Snapshot

MAGIC = b"training-playground session 1\n"
DIGEST = hashlib.sha256().digest_size
# Reading a file creates only objects of these modules; others could run arbitrary code.
OURS = ("core.", "ui.session.snapshot")
NUMPY_NAMES = {"ndarray", "dtype", "_reconstruct", "scalar", "_frombuffer"}
PLAIN = {
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "slice"),
    ("builtins", "range"),
    ("builtins", "complex"),
    ("pathlib", "PosixPath"),
    ("pathlib", "WindowsPath"),
    ("pathlib", "Path"),
    ("collections", "deque"),
    ("collections", "OrderedDict"),
    # A text that is translated when it is shown.
    ("core.base.translation", "_restored"),
}


class SnapshotError(Exception):
    """A file is not a snapshot, or is damaged."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot, which cannot be used afterwards. Raises OSError and keeps an older file.

    Frames are packed one by one, so that the writing thread does not block others for long.
    """
    packed = io.BytesIO()
    pickler = Pickler(packed)
    frames = []
    for history in snapshot.histories:
        frames.append(history.frames)
        history.frames = []
    pickler.dump(snapshot)
    for each in frames:
        pickler.dump(len(each))
        for frame in each:
            pickler.dump(frame)
    content = packed.getbuffer()
    with replacing(path) as part, open(part, "wb") as file:
        file.write(MAGIC)
        file.write(hashlib.sha256(content).digest())
        file.write(content)


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file. Raises OSError, SnapshotError."""
    content = path.read_bytes()
    start = len(MAGIC) + DIGEST
    packed = content[start:]
    whole = hashlib.sha256(packed).digest() == content[len(MAGIC) : start]
    if not content.startswith(MAGIC) or not whole:
        raise SnapshotError("the file is damaged")
    try:
        unpickler = _Unpickler(io.BytesIO(packed))
        snapshot = unpickler.load()
        if not isinstance(snapshot, Snapshot):
            raise SnapshotError("the file contains no session")
        for history in snapshot.histories:
            history.frames = [unpickler.load() for _ in range(unpickler.load())]
    except SnapshotError:
        raise
    except Exception as error:
        raise SnapshotError(f"it was written by another version ({error})") from error
    return snapshot


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        name = module_name, global_name
        numpy = module_name.split(".")[0] == "numpy"
        known = name in PLAIN or (numpy and global_name in NUMPY_NAMES)
        if known:
            return super().find_class(*name)
        if module_name.startswith(OURS):
            found = super().find_class(*name)
            if isinstance(found, type) and found.__module__.startswith(OURS):
                return found
        raise SnapshotError(f"{module_name}.{global_name} is not allowed in a session")
