"""Reads files whose end is known: pipes and devices may never end, and large ones fill memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from core.base.translation import Message


class TooLarge(Exception):
    """A file has more bytes than what is read from it can have."""


def ordinary_bytes(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file. Raises OSError for anything else, and `TooLarge` without
    reading more than `most` bytes."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, Message("is not an ordinary file"), str(path))
    if status.st_size > most:
        raise TooLarge
    with open(path, "rb", opener=_without_waiting) as file:
        # The size of files of the system, such as in /proc, is not known before.
        data = file.read(most + 1) or b""
    if len(data) > most:
        raise TooLarge
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Reading the log of the kernel, an ordinary file by its mode, would wait for its next line."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
