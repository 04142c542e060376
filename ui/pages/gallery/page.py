"""The Gallery page: all experiments as cards, and the runs of one of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Experiment
from core.telemetry.frame import Frame
from core.telemetry.history import History
from ui.menus import Command, Menu
from ui.page import Page, PageContext
from ui.pages.gallery.cards import CardsPage
from ui.pages.gallery.entry import PAUSED, EntryPage, KeptResults
from ui.session.session import Session
from ui.theme import Theme
from ui.widgets.banner import Banner


@dataclass(frozen=True)
class GalleryState:
    """What the page of a window in another language takes over: the experiment last opened, with
    the data set and the number of seeds chosen, whether it is shown, and all results."""

    experiment: Experiment | None
    shows_entry: bool
    kept: KeptResults
    data: str
    seeds: int


@dataclass(eq=False)
class Paused:
    """A run that was paused, and the step at which it came to rest."""

    history: History
    iteration: int | None = None

    def rest(self, frame: Frame) -> None:
        """Take note of the first step at rest."""
        if self.iteration is None and frame.status != "running":
            self.iteration = frame.iteration

    def is_untouched(self, session: Session) -> bool:
        """Whether the run is still at rest where it was paused."""
        at = session.history.iteration
        is_there = session.history is self.history and self.iteration in (None, at)
        return is_there and not session.is_running


class GalleryPage(Page):
    """While an experiment is training the session's run is paused: two processors are not enough
    for both and a smooth window."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._session = context.session
        self._paused: Paused | None = None
        self.cards = CardsPage()
        self.entry = EntryPage()
        self._pages = QStackedLayout()
        self._pages.addWidget(self.cards)
        self._pages.addWidget(self.entry)
        self.put_below_banner(self._pages)
        self._connect()

    # Cards and experiments

    def open(self, experiment: Experiment) -> None:
        """Show an experiment; training of another one is stopped."""
        if experiment is not self.entry.experiment:
            self.entry.close_training()
            self.entry.show_experiment(experiment)
        self._pages.setCurrentWidget(self.entry)
        self.entry.bar.run.setFocus()

    def back(self) -> None:
        """Return to the cards. Training continues until another experiment is opened."""
        if self.shows_entry:
            self._pages.setCurrentWidget(self.cards)
            self.cards.focus(self.entry.experiment)

    @property
    def shows_entry(self) -> bool:
        return self._pages.currentWidget() is self.entry

    def _escape(self) -> None:
        """Deselect the selected runs; if there are none, go back."""
        if not (self.shows_entry and self.entry.let_go()):
            self.back()

    def _toggle(self) -> None:
        if self.shows_entry:
            self.entry.toggle()

    # With the Train page

    def _open_in_playground(self, spec: ExperimentSpec) -> None:
        self._paused = None
        self.context.open_experiment(spec)

    def _pause_session(self, training: bool) -> None:
        """Pause the session's run while runs are training here; resume it afterwards, unless the
        user has done something with it meanwhile."""
        session = self._session
        if training and session.is_running:
            session.set_running(False)
            self._paused = Paused(session.history)
        elif not training:
            paused, self._paused = self._paused, None
            if paused is not None and paused.is_untouched(session):
                shown = session.past
                session.set_running(True)
                if shown is not None:
                    session.look_at(shown.iteration)
        self.entry.note = PAUSED if self._paused is not None else ""

    def _leave_session(self, running: bool) -> None:
        """Do not resume a run that the user has started."""
        if running:
            self._paused = None

    def _rest(self, frame: Frame) -> None:
        if self._paused is not None:
            self._paused.rest(frame)

    # As part of the window

    def menus(self) -> tuple[Menu, ...]:
        return (
            Menu(
                "&Run",
                (
                    Command("&Run or stop", self._toggle, "Ctrl+Return"),
                    None,
                    Command("&Back to all experiments", self.back, "Alt+Left"),
                ),
            ),
        )

    @property
    def shown_banner(self) -> Banner:
        return self.entry.banner if self.shows_entry else self.banner

    def export(self) -> None:
        if self.shows_entry and not self.entry.is_training:
            self.entry.export()

    def retheme(self, colors: Theme) -> None:
        self.cards.retheme()
        self.entry.retheme()

    def hand_over(self) -> GalleryState:
        entry, bar = self.entry, self.entry.bar
        return GalleryState(
            entry.experiment, self.shows_entry, entry.kept, bar.data, len(bar.seeds)
        )

    def take_over(self, work: GalleryState) -> None:
        self.entry.kept = work.kept
        if work.experiment is not None:
            self.open(work.experiment)
            self.entry.choose(work.data, work.seeds)
            if not work.shows_entry:
                self.back()

    def shutdown(self) -> None:
        self.entry.close_training(timeout=2.0)

    def _connect(self) -> None:
        self.cards.opened.connect(self.open)
        self.entry.back_requested.connect(self.back)
        self.entry.spec_opened.connect(self._open_in_playground)
        self.entry.training_changed.connect(self._pause_session)
        self.entry.training_changed.connect(self.busy_changed)
        self._session.running_changed.connect(self._leave_session)
        self._session.frame_shown.connect(self._rest)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)
