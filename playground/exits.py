"""How a command ends: exit status, output and error messages."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

from core.base.translation import tr

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def fail(problems: list[str], status: int = BAD_INPUT) -> int:
    """Print every problem on its own line of standard error."""
    for problem in problems:
        note(problem)
    return status


def note(text: str) -> None:
    """Print a line to standard error: what is being done, or a problem."""
    print(f"playground: {tr(text)}", file=sys.stderr or sys.__stderr__)


def allow_any_text() -> None:
    """Let characters that the terminal's encoding lacks become "?", instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard_output() -> None:
    """Discard buffered standard output, since flushing it at exit would fail again."""
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = None


def folder(text: str) -> Path:
    """A folder given on the command line."""
    if not text.strip():
        raise argparse.ArgumentTypeError(tr("must be the name of a folder"))
    return Path(text)
