"""The reason why a process has ended, as text."""

from __future__ import annotations

import signal


def reason(status: int) -> str:
    """`status` is negative for a signal, as `multiprocessing` has it."""
    if status >= 0:
        return f"exit status {status}"
    if -status == getattr(signal, "SIGKILL", None):
        return "killed, perhaps because memory ran out"
    return signal.strsignal(-status) or f"signal {-status}"
