"""A Python process of its own for what must never wait for the window, nor the window for it.

Both sides exchange pickled objects through a pipe each way. The process ends when its pipe does, so
it outlives nobody, however the other side has ended. `multiprocessing` would run the application's
main module once more in it, keep a third process to track the two, and let an interrupt from the
keyboard end it before the application has.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

ROOT = str(Path(__file__).resolve().parents[2])
# The first argument is where this package lies: none of that name in the present folder counts.
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from core.worker.process import serve; serve()"
)
# So much of a message lies in the pipe without the sender waiting for the reader.
PIPE_BYTES = 1 << 20
HEADER = 8


def pack(message: Any) -> bytes:
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


class Link:
    """One end of a connection: one thread sends, one receives."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        _widen(sink)

    def send(self, message: Any) -> None:
        """Raises OSError where the other end is gone."""
        self.send_packed(pack(message))

    def send_packed(self, packed: bytes) -> None:
        self._sink.write(len(packed).to_bytes(HEADER, "big"))
        self._sink.write(packed)
        self._sink.flush()

    def receive(self) -> bytes | None:
        """The next message as it was packed, for `pickle.loads`; None when there are no more."""
        length = self._source.read(HEADER)
        if len(length) < HEADER:
            return None
        packed = self._source.read(int.from_bytes(length, "big"))
        return packed if len(packed) == int.from_bytes(length, "big") else None

    def finish(self) -> None:
        """Tell the other end that no more will come."""
        with suppress(OSError):  # what was still to be sent has nobody to read it
            self._sink.close()

    def close(self) -> None:
        """Hear no more, either."""
        self._source.close()


class Process:
    """Another process in which `service`, "module:function", is called with its end of the link.

    What is sent goes out in a thread, so that nobody waits for a reader. Another thread hands what
    comes to `on_message`, still packed, and calls `on_end` once with the exit status when the
    process has ended, however it did.
    """

    def __init__(
        self, service: str, on_message: Callable[[bytes], None], on_end: Callable[[int], None]
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, ROOT, service],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A program started from a desktop may have nowhere to print.
            stderr=None if sys.stderr else subprocess.DEVNULL,
            # An interrupt from the keyboard is for the application, which then ends this one.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        source, sink = self._process.stdout, self._process.stdin
        assert source
        assert sink
        self._link = Link(source, sink)
        # None: there will be no more.
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._talk, name=f"to {service}", daemon=True),
            threading.Thread(
                target=self._listen, args=(on_message, on_end), name=f"from {service}", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: Any) -> None:
        """Let the other side have a message, from any thread. One that has ended hears nothing:
        `on_end` tells."""
        self._outbox.put(pack(message))

    @property
    def id(self) -> int:
        """What the system calls the process."""
        return self._process.pid

    def close(self, timeout: float) -> bool:
        """End the process; whether it did so by itself in time."""
        self._outbox.put(None)
        try:
            self._process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            for thread in self._threads:
                thread.join(timeout)

    def _talk(self) -> None:
        while (packed := self._outbox.get()) is not None:
            with suppress(OSError):  # its end is told by `on_end`
                self._link.send_packed(packed)
        self._link.finish()

    def _listen(self, on_message: Callable[[bytes], None], on_end: Callable[[int], None]) -> None:
        while (packed := self._link.receive()) is not None:
            on_message(packed)
        self._outbox.put(None)
        self._link.close()
        on_end(self._process.wait())


def serve() -> None:
    """What the other process does: call the service that the command line names."""
    sink = os.fdopen(os.dup(1), "wb")
    # Whatever else is printed is no message.
    os.dup2(2, 1)
    module, _, function = sys.argv[2].partition(":")
    getattr(importlib.import_module(module), function)(Link(sys.stdin.buffer, sink))
    # Without waiting for threads in the middle of something.
    os._exit(0)


def _widen(sink: IO[bytes]) -> None:
    """Give a pipe more room, where the system can do that."""
    # Elsewhere a large message waits for its reader.
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(sink.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
