"""The gallery's window: all experiments as cards, and the page of one of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Experiment
from core.telemetry.history import History
from ui import theme
from ui.pages.gallery.cards import CardsPage
from ui.pages.gallery.entry import PAUSED, EntryPage
from ui.session.session import Session
from ui.widgets.keys import press_focused

SIZE, LEAST = (1240, 820), (1000, 640)
TITLE = "Gallery"


class GalleryWindow(QWidget):
    """Stands beside the main window, and is closed with it.

    While an experiment is trained here the session's run is paused: two cores are not enough for
    both and a smooth window.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._session = session
        self._paused: History | None = None
        self._theme = theme.current()
        self.cards = CardsPage()
        self.entry = EntryPage()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.cards)
        self._pages.addWidget(self.entry)
        self.resize(*SIZE)
        self.setMinimumSize(*LEAST)
        self.setWindowTitle(TITLE)
        parent.installEventFilter(self)
        self._connect()

    # Going about

    def present(self) -> None:
        """Show the window in front of all others."""
        self.show()
        self.raise_()
        self.activateWindow()

    def open(self, experiment: Experiment) -> None:
        """Show the page of an experiment; one that is being trained goes on only on its own."""
        if experiment is not self.entry.experiment:
            self.entry.close_training(timeout=0.3)
            self.entry.show_experiment(experiment)
        self._pages.setCurrentWidget(self.entry)
        self.setWindowTitle(f"{experiment.title} – {TITLE}")
        self.entry.bar.run.setFocus()

    def back(self) -> None:
        """Return to the cards; from there, close. Training goes on until another is opened."""
        if not self.shows_entry:
            self.close()
            return
        self._pages.setCurrentWidget(self.cards)
        self.setWindowTitle(TITLE)
        self.cards.focus(self.entry.experiment)

    @property
    def shows_entry(self) -> bool:
        return self._pages.currentWidget() is self.entry

    def _leave(self) -> None:
        """Escape: let go of the runs that stand out first."""
        if not (self.shows_entry and self.entry.let_go()):
            self.back()

    def _toggle(self) -> None:
        if self.shows_entry:
            self.entry.toggle()

    def _export(self) -> None:
        if self.shows_entry and not self.entry.is_training:
            self.entry.export()

    # The playground

    def _open_in_playground(self, spec: ExperimentSpec) -> None:
        self._paused = None
        self._session.open(spec)
        window = self.parentWidget()
        if window is not None:
            window.raise_()
            window.activateWindow()

    def _mind_session(self, training: bool) -> None:
        """Pause the session's run while runs are trained here; let the same run go on after."""
        session = self._session
        if training and session.is_running:
            self._paused = session.history
            session.set_running(False)
        elif not training:
            paused, self._paused = self._paused, None
            if paused is not None and paused is session.history and not session.is_running:
                session.set_running(True)
        self.entry.note = PAUSED if self._paused is not None else ""

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_focused(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            self.entry.painted()
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and theme.current() is not self._theme:
            self._theme = theme.current()
            self.cards.retheme()
            self.entry.retheme()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and watched is self.parent():
            self.close()
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        self.entry.close_training(timeout=2.0)
        super().closeEvent(event)

    def _connect(self) -> None:
        self.cards.opened.connect(self.open)
        self.entry.back_requested.connect(self.back)
        self.entry.spec_opened.connect(self._open_in_playground)
        self.entry.training_changed.connect(self._mind_session)
        for keys, act in (
            ("Escape", self._leave),
            ("Ctrl+Return", self._toggle),
            ("Ctrl+E", self._export),
            ("Ctrl+W", self.close),
        ):
            QShortcut(QKeySequence(keys), self, act)
