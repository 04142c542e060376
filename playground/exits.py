"""How a command ends: exit status, output and error messages."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TextIO

from core.base import errors
from core.base.errors import UserError
from core.base.translation import tr

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
# Characters of an unexpected error that are shown; the log has all of it.
MOST_SAID = 200


def ended(run: Callable[[], int]) -> int:
    """The exit status of a command. Whatever error it raises becomes one message."""
    try:
        return _flushed(run)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe (`playground catalogue | head`), which is not an error.
        discard_output()
        return DONE
    except UserError as error:
        return fail(tr(str(error)).splitlines(), FAILED)
    except OSError as error:
        return fail([_not_done(error)], FAILED)
    except MemoryError:
        return fail([tr("there is not enough memory")], FAILED)
    except Exception as error:
        return fail([_unexpected(error)], FAILED)


def _flushed(run: Callable[[], int]) -> int:
    """Run a command, and find out while it can be told whether its output arrives."""
    try:
        return run()
    finally:
        sys.stdout.flush()


def _not_done(error: OSError) -> str:
    """What an error of the system is about: a file, or otherwise mostly standard output."""
    reason = error.strerror or str(error)
    if error.filename is not None:
        return about_file(error)
    if error.errno == errno.ENOENT:
        # From tempfile, where no folder for temporary files can be written.
        return reason
    discard_output()
    return tr("the output could not be written: {reason}", reason=reason)


def about_file(error: OSError) -> str:
    """The problem with the file that an error names. An error without one is about standard output
    and is raised again, for `ended`."""
    if error.filename is None:
        raise error
    return tr(errors.about_file(error, error.filename))


def _unexpected(error: Exception) -> str:
    """The message about an error of the application itself, which is logged with its traceback."""
    from playground.logs import log_error

    said = str(error).strip().partition("\n")[0][:MOST_SAID]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if log := log_error(error):
        return tr("something went wrong: {what} (details: {log})", what=what, log=log)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.filename}:{last.lineno}"
    return tr("something went wrong: {what} (at {place})", what=what, place=place)


def fail(problems: list[str], status: int = BAD_INPUT) -> int:
    """Print every problem once, on its own line of standard error."""
    for problem in dict.fromkeys(problems):
        note(problem)
    return status


def note(text: str) -> None:
    """Print a line to standard error: what is being done, or a problem."""
    try:
        print(f"playground: {tr(text)}", file=sys.stderr, flush=True)
    except OSError:
        # Full or closed: Python would try again when it exits, and change the exit status.
        sys.stderr = _nowhere()


def prepare_streams() -> None:
    """Let everything be printed: to nowhere if a stream is closed, and with "?" for characters that
    the terminal's encoding lacks."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # In this order they get the numbers that the system gives them.
            setattr(sys, name, _nowhere("r" if name == "stdin" else "w"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _nowhere(mode: Literal["r", "w"] = "w") -> TextIO:
    return open(os.devnull, mode, encoding="utf-8")


def discard_output() -> None:
    """Discard buffered standard output, since flushing it at exit would fail again."""
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = _nowhere()


def at_least_one(problem: str) -> Callable[[str], int]:
    """Reads a whole number from 1 on, given on the command line; `problem` says what is wrong with
    anything else."""

    def read(text: str) -> int:
        if not text.isdecimal() or not int(text):
            raise argparse.ArgumentTypeError(problem)
        return int(text)

    return read


def folder(text: str) -> Path:
    """A folder given on the command line."""
    if not text.strip():
        raise argparse.ArgumentTypeError(tr("must be the name of a folder"))
    return Path(text)


def file(text: str) -> Path:
    """A file to write, given on the command line."""
    if not text.strip():
        raise argparse.ArgumentTypeError(tr("must be the name of a file"))
    return Path(text)
