"""The application: puts session and window together, and ends them cleanly."""

from __future__ import annotations

import argparse
import gc
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.display import missing_display

# How often the window's thread collects cyclic garbage. Never the training thread: it could
# destroy Qt objects from there.
COLLECT_MILLISECONDS = 5000
# How long a thread may keep the interpreter to itself: what a click waits for, at most, each time
# it enters Python while training runs.
SWITCH_SECONDS = 0.001


def main(arguments: list[str]) -> int:
    """Open the window, or without a display train offscreen. Returns the exit status."""
    options = _parser().parse_args(arguments)
    from core.files import read_experiment
    from core.reading import SpecError
    from core.spec import ExperimentSpec

    try:
        spec = read_experiment(options.file) if options.file else ExperimentSpec()
    except SpecError as error:
        for problem in error.problems:
            print(f"playground: {problem}", file=sys.stderr)
        return 2
    if reason := missing_display():
        from playground.offscreen import train_offscreen

        return train_offscreen(spec, reason, options.theme)
    return open_window(spec, options.theme, options.run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="playground", description="See a neural network learn.")
    parser.add_argument("file", nargs="?", type=Path, help="an experiment saved as JSON")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="for this time only")
    parser.add_argument("--run", action="store_true", help="start training at once")
    return parser


def make_application() -> Any:
    """The QApplication with everything that holds for the whole process."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    from threadpoolctl import threadpool_limits

    application = QApplication(sys.argv[:1])
    application.setApplicationName("Training Playground")
    application.setOrganizationName("Training Playground")
    application.setDesktopFileName("training-playground")
    threadpool_limits(limits=1, user_api="blas")
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.disable()
    collector = QTimer(application)
    collector.timeout.connect(_collect)
    collector.start(COLLECT_MILLISECONDS)
    return application


def _collect() -> None:
    gc.collect(1)


def open_window(spec: Any, theme: str | None, run: bool) -> int:
    """Show the window until it is closed."""
    application = make_application()
    from ui.main_window import MainWindow
    from ui.session import Session

    session = Session(spec)
    window = MainWindow(session, theme)
    window.show()
    report_crashes(window.report)
    interrupts = Interrupts(application.quit)
    if run:
        session.set_running(True)
    # Nothing made so far is garbage: leave it out of every later collection.
    gc.collect()
    gc.freeze()
    status = application.exec()
    interrupts.close()
    return status if session.close() else 1


def report_crashes(show: Callable[[str], None]) -> None:
    """Turn an unexpected error into a message in the window; the traceback goes to stderr."""

    def report(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
        traceback.print_exception(kind, error, trace)
        if threading.current_thread() is threading.main_thread():
            show(f"Something went wrong: {kind.__name__}: {error}. The run was kept.")

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)


class Interrupts:
    """Lets SIGINT and SIGTERM quit the event loop, which otherwise would not notice them."""

    def __init__(self, act: Callable[[], None]) -> None:
        from PySide6.QtCore import QSocketNotifier

        self._far, self._near = socket.socketpair()
        for end in (self._far, self._near):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(lambda: self._heard(act))
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def _heard(self, act: Callable[[], None]) -> None:
        self._near.recv(4096)
        act()

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._far.close()
        self._near.close()
