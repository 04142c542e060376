"""How a command ends: its exit status, and the problems it names on the way out."""

from __future__ import annotations

import sys

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def fail(problems: list[str], status: int = BAD_INPUT) -> int:
    """Name every problem on its own line of standard error."""
    for problem in problems:
        print(f"playground: {problem}", file=sys.stderr)
    return status
