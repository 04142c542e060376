"""Entry point: runs the command line for a command, and opens the window otherwise."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def main(arguments: list[str] | None = None) -> int:
    """Run the application and return its exit status."""
    if getattr(sys, "frozen", False):
        # A frozen executable starts its workers by running itself again.
        from multiprocessing import freeze_support

        freeze_support()
    with _interrupted_at_once():
        from core.base.translation import environment_language, set_language
        from playground import cli
        from playground.exits import ended, fail
        from playground.findings import WINDOW_CHECK
    set_language(environment_language())
    arguments = sys.argv[1:] if arguments is None else arguments
    first = arguments[0] if arguments else ""
    if first in cli.COMMANDS or first in cli.OPTIONS:
        return cli.main(arguments)
    if first == WINDOW_CHECK:
        from playground.window_check import main as check_window

        return check_window()
    wanted = first and not first.startswith("-") and not first.startswith("playground:")
    if wanted and not os.path.exists(first):
        return fail([cli.no_command(first)])
    return ended(lambda: _window(arguments))


@contextmanager
def _interrupted_at_once() -> Iterator[None]:
    """Let Ctrl+C end the process without a traceback, while modules are loaded."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _window(arguments: list[str]) -> int:
    from playground.app import main as open_window

    return open_window(arguments)


if __name__ == "__main__":
    sys.exit(main())
