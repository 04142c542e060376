"""The interface of both kinds of worker, process and thread.

A worker runs a *service*: a function, named "module:function", that is called with a `Link` and
returns when `Link.receive` raises EOFError. Messages are pickled on the way in both directions,
also between threads, so that nothing mutable is ever shared.
"""

from __future__ import annotations

import importlib
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.base import pickling


@dataclass(frozen=True)
class Shared:
    """A message between threads that is passed without copying."""

    value: Any


Packed = bytes | Shared


def pack(message: Any) -> bytes:
    return pickling.dumps(message)


def unpack(packed: Packed) -> Any:
    return packed.value if isinstance(packed, Shared) else pickle.loads(packed)


class Link(Protocol):
    """The worker's end. `send` may be called from any thread, `receive` from one."""

    def send(self, message: Any) -> None:
        """Send a message. Raises OSError if the other end is closed."""
        ...

    def receive(self) -> Any:
        """The next message. Raises EOFError if there are no more."""
        ...


@dataclass(frozen=True)
class Silence:
    """A worker has stopped responding (`silent`), or responds again."""

    silent: bool


@dataclass
class Handlers:
    """Callbacks for a worker's messages, called in a thread of the worker.

    `on_message` is given a pickled message, see `unpack`. `on_end` is called once, last, with the
    exit status. `on_silence` is called with True when the worker has not responded for some
    seconds, and with False when it responds again.
    """

    on_message: Callable[[Packed], object]
    on_end: Callable[[int], object]
    on_silence: Callable[[bool], object] = lambda silent: None


class HandlerSlot:
    """The current handlers of a worker; the last ones are notified of its end."""

    def __init__(self, handlers: Handlers) -> None:
        self.current = handlers
        self._closed = False
        self._lock = threading.Lock()

    def exchange(self, handlers: Handlers) -> bool:
        """Replace the handlers while the service waits for a message; return False if it has
        ended."""
        with self._lock:
            if not self._closed:
                self.current = handlers
            return not self._closed

    def close(self, status: int) -> None:
        """Notify the handlers, once, that the service has ended."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.current.on_end(status)


class Worker(Protocol):
    """A running service. All methods may be called from any thread."""

    handlers: HandlerSlot

    process_id: int | None  # process id; None for a thread

    def send(self, message: Any) -> None:
        """Send a message without blocking. A worker that has ended receives nothing; `on_end` has
        been called."""
        ...

    def finish(self) -> None:
        """Let the service end by itself by closing its input. Returns immediately."""
        ...

    def kill(self) -> None:
        """End the service immediately; `on_end` follows. A thread cannot be killed: it continues,
        but its messages are ignored."""
        ...

    def close(self, timeout: float) -> bool:
        """`finish` and wait, `kill` after `seconds`; return whether it ended by itself."""
        ...


def service_named(name: str) -> Callable[[Link], None]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
