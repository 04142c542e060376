"""Wakes the window's thread from another thread.

A thread rings a bell, and the window's thread calls a method in response. The other thread touches
no Qt object: it appends to a queue and writes a byte to a socket. So it cannot emit from, keep
alive or destroy a Qt object, even if objects are closed or deleted meanwhile.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakMethod

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from shiboken6 import Shiboken

_rung: deque[Bell] = deque()
_near, _far = socket.socketpair()
_near.setblocking(False)
_far.setblocking(False)
_notifier: QSocketNotifier | None = None


class Bell:
    """Calls the method `answer` in the window's thread after `ring`, once for several rings, until
    the method's object is destroyed. Create it in the window's thread."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self._answer = WeakMethod(answer)
        self._is_rung = False
        _listen()

    def ring(self) -> None:
        """May be called from any thread."""
        if not self._is_rung:
            self._is_rung = True
            _rung.append(self)
            _wake()

    def _respond(self) -> None:
        self._is_rung = False
        answer = self._answer()
        if answer is not None and Shiboken.isValid(getattr(answer, "__self__", None)):
            answer()


def _wake() -> None:
    # If the socket is full the window is woken anyway.
    with suppress(OSError):
        _far.send(b"\0")


def _listen() -> None:
    """Watch the socket in the application's event loop."""
    global _notifier
    if _notifier is None or not Shiboken.isValid(_notifier):
        application = QCoreApplication.instance()
        _notifier = QSocketNotifier(_near.fileno(), QSocketNotifier.Type.Read, application)
        _notifier.activated.connect(_answer_one)


def _answer_one() -> None:
    """Answer one bell at a time: an answer may open a dialog, whose event loop answers the
    others."""
    with suppress(BlockingIOError):
        _near.recv(4096)
    if not _rung:
        return
    bell = _rung.popleft()
    if _rung:
        _wake()
    bell._respond()
