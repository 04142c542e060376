"""The application's window, which is built again when the language changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from ui.language import apply_language
from ui.main_window import MainWindow
from ui.session.session import Session


class WindowHost(QObject):
    """Holds the window and its session. In another language both have successors, which take over
    everything: training continues. `rebuilt` is emitted when they are shown, `closed` when the
    window has been closed."""

    rebuilt = Signal()
    closed = Signal()

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._use(window)

    @property
    def session(self) -> Session:
        return self.window.session

    def _use(self, window: MainWindow) -> None:
        self.window = window
        window.closed.connect(self.closed)
        # Not while the menu is open that is about to be deleted.
        queued = Qt.ConnectionType.QueuedConnection
        window.appearance.language_chosen.connect(self.change_language, queued)

    def change_language(self, choice: str) -> None:
        """Show the window in another language, one of `ui.language.CHOICES`."""
        past = self.window
        work = past.hand_over()
        if work is None:
            return
        apply_language(choice)
        session = past.session.successor()
        window = MainWindow(session, past.appearance.theme_name, preferences=past.memory)
        window.take_over(work)
        self._use(window)
        self.rebuilt.emit()
        past.hide()
        past.session.deleteLater()
        past.deleteLater()
