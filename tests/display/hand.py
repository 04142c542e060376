"""A hand on mouse and keyboard: real X events, sent by xdotool to a real window."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Generator

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from core.experiment.spec import ExperimentSpec
from playground.process import make_application

PATIENCE_SECONDS = 30.0
LOOK_MILLISECONDS = 5

Condition = Callable[[], object]
Script = Generator[Condition, None, None]


def xdotool(*arguments: object) -> None:
    subprocess.run(["xdotool", *map(str, arguments)], check=True)


def click(widget: QWidget, button: int = 1, at: QPoint | None = None) -> None:
    """Move the mouse onto a widget and click; in its middle unless `at` (widget coordinates)."""
    place = widget.mapToGlobal(at or widget.rect().center())
    xdotool("mousemove", place.x(), place.y(), "click", button)


def key(*names: str) -> None:
    xdotool("key", *names)


def write(text: str) -> None:
    xdotool("type", "--delay", 1, text)


class Stage:
    """The application in a window on the present display, and a script that plays on it.

    A script is a generator: it acts, yields a condition, and goes on when that holds. So it also
    runs while a dialog is open.
    """

    def __init__(self, spec: ExperimentSpec | None = None) -> None:
        self.application = make_application()
        from ui.main_window import MainWindow
        from ui.session.session import Session

        self.session = Session(spec or ExperimentSpec())
        self.window = MainWindow(self.session, "light", remember=False)
        self.failures: list[str] = []
        self.session.failed.connect(self.failures.append)

    def dialog(self) -> QWidget | None:
        """The dialog that is open, if any."""
        return QApplication.activeModalWidget()

    def popup(self) -> QWidget | None:
        """The list or menu that is open, if any."""
        return QApplication.activePopupWidget()

    def play(self, script: Callable[[Stage], Script]) -> int:
        """Play to the end; 0 if every condition came true and nothing failed."""
        self.window.show()
        steps = script(self)
        waiting: Condition = self.window.isActiveWindow
        since, status = time.monotonic(), 0

        def look() -> None:
            nonlocal waiting, since, status
            try:
                if waiting():
                    waiting, since = next(steps), time.monotonic()
                elif time.monotonic() - since > PATIENCE_SECONDS:
                    raise AssertionError(f"waited in vain at line {_line(steps)}")
            except StopIteration:
                timer.stop()
            except BaseException:
                traceback.print_exc()
                status = 1
                timer.stop()
                self.application.exit(1)

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(LOOK_MILLISECONDS)
        left = self.application.exec()
        ended = self.session.close()
        for failure in self.failures:
            print("failed:", failure, file=sys.stderr)
        return status or left or (0 if ended and not self.failures else 1)


def _line(steps: Script) -> int:
    frame = getattr(steps, "gi_frame", None)
    return frame.f_lineno if frame else 0
