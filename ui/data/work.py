"""Reading and fetching data in the background: jobs that share the window's memory, because tables
are too large to be copied between processes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal

from core.base.cancellation import Cancelled
from core.base.translation import tr
from core.worker.job import Context, Progress
from ui.session.job import BackgroundJob


class WorkContext:
    """Progress and cancellation of the work. Without Qt objects, so that its thread may keep it."""

    def __init__(self) -> None:
        self._given_up = False
        self._context: Context | None = None

    def is_given_up(self) -> bool:
        return self._given_up

    def go_on(self) -> None:
        """Raises `Cancelled` if the work has been cancelled."""
        if self._given_up:
            raise Cancelled

    def tell(self, share: float, text: str = "") -> None:
        """Report the progress, 0…1. Raises `Cancelled` if the work has been cancelled."""
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
    """Runs `act(context)` in a thread; exactly one of `done` and `failed` is emitted, or neither if
    the work is cancelled with `give_up`.

    `act` reports its progress with `tell`, which raises `Cancelled` after `give_up`. The object is
    a child of the application, so no reference to it is needed.
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
        """Cancel the work; neither `done` nor `failed` will be emitted."""
        self._action.give_up()
        self._job.stop()

    def is_given_up(self) -> bool:
        return self._action.is_given_up()

    @property
    def ended(self) -> threading.Event:
        """Set when the work has ended; another thread may wait for it, and keep a reference."""
        return self._action.ended

    def _show(self, progress: Progress) -> None:
        if not self.is_given_up():
            self.progressed.emit(progress.share, tr(progress.text))

    def _finish(self, result: object) -> None:
        if not self.is_given_up():
            self.done.emit(result)
        self.deleteLater()

    def _fail(self, message: str) -> None:
        if not self.is_given_up():
            self.failed.emit(message)
        self.deleteLater()
