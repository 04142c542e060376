"""Jobs: everything that takes longer than about 0.2 s and is not the training of the Train page.

A job is any object with `run(context)`, such as a frozen dataclass. It runs in a process of its own
and must therefore be picklable, and so must be its snapshots and its result:

    @dataclass(frozen=True)
    class Count:
        to: int

        def run(self, context: Context) -> int:
            for i in range(self.to):
                context.progress(i, self.to, "counting")
                if context.ready:
                    context.snapshot(i)
            return self.to

    run = JobRun(Count(10), on_news=wake).start() run.take() # the news so far: Progress, Snapshot,
    Silence; finally Finished

In the window use `ui.session.job.BackgroundJob`, which turns the news into signals.

States of a run:

    start ──► running ──► Finished(result) | Failed(message, report) | Stopped()
                 │  ▲
        Snapshot ▼  │ acknowledge
              being shown

While a snapshot is being shown, `context.ready` is False and a newer snapshot replaces one that
still waits; the last one always arrives before the end.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from core.base.cancellation import Cancelled
from core.base.errors import UserError
from core.base.translation import Message
from core.worker import pool
from core.worker.channel import Handlers, Link, Packed, Shared, Silence, Worker, pack, unpack
from core.worker.exit_status import reason

SERVICE = f"{__name__}:serve"
# A cancelled job that has not ended after this time is killed, unless it has `cancel_seconds`.
CANCEL_SECONDS = 0.2
# Minimum time between two reports of progress.
PROGRESS_SECONDS = 0.04
NO_MEMORY = Message("There is not enough memory for this. Try something smaller.")


class Job(Protocol):
    def run(self, context: Context) -> Any: ...


# News


@dataclass(frozen=True)
class Progress:
    """`done` of `total`, and a description."""

    done: float
    total: float
    text: str = ""

    @property
    def share(self) -> float:
        """0…1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total > 0 else 0.0


@dataclass(frozen=True)
class Snapshot:
    """An intermediate result; `JobRun.acknowledge` lets the job send another."""

    value: Any


@dataclass(frozen=True)
class Finished:
    result: Any


@dataclass(frozen=True)
class Failed:
    """`message` is for the user, `report` (a traceback) for developers, "" where the message says
    all."""

    message: str
    report: str = ""


@dataclass(frozen=True)
class Stopped:
    """The job was cancelled."""


News = Progress | Snapshot | Silence | Finished | Failed | Stopped
End = Finished | Failed | Stopped


# In the job's process


class Context:
    """The job's connection to its starter. Its methods are for the job's thread."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._shown = threading.Event()
        self._shown.set()
        self._waiting: Any = None
        self._progress_due = 0.0
        self._late: Progress | None = None
        self._later: threading.Timer | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the job has been cancelled. A job that neither reads this nor calls `check`,
        `progress` or `snapshot` at least every 0.2 s is killed when it is cancelled."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the job has been cancelled."""
        if self.cancelled:
            raise Cancelled

    def progress(self, done: float, total: float = 1.0, text: str = "") -> None:
        """Report progress; may be called at any rate. Raises `Cancelled`."""
        self.check()
        progress = Progress(done, total, text)
        with self._lock:
            now = time.monotonic()
            if now < self._progress_due:
                self._send_later(progress, self._progress_due - now)
                return
            self._progress_due, self._late = now + PROGRESS_SECONDS, None
        self._link.send(progress)

    def _send_later(self, progress: Progress, seconds: float) -> None:
        """Have it told even if the job says nothing more for long."""
        self._late = progress
        if self._later is None:
            self._later = threading.Timer(seconds, self._send_late)
            self._later.daemon = True
            self._later.start()

    def _send_late(self) -> None:
        with self._lock:
            progress, self._late, self._later = self._late, None, None
            if progress is not None:
                self._progress_due = time.monotonic() + PROGRESS_SECONDS
                # Within the lock: nothing of this job may follow its end.
                with suppress(OSError):
                    self._link.send(progress)

    @property
    def ready(self) -> bool:
        """Whether the last snapshot has been shown, so that another is worth making."""
        return self._shown.is_set()

    def wait_until_ready(self) -> None:
        """Wait until the last snapshot has been shown. Raises `Cancelled`."""
        while not self._shown.wait(CANCEL_SECONDS / 4):
            self.check()

    def snapshot(self, value: Any) -> None:
        """Send an intermediate result. While the last snapshot is being shown this one waits, and
        is replaced by a newer one: check `ready` first if none may be lost. Raises `Cancelled`."""
        self.check()
        # Pickled immediately, as the job may change the value later.
        message = _PackedSnapshot(pack(value))
        with self._lock:
            if not self._shown.is_set():
                self._waiting = message
                return
            self._shown.clear()
        self._link.send(message)

    def cancel(self) -> None:
        self._cancelled.set()

    def acknowledge(self) -> None:
        """The last snapshot has been shown."""
        with self._lock:
            message, self._waiting = self._waiting, None
            if message is None:
                self._shown.set()
        if message:
            self._link.send(message)

    def flush(self) -> None:
        """Send the waiting snapshot at the end of the job."""
        with self._lock:
            message, self._waiting = self._waiting, None
            self._late = None
            if self._later is not None:
                self._later.cancel()
                self._later = None
        if message:
            self._link.send(message)


@dataclass(frozen=True)
class _PackedSnapshot:
    packed: bytes


