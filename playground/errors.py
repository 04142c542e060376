"""Uncaught errors while the window is open: logged and shown, and the window stays open."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, qVersion
from PySide6.QtGui import QGuiApplication

from core.base.extras import MissingExtra
from core.base.translation import tr
from playground import __version__
from playground.logs import log

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class ErrorReporter(QObject):
    """Shows uncaught errors of all threads in the window, with a report to copy."""

    _happened = Signal(str, str)

    def __init__(self, window: MainWindow, log_file: Path | None = None) -> None:
        super().__init__()
        self._log_file = log_file
        self.follow(window)
        self._last, self._count = "", 0
        # Across threads the signal is queued, so that widgets are touched in their own thread.
        self._happened.connect(self._show)
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(
            args.exc_type, args.exc_value, args.exc_traceback
        )

    def follow(self, window: MainWindow) -> None:
        """Show errors in a window, from now on in this one."""
        self._window = window

    def _caught(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)):
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        if text != self._last:
            log.error("Uncaught error\n%s", text)
            print(text, file=sys.stderr or sys.__stderr__, end="")
        if issubclass(kind, MissingExtra):
            message = tr(str(error))
        else:
            what = f"{kind.__name__}: {error}" if str(error) else kind.__name__
            message = tr("Something went wrong: {what}. The run was kept.", what=what)
        # A thread may outlive the window, while the process ends.
        with suppress(RuntimeError):
            self._happened.emit(message, text)

    def _show(self, message: str, text: str) -> None:
        self._count = self._count + 1 if text == self._last else 1
        self._last = text
        if self._count > 1:
            message = tr("{message} ({count} times)", message=message, count=self._count)
        copy = tr("Copy report")
        try:
            self._window.notify(message, copy, lambda: self._copy(text), stays=True)
        except Exception:
            # What failed may fail again as the window makes room for the message.
            log.exception("The message could not be shown")

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(self.report(text))

    def report(self, text: str) -> str:
        """Information for finding the cause: versions, system, traceback and path of the log."""
        lines = [
            f"Training Playground {__version__}",
            f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}",
            f"Log: {self._log_file or 'none'}",
            "",
            text,
        ]
        return "\n".join(lines)
