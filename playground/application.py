"""The QApplication, which also hears of what macOS asks a running application to open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QThread, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """`asked` carries a link or the path of a file. Elsewhere both come on the command line."""

    asked = Signal(str)

    # Events of the application itself only; a filter would delay those of every widget.
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.asked.emit(event.file() or event.url().toString())
            return True
        return super().event(event)


def free_hidden_popups() -> None:
    """Free the pictures of menus and lists that are closed: Qt keeps each for the next time, 0.2 to
    3 MiB. Opened again, a popup gets a new one.

    Nothing is freed while a dialog, a menu or a drag waits: it may have been opened by a key that
    Qt is still delivering to the popup, such as Return on a choice.
    """
    if QThread.currentThread().loopLevel() > 1:
        return
    for widget in QApplication.topLevelWidgets():
        # Whether it has a window is not asked: PySide would keep an object of each for ever.
        if widget.windowType() == Qt.WindowType.Popup and widget.isHidden():
            widget.destroy()
