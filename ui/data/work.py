"""Work in a thread beside the window, with progress and cancellation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from core.data import DataError

# Progress is shown this often, however often it is told.
LOOK_MILLISECONDS = 40


class GivenUp(Exception):
    """The work was cancelled."""


class Work(QObject):
    """Runs `act(work)` in a thread of its own; exactly one of `done` and `failed` follows, unless
    it is given up: then nothing does.

    `act` says with `tell` how far it is, and is stopped there once it is given up. The object
    belongs to the application, so that it is not destroyed before its thread has ended.
    """

    progressed = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    _ended = Signal()

    def __init__(self, act: Callable[[Work], object]) -> None:
        super().__init__(QCoreApplication.instance())
        self._act = act
        self._given_up = False
        self._told: tuple[float, str] | None = None
        self._result: object = None
        self._problem = ""
        self._over = threading.Event()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._looking = QTimer(self)
        self._looking.timeout.connect(self._show)
        self._thread = threading.Thread(target=self._run, name="data", daemon=True)

    def start(self) -> Work:
        self._thread.start()
        self._looking.start(LOOK_MILLISECONDS)
        return self

    def give_up(self) -> None:
        """Let the work end as soon as it can; neither `done` nor `failed` will follow."""
        self._given_up = True

    def is_given_up(self) -> bool:
        return self._given_up

    def join(self) -> None:
        """Wait until the thread has ended; to be called from another thread than the window's."""
        self._over.wait()

    # In the thread

    def tell(self, share: float, text: str = "") -> None:
        """Report the progress, 0…1. Raises `GivenUp` where the work is cancelled."""
        self.go_on()
        self._told = share, text

    def go_on(self) -> None:
        """Raises `GivenUp` where the work is cancelled."""
        if self._given_up:
            raise GivenUp

    def _run(self) -> None:
        try:
            self._result = self._act(self)
        except GivenUp:
            self._given_up = True
        except DataError as error:
            self._problem = str(error)
        except MemoryError:
            self._problem = "There is not enough memory for so much data; use a part of it."
        except Exception as error:  # whatever it is, the window has to learn of it
            self._problem = f"Something went wrong: {type(error).__name__}: {error}"
        self._over.set()
        # The application may have ended in the meantime.
        with suppress(RuntimeError):
            self._ended.emit()

    # In the window's thread

    def _show(self) -> None:
        told, self._told = self._told, None
        if told and not self._given_up:
            self.progressed.emit(*told)

    @Slot()
    def _deliver(self) -> None:
        self._looking.stop()
        if not self._given_up:
            if self._problem:
                self.failed.emit(self._problem)
            else:
                self.done.emit(self._result)
        self._result = None
        self.deleteLater()
