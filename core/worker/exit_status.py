"""The reason why a process has ended, as text."""

from __future__ import annotations

import signal

from core.base.translation import Message


def reason(status: int) -> str:
    """`status` is negative for a signal, as `multiprocessing` has it."""
    if status >= 0:
        return Message("exit status {status}", status=status)
    if -status == getattr(signal, "SIGKILL", None):
        return Message("killed, perhaps because memory ran out")
    return signal.strsignal(-status) or Message("signal {number}", number=-status)
