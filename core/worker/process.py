"""A worker in a process of its own, by the standard `multiprocessing`.

The process is spawned, not forked, as a fork would copy the locks of the application's threads. It
ends when its pipe closes, so it never outlives the application. It must start quickly, so nothing
here imports NumPy.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import traceback
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from core.worker.channel import Handlers, HandlerSlot, pack, service_named
from core.worker.parcel import Parcel, parcel, receive_parcel, send_parcel

# Size of the pipe's buffer, so that a message fits without blocking the sender.
PIPE_BYTES = 1 << 20
# Interval of the process's heartbeat, and how many missed in a row make it silent. They are
# counted: by the clock, it would be silent after the computer has slept.
HEARTBEAT_SECONDS, SILENT_AFTER = 1.0, 4
# In the process, commands arrive in a thread of their own; this switch interval bounds their delay
# while another thread computes.
SWITCH_SECONDS = 0.001
BLAS_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

_context = multiprocessing.get_context("spawn")
# Held while a process is started and while one that has ended is waited for: `start` also collects
# ended processes, and an exit status can be had only once.
_lock = threading.RLock()
_alive: weakref.WeakSet[ProcessWorker] = weakref.WeakSet()


class ProcessWorker:
    """A process that runs a service. OSError says why it cannot be started."""

    def __init__(self, service: str, handlers: Handlers) -> None:
        self.handlers = HandlerSlot(handlers)
        self._ended = threading.Event()
        self._has_begun = False
        self._outbox: SimpleQueue[Parcel | None] = SimpleQueue()  # None ends the queue
        self._process = self._start(service)
        self.process_id: int | None = self._process.pid
        _alive.add(self)
        for act in (self._talk, self._listen):
            threading.Thread(target=act, name=f"{act.__name__} {service}", daemon=True).start()

    def _start(self, service: str) -> Any:
        _open_standard_streams()
        their_source, self._sink = _context.Pipe(duplex=False)
        self._source, their_sink = _context.Pipe(duplex=False)
        # No daemon, which could have no processes of its own: a search has workers.
        process = _context.Process(
            target=_serve, args=(service, their_source, their_sink), name=service, daemon=False
        )
        try:
            with _lock, _without_interrupts(), _safe_path():
                process.start()
        except BaseException:
            self._sink.close()
            self._source.close()
            raise
        finally:
            their_source.close()
            their_sink.close()
        return process

    def send(self, message: Any) -> None:
        """Large arrays in the message are not copied: they must not change any more."""
        self._outbox.put(parcel(message))

    def finish(self) -> None:
        self._outbox.put(None)

    def kill(self) -> None:
        with _lock, suppress(ValueError):  # it has ended already
            self._process.kill()

    def close(self, timeout: float) -> bool:
        self.finish()
        if not self._has_begun:
            self.kill()  # its interpreter is still starting
        in_time = self._ended.wait(timeout)
        if not in_time:
            self.kill()
            self._ended.wait(timeout)
        return in_time

    def _talk(self) -> None:
        """Send in a thread, so that no caller waits for the reader."""
        while (sent := self._outbox.get()) is not None:
            with suppress(OSError):  # the process has ended, which `_listen` notices
                send_parcel(self._sink, sent)
            del sent
        self._sink.close()

    def _listen(self) -> None:
        missed = 0
        while True:
            try:
                if not self._source.poll(HEARTBEAT_SECONDS):
                    missed += 1
                    if missed == SILENT_AFTER:
                        self.handlers.current.on_silence(True)
                    continue
                packed = self._source.recv_bytes()
            except (EOFError, OSError, MemoryError):
                break
            self._has_begun = True
            if missed >= SILENT_AFTER:
                self.handlers.current.on_silence(False)
            missed = 0
            if packed:
                self.handlers.current.on_message(packed)
        self.handlers.close(self._exit_status())
        self._ended.set()

    def _exit_status(self) -> int:
        self._source.close()
        self.finish()
        # A process that has closed its pipe is done.
        if not multiprocessing.connection.wait([self._process.sentinel], 1.0):
            self.kill()
            multiprocessing.connection.wait([self._process.sentinel])
        with _lock:
            self._process.join()
            status = self._process.exitcode
            self._process.close()
        _alive.discard(self)
        return status or 0


@atexit.register
def _kill_all() -> None:
    """Remove the process from `multiprocessing`'s list, which it would join at exit: it would wait
    forever for a stopped process, or find one being closed by `_listen`."""
    workers = list(_alive)
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker._ended.wait(1.0)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Block keyboard interrupts, which reach all processes of a terminal but are meant for the
    application, which then ends its workers. A new process inherits this."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the new interpreter from importing `random` or `socket` from the current folder."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _open_standard_streams() -> None:
    """Open closed standard streams: a pipe would otherwise get their file descriptor, and
    tracebacks would be written to it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


# In the process


def _serve(service: str, source: Connection, sink: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # Standard output belongs to the application.
    with suppress(OSError):
        os.dup2(2, 1)
    # Before NumPy is imported: several BLAS threads would compete with the window.
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    sys.setswitchinterval(SWITCH_SECONDS)
    link = PipeLink(source, sink)
    threading.Thread(target=link.beat, name="heartbeat", daemon=True).start()
    status = 0
    try:
        service_named(service)(link)
    except BaseException:
        traceback.print_exc()
        status = 1
    # A pool of processes holds semaphores, which stay if it is not deleted.
    gc.collect()
    # Without waiting for threads.
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    os._exit(status)


class PipeLink:
    """The process's end of its pipes."""

    def __init__(self, source: Connection, sink: Connection) -> None:
        self._source, self._sink = source, sink
        self._sending = threading.Lock()
        _widen(sink)

    def send(self, message: Any) -> None:
        self._send(pack(message))

    def receive(self) -> Any:
        return receive_parcel(self._source)

    def beat(self) -> None:
        """Send heartbeats while the pipe is open."""
        pause = threading.Event()
        with suppress(OSError):
            self._send(b"")
            while not pause.wait(HEARTBEAT_SECONDS):
                self._send(b"")

    def _send(self, packed: bytes) -> None:
        with self._sending:
            self._sink.send_bytes(packed)


def _widen(sink: Connection) -> None:
    """Enlarge a pipe's buffer, on systems that can; elsewhere a large message waits for its
    reader."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(sink.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
