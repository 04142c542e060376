"""Work that the user need not wait for, one piece in each turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid


class Turns(QObject):
    """Does what widgets have asked for, in that order; clicks and paints get between."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._due: dict[QWidget, Callable[[], None]] = {}
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)

    def add(self, widget: QWidget, act: Callable[[], None]) -> None:
        """Do something for a widget when it is its turn, once however often it is added."""
        self._due[widget] = act
        self._timer.start(0)

    def _next(self) -> None:
        while self._due:
            widget = next(iter(self._due))
            act = self._due.pop(widget)
            if isValid(widget):
                act()
                return
        self._timer.stop()


def turns() -> Turns:
    """Those of the application."""
    application = QApplication.instance()
    assert application is not None
    found = application.findChild(Turns)
    return found if isinstance(found, Turns) else Turns(application)
