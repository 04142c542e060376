"""What both kinds of worker, process and thread, have in common.

A worker runs a *service*: a function, named "module:function", that is called with a `Link` and
returns when `Link.receive` says that there are no more messages. Messages are pickled on the way in
both directions, also between threads, so that nothing mutable is ever shared.
"""

from __future__ import annotations

import importlib
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Shared:
    """A message between threads of one process that is passed on as it is."""

    value: Any


Packed = bytes | Shared


def pack(message: Any) -> bytes:
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def unpack(packed: Packed) -> Any:
    return packed.value if isinstance(packed, Shared) else pickle.loads(packed)


class Link(Protocol):
    """The worker's end. `send` may be called from any thread, `receive` from one."""

    def send(self, message: Any) -> None:
        """Raises OSError where the other end is gone."""
        ...

    def receive(self) -> Any:
        """The next message; EOFError when there are no more."""
        ...


@dataclass(frozen=True)
class Silence:
    """A worker has given no sign of life for some seconds (`silent`), or gives one again."""

    silent: bool


@dataclass
class Handlers:
    """What is called, in a thread of the worker's own, with what comes from it.

    `on_message` is given a message that is still packed, for `unpack`. `on_end` is called once,
    last, with the exit status. `on_silence` is called with True when the worker has not given a
    sign of life for some seconds, and with False when it gives one again.
    """

    on_message: Callable[[Packed], object]
    on_end: Callable[[int], object]
    on_silence: Callable[[bool], object] = lambda silent: None


class HandlerSlot:
    """The handlers of a worker: those that are here when it ends are told."""

    def __init__(self, handlers: Handlers) -> None:
        self.current = handlers
        self._closed = False
        self._lock = threading.Lock()

    def exchange(self, handlers: Handlers) -> bool:
        """Put others in their place, while the service waits for a message. False: it has ended."""
        with self._lock:
            if not self._closed:
                self.current = handlers
            return not self._closed

    def close(self, status: int) -> None:
        """Tell them, once, that the service has ended."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.current.on_end(status)


class Worker(Protocol):
    """A running service, seen by its user. Any method may be called from any thread."""

    handlers: HandlerSlot

    process_id: int | None  # None for a thread of this process

    def send(self, message: Any) -> None:
        """Returns at once. A worker that has ended receives nothing: `on_end` has been called."""
        ...

    def finish(self) -> None:
        """Let the service end by itself: no more messages will come. Returns at once."""
        ...

    def kill(self) -> None:
        """End it whatever it is doing: `on_end` follows at once. A thread cannot be ended, so it is
        left to itself: no more of its messages arrive."""
        ...

    def close(self, timeout: float) -> bool:
        """`finish`, wait, and `kill` after so many seconds; whether that was not necessary."""
        ...


def service_named(name: str) -> Callable[[Link], None]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