def serve(link: Link) -> None:
    """The service: run jobs one after the other. Messages are ("run", packed job), ("cancel",) and
    ("acknowledge",)."""
    context = Context(link)
    try:
        while True:
            name, *arguments = link.receive()
            if name == "run":
                context = Context(link)
                work = threading.Thread(
                    target=_run, args=(*arguments, context), name="job", daemon=True
                )
                work.start()
            elif name == "cancel":
                context.cancel()
            else:
                context.acknowledge()
    except EOFError:
        context.cancel()


def _run(packed: Packed, context: Context) -> None:
    import numpy as np

    np.seterr(all="ignore")
    end = _outcome(packed, context)
    try:
        context.flush()
        context._link.send(end)
    except OSError:
        pass  # the starter is gone
    except Exception as error:
        context._link.send(failure(error))  # the result cannot be pickled


def _outcome(packed: Packed, context: Context) -> End:
    try:
        return Finished(unpack(packed).run(context))
    except Cancelled:
        return Stopped()
    except BaseException as error:
        return failure(error)


def failure(error: BaseException) -> Failed:
    """The message for the user about an error."""
    report = "".join(traceback.format_exception(error))
    if isinstance(error, UserError):
        return Failed(str(error))
    if isinstance(error, MemoryError):
        return Failed(NO_MEMORY, report)
    what = f"{type(error).__name__}: {error}"
    return Failed(Message("Stopped by an error: {error}", error=what), report)


# In the starter's process


class JobRun:
    """One run of a job. All methods may be called from any thread and, except `close`, return
    immediately. `on_news` is called, in any thread, when `take` has news. `shares_memory` runs the
    job in a thread of this process and copies nothing: for work that waits for the network, or has
    large input or results. Such a job cannot be killed: when cancelled, it is abandoned.
    """

    def __init__(
        self, job: Job, on_news: Callable[[], None] = lambda: None, shares_memory: bool = False
    ) -> None:
        self._on_news, self._shares_memory = on_news, shares_memory
        self._cancel_seconds: float = getattr(job, "cancel_seconds", CANCEL_SECONDS)
        self._message: Packed | Job = job
        self._lock = threading.RLock()
        self._mail: list[News] = []
        self._worker: Worker | None = None
        self._killer: threading.Timer | None = None
        self._cancelled = False
        self._over = threading.Event()

    def start(self) -> JobRun:
        job: Any = self._message
        try:
            self._message = Shared(job) if self._shares_memory else pack(job)
        except Exception as error:  # it cannot be pickled
            self._end(failure(error))
        else:
            self._begin()
        return self

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def process_id(self) -> int | None:
        worker = self._worker
        return worker.process_id if worker else None

    def take(self) -> list[News]:
        """The news since the last call, oldest first; only the newest progress. The final one is
        Finished, Failed or Stopped."""
        with self._lock:
            news, self._mail = self._mail, []
        return news

    def acknowledge(self) -> None:
        """The last snapshot has been shown: let the job send another."""
        self._send("acknowledge")

    def cancel(self) -> None:
        """Cancel the job. It ends as Stopped within `CANCEL_SECONDS`, or the `cancel_seconds` of
        a job that has processes of its own to end; killed if necessary."""
        with self._lock:
            if self._cancelled or self.over:
                return
            self._cancelled = True
            self._killer = threading.Timer(self._cancel_seconds, self._kill)
            self._killer.daemon = True
            self._killer.start()
        self._send("cancel")

    def close(self, timeout: float = 1.0) -> bool:
        """Cancel and wait for the end; return whether it came in time. No news follow."""
        self._on_news = lambda: None
        self.cancel()
        return self._over.wait(timeout)

    def _begin(self) -> None:
        handlers = Handlers(self._receive, self._worker_ended, self._note_silence)
        with self._lock:
            self._unused = True
            self._worker, self._reused = pool.take(SERVICE, handlers, self._shares_memory)
            self._worker.send(("run", self._message))

    def _send(self, *message: Any) -> None:
        if worker := self._worker:
            worker.send(message)

    def _kill(self) -> None:
        with self._lock:
            if not self.over and self._worker:
                self._worker.kill()

    # In the worker's thread

    def _receive(self, packed: Packed) -> None:
        self._unused = False
        try:
            news = unpack(packed)
            if isinstance(news, _PackedSnapshot):
                news = Snapshot(unpack(news.packed))
        except Exception as error:
            news = failure(error)
        if not isinstance(news, End):
            self._post(news)
            return
        worker = self._worker
        self._end(news)
        if worker:
            pool.give_back(worker)

    def _worker_ended(self, status: int) -> None:
        if self._reused and self._unused and not self._cancelled:
            self._begin()  # an idle worker has ended before the job could begin
        else:
            ended = Message("The process of this job has ended ({reason}).", reason=reason(status))
            self._end(Failed(ended))

    def _note_silence(self, silent: bool) -> None:
        self._post(Silence(silent))

    def _post(self, news: News) -> None:
        with self._lock:
            if self.over:
                return
            if isinstance(news, Progress) and self._mail and isinstance(self._mail[-1], Progress):
                self._mail.pop()
            self._mail.append(news)
        self._on_news()

    def _end(self, end: End) -> None:
        with self._lock:
            if self.over:
                return
            self._mail.append(Stopped() if self._cancelled else end)
            self._worker = None
            self._message = Shared(None)
            self._over.set()
            if self._killer:
                self._killer.cancel()
        self._on_news()
