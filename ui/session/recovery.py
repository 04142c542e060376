"""Keeps an experiment with unsaved changes on the disk, in case the application ends without them
being saved."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer

from core.experiment.files import read_experiment, write_experiment
from core.experiment.reading import SpecError
from core.experiment.spec import ExperimentSpec
from ui.session.session import Session

DELAY_MILLISECONDS = 1000
# How many windows can be open at once, each with a file of its own.
MOST_WINDOWS = 20

log = logging.getLogger(__name__)


class Recovery(QObject):
    """Writes the session's experiment to a file in `folder` soon after every change.

    The file goes when the experiment is saved or the changes are given up. One that is found at the
    start was left by an application that ended too early: `lost` is the experiment in it. A lock
    keeps the files of several windows apart; Qt drops the locks of processes that have died.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__(session)
        self._session = session
        self._path: Path | None = None
        self._lock: QLockFile | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MILLISECONDS)
        self._timer.timeout.connect(self.write)
        self._take_place(folder)
        self.lost = self._found()
        session.spec_changed.connect(self._timer.start)
        session.saved_changed.connect(self._timer.start)

    def write(self) -> None:
        """Bring the file up to date."""
        self._timer.stop()
        if self._path is None:
            return
        try:
            if self._session.undo_stack.isClean():
                self._path.unlink(missing_ok=True)
            else:
                write_experiment(self._path, self._session.spec)
        except OSError as error:
            log.warning("The experiment could not be kept for recovery: %s", error)

    def close(self, keep: bool) -> None:
        """The application ends: keep unsaved changes for the next start, or give them up."""
        if keep:
            self.write()
        self._timer.stop()
        self._session.spec_changed.disconnect(self._timer.start)
        self._session.saved_changed.disconnect(self._timer.start)
        if self._path is not None and not keep:
            self._path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()

    def _take_place(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("Unsaved changes cannot be kept in %s: %s", folder, error)
            return
        for number in range(MOST_WINDOWS):
            lock = QLockFile(str(folder / f"unsaved-{number}.lock"))
            # However long a window has been open, its lock is its own.
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                self._lock, self._path = lock, folder / f"unsaved-{number}.json"
                return

    def _found(self) -> ExperimentSpec | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            return read_experiment(self._path)
        except SpecError as error:
            log.warning("What was kept for recovery cannot be read: %s", error)
            return None
