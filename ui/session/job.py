"""A job of `core.worker.job` with signals in the window's thread."""

from __future__ import annotations

import logging
import weakref

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import Shiboken

from core.base.translation import Message, tr
from core.worker.job import (
    End,
    Failed,
    Finished,
    Job,
    JobRun,
    News,
    Progress,
    Silence,
    Snapshot,
    Stopped,
)
from ui.session.bell import Bell

# Minimum time between two snapshots: the window paints 60 times a second.
SNAPSHOT_MILLISECONDS = 16
SILENT = Message(
    "The process has not responded for some seconds: the computer is overloaded, or it was stopped."
)

log = logging.getLogger(__name__)


def cancel_all() -> None:
    """Cancel every job, before the first is waited for: they end side by side."""
    for job in tuple(_jobs):
        job.stop()


class BackgroundJob(QObject):
    """Runs a job once: exactly one of `finished`, `failed` and `stopped` ends it.

    Keep a reference for as long as you need its signals: without one, or after `close`, the job is
    cancelled and emits nothing. One that is over is deleted, as its parent may live for hours;
    `progress`, `report` and the methods can still be used. `snapshot` is throttled: the next one is
    requested once the window has had time to paint the last. `silent` is emitted when the job's
    process stops responding (True) or responds again (False); `stop` ends it even then.
    """

    progressed = Signal(object)  # Progress
    snapshot = Signal(object)
    finished = Signal(object)  # the job's result
    failed = Signal(str)
    stopped = Signal()
    silent = Signal(bool)

    def __init__(
        self, job: Job, parent: QObject | None = None, shares_memory: bool = False
    ) -> None:
        super().__init__(parent)
        self.progress = Progress(0, 1)
        self.report = ""
        self._closed = False
        self._run = run = JobRun(job, Bell(self._receive).ring, shares_memory)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setTimerType(Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._acknowledge)
        # No signal is connected to a method of the run: PySide would disconnect it when the run is
        # destroyed, possibly in the run's thread.
        self.destroyed.connect(lambda: run.cancel())

    def start(self) -> BackgroundJob:
        _jobs.add(self)
        self._run.start()
        return self

    @property
    def is_over(self) -> bool:
        return self._run.over

    @property
    def process_id(self) -> int | None:
        """The process id; None without a process, or if a thread does the work."""
        return self._run.process_id

    def stop(self) -> None:
        """Cancel: `stopped` follows within about 0.2 s."""
        self._run.cancel()

    def close(self, timeout: float = 0.0) -> bool:
        """Cancel without further signals; return whether it ended within `seconds`."""
        self._closed = True
        return self._run.close(timeout)

    def _acknowledge(self) -> None:
        self._run.acknowledge()

    def _receive(self) -> None:
        for news in self._run.take():
            if not self._closed:
                self._tell(news)
            if isinstance(news, End) and Shiboken.isValid(self):
                self.deleteLater()

    def _tell(self, news: News) -> None:
        match news:
            case Progress():
                self.progress = news
                self.progressed.emit(news)
            case Snapshot(value):
                self._pause.start(SNAPSHOT_MILLISECONDS)
                self.snapshot.emit(value)
            case Silence(silent):
                self.silent.emit(silent)
            case Finished(result):
                self.finished.emit(result)
            case Failed(message, report):
                self.report = report
                if report:
                    log.error("%s\n%s", message, report)
                self.failed.emit(tr(message))
            case Stopped():
                self.stopped.emit()


# Those that somebody holds, for `cancel_all`.
_jobs: weakref.WeakSet[BackgroundJob] = weakref.WeakSet()
