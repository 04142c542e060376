"""The thread that trains the runs of an experiment, beside the window.

A moment is put in the mailbox, the window is told once, and the thread waits until it has painted:
both are in one process, where only one thread at a time may run Python, so they take turns.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from core.data import DataError
from core.gallery.engine import Cancelled, run
from core.gallery.experiment import Experiment
from core.gallery.results import Results
from core.gallery.watching import Moment

# Longest wait for a moment to be painted.
PAINT_SECONDS = 0.25


class Training(QObject):
    """Runs an experiment once. Exactly one of `finished`, `cancelled` and `failed` ends it.

    Whoever takes a moment says with `painted` that it has been shown.
    """

    moment_came = Signal(object)
    finished = Signal(object)
    cancelled = Signal()
    failed = Signal(str)
    _news = Signal()

    def __init__(
        self, experiment: Experiment, data: str, seeds: Sequence[int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._experiment, self._data, self._seeds = experiment, data, tuple(seeds)
        self._mailbox: deque[Moment] = deque()
        self._painted = threading.Event()
        self._unwanted = False
        self._over = self._closed = False
        self._results: Results | None = None
        self._problem = ""
        self.share = 0.0
        self._news.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="gallery", daemon=True)

    def start(self) -> Training:
        self._thread.start()
        return self

    def cancel(self) -> None:
        """End it between two steps."""
        self._unwanted = True
        self._painted.set()

    def painted(self) -> None:
        """The newest moment has been painted, or never will be: train on."""
        self._painted.set()

    def close(self, timeout: float) -> bool:
        """Cancel and wait for the thread; whether it ended in time. No signal follows."""
        self._closed = True
        self.cancel()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # In the thread

    def _work(self) -> None:
        np.seterr(all="ignore")
        try:
            self._results = run(
                self._experiment,
                self._data,
                self._seeds,
                progress=self._tell,
                cancelled=lambda: self._unwanted,
                watch=self._show,
            )
        except Cancelled:
            self._unwanted = True
        except DataError as error:
            self._problem = str(error)
        except MemoryError:
            self._problem = "There is not enough memory to train all these runs at once."
        except Exception as error:  # whatever it is, the window has to learn of it
            self._problem = f"Training stopped: {type(error).__name__}: {error}"
        self._over = True
        self._tell_news()

    def _tell(self, share: float, text: str) -> None:
        self.share = share

    def _show(self, moment: Moment) -> None:
        self._painted.clear()
        self._mailbox.append(moment)
        self._tell_news()
        if not self._unwanted:
            self._painted.wait(PAINT_SECONDS)

    def _tell_news(self) -> None:
        # The application may have ended in the meantime.
        with suppress(RuntimeError):
            self._news.emit()

    # In the window's thread

    @Slot()
    def _deliver(self) -> None:
        if self._closed:
            return
        while self._mailbox:
            self.moment_came.emit(self._mailbox.popleft())
        if not self._over:
            return
        self._over = False
        if self._problem:
            self.failed.emit(self._problem)
        elif self._results is not None:
            self.finished.emit(self._results)
        else:
            self.cancelled.emit()
