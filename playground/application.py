"""The QApplication, which also hears of what macOS asks a running application to open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
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
