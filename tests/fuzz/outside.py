"""Keeps this process from changing files outside a folder, and from using the network."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Events of files, and which of their arguments are paths.
CHANGES = {
    "os.mkdir": (0,), "os.rmdir": (0,), "os.remove": (0,), "os.rename": (0, 1), "os.truncate": (0,),
    "os.symlink": (1,), "os.link": (1,), "os.chmod": (0,), "os.utime": (0,), "shutil.rmtree": (0,),
}  # fmt: skip
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class _Guard:
    folder: Path | None = None
    refused: list[str]
    installed = False


@contextmanager
def confined(folder: Path) -> Iterator[list[str]]:
    """Refuse changes outside a folder; the list names those that were tried."""
    if not _Guard.installed:
        # A hook stays for the life of the process.
        sys.addaudithook(_hear)
        _Guard.installed = True
    _Guard.folder, _Guard.refused = folder.resolve(), []
    try:
        yield _Guard.refused
    finally:
        _Guard.folder = None


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    folder = _Guard.folder
    if folder is None:
        return
    if event in NETWORK:
        address = arguments[1] if event != "socket.getaddrinfo" else ()
        if isinstance(address, tuple):
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
        return
    places = CHANGES.get(event, ())
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        places = (0,)
    for place in places:
        path = arguments[place]
        if isinstance(path, int) or path is None or os.fsdecode(path) == os.devnull:
            continue
        if event == "os.mkdir" and os.path.exists(path):
            continue
        # The folder that has the entry: the entry itself may be a link.
        inside = Path(os.path.realpath(os.path.dirname(os.path.abspath(os.fsdecode(path)))))
        if event == "open":
            inside = Path(os.path.realpath(os.fsdecode(path)))
        if not inside.is_relative_to(folder):
            _Guard.refused.append(f"{event} {os.fsdecode(path)!r}")
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fsdecode(path))
