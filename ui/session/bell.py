"""The one way from another thread into the window's.

A thread rings a bell, and the window's thread answers. The thread meets nothing of Qt: it appends
to a queue and writes a byte into a socket. So no thread can emit from, keep alive or destroy an
object of Qt, whatever is closed or deleted meanwhile.
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
    """Calls `answer`, a method, in the window's thread some time after each `ring`, once for
    several; no more once the method's object is gone. Make it in the window's thread."""

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
    # With a full socket the window wakes anyway.
    with suppress(OSError):
        _far.send(b"\0")


def _listen() -> None:
    """Have the application's event loop watch the socket."""
    global _notifier
    if _notifier is None or not Shiboken.isValid(_notifier):
        application = QCoreApplication.instance()
        _notifier = QSocketNotifier(_near.fileno(), QSocketNotifier.Type.Read, application)
        _notifier.activated.connect(_answer_one)


def _answer_one() -> None:
    """One bell a time: an answer may open a dialog, whose event loop has to answer the others."""
    with suppress(BlockingIOError):
        _near.recv(4096)
    if not _rung:
        return
    bell = _rung.popleft()
    if _rung:
        _wake()
    bell._respond()
