"""Experiment files: reading reports every problem, writing is atomic."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.base.ordinary import TooLarge, ordinary_bytes
from core.base.png import SIGNATURE, text_in_png
from core.base.translation import Message, joined
from core.experiment.reading import SpecError
from core.experiment.serialization import dumps, from_dict, parse
from core.experiment.spec import ExperimentSpec

# The key of the experiment in a PNG's metadata.
SPEC_KEY = "spec"
# Larger than an image at four times the size of a large screen.
LARGEST_FILE = 200_000_000


def read_experiment(path: Path) -> ExperimentSpec:
    """Read the experiment in a JSON file or an exported image. Raises `SpecError` with every
    problem, prefixed by the file's name.
    """
    raw = read_plain(path)
    try:
        return from_dict(raw)
    except SpecError as error:
        raise _led(path, error) from error


def read_plain(path: Path) -> Any:
    """Read the plain data in a JSON file or an exported image, not yet checked. Raises `SpecError`,
    prefixed by the file's name.
    """
    try:
        return parse(_text(_content(path)))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise SpecError([joined(": ", [str(path), reason or str(error)])]) from error
    except SpecError as error:
        raise _led(path, error) from error


def write_experiment(path: Path, spec: ExperimentSpec) -> None:
    """Write an experiment as JSON. Raises OSError; an existing file is then unchanged."""
    with replacing(path) as part:
        part.write_text(dumps(spec), encoding="utf-8")


def _content(path: Path) -> bytes:
    """The bytes of an ordinary file. Raises OSError, `SpecError` for too large ones."""
    try:
        return ordinary_bytes(path, LARGEST_FILE)
    except TooLarge as error:
        problem = Message(
            "is too large for an experiment: more than {most:,} bytes", most=LARGEST_FILE
        )
        raise SpecError([problem]) from error


def _text(data: bytes) -> str | bytes:
    if not data.startswith(SIGNATURE):
        return data
    text = text_in_png(data, SPEC_KEY)
    if text is None:
        raise SpecError([Message("the image contains no experiment; only exported PNG images do")])
    return text


def _led(path: Path, error: SpecError) -> SpecError:
    return SpecError([joined(": ", [str(path), problem]) for problem in error.problems])


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that replaces it on success and is deleted on error. Raises
    OSError, with `path` as its file name; an existing file is then unchanged.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            # A device or a pipe would be replaced by a file, where permissions allow it.
            raise OSError(errno.EINVAL, Message("is not an ordinary file"))
        # A short name; one that includes that of `path` could be too long.
        handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise _of(path, error) from error
    part = Path(name)
    try:
        yield part
        # mkstemp creates a private file; give it the permissions of a normal new file.
        os.chmod(part, 0o666 & ~_umask())
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise _of(path, error) from error
        raise


def _of(path: Path, error: OSError) -> OSError:
    """The error with the requested file's name instead of the temporary one's."""
    return OSError(error.errno or errno.EIO, error.strerror or str(error), str(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
