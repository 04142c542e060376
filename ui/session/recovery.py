"""Keeps the session's work on disk, in case the application ends before it is saved."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, SignalInstance

from core.base.translation import tr
from core.experiment.files import read_experiment, write_experiment
from core.experiment.reading import SpecError
from core.experiment.spec import ExperimentSpec
from core.worker.job import Context
from ui.session.job import BackgroundJob
from ui.session.session import Session
from ui.session.snapshot import Snapshot, capture, mark
from ui.session.snapshot_file import SnapshotError, read_snapshot, write_snapshot

# Delay after which an edit is written, and interval at which everything is.
DELAY_MILLISECONDS = 1000
PERIOD_MILLISECONDS = 10_000
# How many windows can be open at once, each with its own files.
MOST_WINDOWS = 20

log = logging.getLogger(__name__)
Window = dict[str, bytes | str]


@dataclass
class WriteSnapshot:
    """The job that writes a snapshot. Its result is an error message, "" on success."""

    path: Path
    snapshot: Snapshot

    def run(self, context: Context | None = None) -> str:
        try:
            write_snapshot(self.path, self.snapshot)
        except OSError as error:
            return str(error)
        return ""


class Recovery(QObject):
    """Writes the session's work to two files in `folder`: the experiment as JSON soon after every
    edit, and everything else (undo history, recorded steps, pinned runs, `window`) beside it, then
    and every ten seconds, in a thread.

    The files are deleted when there is nothing to lose: no unsaved change, no run, no pinned run.
    Files found at the start were left by an application that did not end normally: `lost` is the
    experiment in them and `lost_work` the whole session, None if unreadable. An unreadable file is
    renamed and reported in `problem`. A lock separates the files of several windows; Qt releases
    the locks of processes that have died.
    """

    def __init__(
        self,
        session: Session,
        folder: Path,
        window: Callable[[], Window] = dict,
        period: int = PERIOD_MILLISECONDS,
    ) -> None:
        super().__init__()
        self._path: Path | None = None
        self._lock: QLockFile | None = None
        self._job: BackgroundJob | None = None
        self._written: tuple[object, ...] = ()
        self.problem = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MILLISECONDS)
        self._timer.timeout.connect(self.write)
        self._periodic = QTimer(self)
        self._periodic.setInterval(period)
        self._periodic.timeout.connect(self.write)
        self._take_place(folder)
        self.lost_work, self.lost = self._found()
        self._signals: tuple[SignalInstance, ...] = ()
        self.follow(session, window)
        self._periodic.start()

    def follow(self, session: Session, window: Callable[[], Window] = dict) -> None:
        """Write the work of a session, from now on of this one."""
        for signal in self._signals:
            signal.disconnect(self._soon)
        self._session, self._window = session, window
        self._signals = session.spec_changed, session.saved_changed, session.pins.changed
        for signal in self._signals:
            signal.connect(self._soon)

    def write(self) -> None:
        """Bring the files up to date; the larger one is written in a thread."""
        self._timer.stop()
        if self._path is None or not self._write_experiment():
            return
        now = mark(self._session)
        if now == self._written or (self._job is not None and not self._job.is_over):
            return
        self._written = now
        work = WriteSnapshot(self._beside, self._captured())
        self._job = BackgroundJob(work, self, shares_memory=True)
        self._job.finished.connect(self._tell)
        self._job.start()

    def close(self, keep: bool) -> None:
        """Call it when the application ends: keep the work for the next start, or discard it."""
        self._timer.stop()
        self._periodic.stop()
        for signal in self._signals:
            signal.disconnect(self._soon)
        if self._job is not None:
            self._job.close(timeout=5.0)
        if self._path is not None:
            if keep and self._write_experiment():
                self._tell(WriteSnapshot(self._beside, self._captured()).run())
            elif not keep:
                self._discard()
        if self._lock is not None:
            self._lock.unlock()

    def restored(self) -> None:
        """Delete the files of the last session, which has been restored."""
        self.write()
        self._forget_lost()

    def _discard(self) -> None:
        try:
            self._remove()
            self._forget_lost()
        except OSError as error:
            log.warning("Files of the session could not be deleted: %s", error)

    # Writing

    @property
    def _beside(self) -> Path:
        assert self._path is not None
        return self._path.with_suffix(".session")

    def _captured(self) -> Snapshot:
        return capture(self._session, self._window())

    def _soon(self) -> None:
        # Further edits do not restart the timer.
        if not self._timer.isActive():
            self._timer.start()

    def _at_stake(self) -> bool:
        session = self._session
        started = session.history.iteration > 0 or len(session.pins) > 0
        return started or not session.undo_stack.isClean()

    def _write_experiment(self) -> bool:
        """Write the experiment, or remove both files if there is nothing to lose; return whether
        there is something to lose."""
        assert self._path is not None
        try:
            if not self._at_stake():
                self._remove()
                self._written = ()
                return False
            write_experiment(self._path, self._session.spec)
        except OSError as error:
            self._tell(str(error))
        return True

    def _remove(self) -> None:
        assert self._path is not None
        self._path.unlink(missing_ok=True)
        self._beside.unlink(missing_ok=True)

    def _tell(self, problem: str) -> None:
        if problem:
            log.warning("The session could not be kept for recovery: %s", problem)

    # Reading

    def _take_place(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("Unsaved changes cannot be kept in %s: %s", folder, error)
            return
        for number in range(MOST_WINDOWS):
            lock = QLockFile(str(folder / f"unsaved-{number}.lock"))
            # Locks never become stale with age.
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                self._lock, self._path = lock, folder / f"unsaved-{number}.json"
                return

    def _found(self) -> tuple[Snapshot | None, ExperimentSpec | None]:
        work: Snapshot | None = None
        spec: ExperimentSpec | None = None
        if self._path is None:
            return None, None
        try:
            plain, beside = self._set_apart()
        except OSError as error:
            self.problem = tr("The files of the last session cannot be read: {error}", error=error)
            log.warning(self.problem)
            return None, None
        if plain.exists():
            try:
                spec = read_experiment(plain)
            except SpecError as error:
                self._set_aside(plain, str(error))
        if beside.exists():
            try:
                work = read_snapshot(beside)
            except (OSError, SnapshotError) as error:
                self._set_aside(beside, str(error))
        if work is not None and spec is not None and work.spec != spec:
            # The last edit was made after the snapshot was written.
            work.edits.append((work.spec, spec))
            work.spec = spec
        return work, spec or (work.spec if work else None)

    def _forget_lost(self) -> None:
        for path in self._lost_files():
            path.unlink(missing_ok=True)

    def _lost_files(self) -> tuple[Path, ...]:
        if self._path is None:
            return ()
        name = self._path.name.replace("unsaved", "lost")
        plain = self._path.with_name(name)
        return plain, plain.with_suffix(".session")

    def _set_apart(self) -> tuple[Path, ...]:
        """Rename the files of the last session until it is restored or the window is closed: this
        session may crash too, before the user has decided."""
        lost = self._lost_files()
        assert self._path is not None
        found = self._path, self._beside
        if any(path.exists() for path in found):
            for path, to in zip(found, lost, strict=True):
                to.unlink(missing_ok=True)
                if path.exists():
                    path.replace(to)
        return lost

    def _set_aside(self, path: Path, reason: str) -> None:
        """Keep a file that cannot be read, under a name that is not searched at the next start."""
        aside = path.with_name(f"{path.stem}-damaged{path.suffix}")
        log.warning("%s cannot be read: %s", path, reason)
        try:
            path.replace(aside)
        except OSError as error:
            log.warning("%s could not be renamed: %s", path, error)
            aside = path
        said = tr(
            "The files of the last session cannot be read; they are set aside as {file}", file=aside
        )
        self.problem = "\n".join(filter(None, (self.problem, said)))
