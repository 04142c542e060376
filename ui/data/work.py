"""Reading and fetching data beside the window: jobs that share its memory, because tables are too
large to be copied from process to process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal

from core.base.cancellation import Cancelled
from core.worker.job import Context, Progress
from ui.session.job import BackgroundJob


class WorkContext:
    """What the work has to do with the window; nothing of Qt, so that its thread may keep it."""

    def __init__(self) -> None:
        self._given_up = False
        self._context: Context | None = None

    def is_given_up(self) -> bool:
        return self._given_up

    def go_on(self) -> None:
        """Raises `Cancelled` where the work is to end."""
        if self._given_up:
            raise Cancelled

    def tell(self, share: float, text: str = "") -> None:
        """How far the work is, 0…1. Raises `Cancelled` where it is to end."""
        self.go_on()
        assert self._context
        self._context.progress(share, 1.0, text)


class _Action(WorkContext):
    """The job."""

    def __init__(self, act: Callable[[WorkContext], object]) -> None:
        super().__init__()
        self._act = act
        self.ended = threading.Event()

    def give_up(self) -> None:
        self._given_up = True

    def run(self, context: Context) -> object:
        self._context = context
        try:
            return self._act(self)
        finally:
            self.ended.set()


class Work(QObject):
    """Runs `act(context)` in a thread; exactly one of `done` and `failed` follows, unless it is
    given up: then nothing does.

    `act` says with `tell` how far it is, and is stopped there once it is given up. The object
    belongs to the application, so that nobody has to keep it until then.
    """

    progressed = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)

    def __init__(self, act: Callable[[WorkContext], object]) -> None:
        super().__init__(QCoreApplication.instance())
        self._action = _Action(act)
        self._job = BackgroundJob(self._action, self, shares_memory=True)
        self._job.progressed.connect(self._show)
        self._job.finished.connect(self._finish)
        self._job.failed.connect(self._fail)
        self._job.stopped.connect(self.deleteLater)

    def start(self) -> Work:
        self._job.start()
        return self

    def give_up(self) -> None:
        """Let the work end as soon as it can; neither `done` nor `failed` will follow."""
        self._action.give_up()
        self._job.stop()

    def is_given_up(self) -> bool:
        return self._action.is_given_up()

    @property
    def ended(self) -> threading.Event:
        """Set once the thread has ended: another thread may wait for it, and keep it."""
        return self._action.ended

    def _show(self, progress: Progress) -> None:
        if not self.is_given_up():
            self.progressed.emit(progress.share, progress.text)

    def _finish(self, result: object) -> None:
        if not self.is_given_up():
            self.done.emit(result)
        self.deleteLater()

    def _fail(self, message: str) -> None:
        if not self.is_given_up():
            self.failed.emit(message)
        self.deleteLater()
