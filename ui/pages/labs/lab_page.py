"""What every lab's page has in common: controls, plots, steps, formula, export and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, joined, tr
from core.experiment.files import replacing
from core.experiment.links import LabLink, lab_link, read_settings
from core.experiment.reading import SpecError
from core.studies import lab
from core.studies.base import StudyError
from ui import theme
from ui.page import PageContext
from ui.pages.labs.column import Column, keeps_arrows
from ui.pages.labs.state import StateEdit, dumps, loads
from ui.pages.labs.transport import Transport, mirrored
from ui.plots.card import Card
from ui.plots.plot_view import PlotView
from ui.session.linking import Links
from ui.undo import make_undo_stack
from ui.widgets.banner import Banner
from ui.widgets.file_dialogs import ask_source, ask_target
from ui.widgets.layouts import add_layout, set_layout
from ui.widgets.text_card import TextCard

GAP = 8
# Errors of settings from elsewhere: the reader checks each value, not whether they fit together.
UNUSABLE = (SpecError, StudyError, OSError, ValueError, TypeError, LookupError, ArithmeticError)


class LabPage(QWidget):
    """A subclass names its `key`, its `State` (a frozen dataclass of settings with defaults), what
    to `look_for` and a `question` to think about. It makes controls in `build_controls`, cards in
    `build_cards`, computes in `recompute` and shows a step in `show_step`.
    """

    key: ClassVar[str]
    State: ClassVar[type]
    look_for: ClassVar[str]
    question: ClassVar[str]
    noun: ClassVar[str] = Message("step")
    speed: ClassVar[float] = 8.0

    back_requested = Signal()
    busy_changed = Signal(bool)

    def __init__(
        self,
        context: PageContext,
        undo_stack: QUndoStack | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context = context
        self.lab = lab(self.key)
        self.state: Any = self.State()
        self.undo_stack = undo_stack or make_undo_stack(self)
        self.banner = Banner(self)
        self.column = Column()
        self.transport = Transport(tr(self.noun), self.speed)
        self.formula = TextCard()
        self.grid = QGridLayout()
        # The grid, and instead of it the card that is maximised.
        self._pages, self._single = QStackedLayout(), QVBoxLayout()
        self.cards: list[Card] = []
        # The card that is maximised, and its place in the grid.
        self._alone: tuple[Card, tuple[int, int, int, int]] | None = None
        # First what to do here, then the many controls.
        self.column.words(tr("What to look for"), tr(self.look_for))
        self.build_controls(self.column)
        self.column.words(tr("To think about"), tr(self.question))
        self._arrange()
        self.build_cards()
        self.transport.moved.connect(self.show_step)
        self._apply(self.State())

    # Implemented by subclasses

    def build_controls(self, column: Column) -> None:
        """Make the fields in the left column."""
        raise NotImplementedError

    def build_cards(self) -> None:
        """Make the cards with `add_card`."""
        raise NotImplementedError

    def show_controls(self) -> None:
        """Show the settings in the fields, without signals; here in those named like them."""
        for name in self.state.__dataclass_fields__:
            getattr(self, name).set_value(getattr(self.state, name))

    def recompute(self) -> None:
        """Compute the results for the settings, then call `transport.set_length`. Raises
        StudyError."""
        raise NotImplementedError

    def show_step(self, at: int) -> None:
        """Show the lab after `at` steps."""
        raise NotImplementedError

    def clear(self) -> None:
        """Take away what belongs to other settings: `recompute` has raised StudyError."""

    @property
    def is_computing(self) -> bool:
        """Whether something is being computed in the background or about to be."""
        return False

    def shutdown(self) -> None:
        """End all computations."""

    # Settings

    def edit(self, **changes: Any) -> None:
        """The user has changed settings; it can be undone."""
        new = replace(self.state, **changes)
        if new != self.state:
            self.undo_stack.push(StateEdit(self._apply, self.state, new))

    def connect_fields(self) -> None:
        """Let the fields that are named like the settings edit them."""
        for name in self.State.__dataclass_fields__:
            field = getattr(self, name)
            field.edited.connect(lambda value, name=name: self.edit(**{name: value}))

    def _apply(self, state: Any) -> None:
        self.state = state
        self.banner.hide()
        self.show_controls()
        try:
            self.recompute()
        except StudyError as error:
            self.clear()
            self.banner.say(tr(str(error)))
        self._keep_alone()

    def reset(self) -> None:
        """Return to the settings the lab begins with."""
        self.edit(**{name: getattr(self.State(), name) for name in self.state.__dataclass_fields__})
        self.transport.restart()

    # Files and preferences

    def restore_state(self) -> None:
        """Restore the settings and the step of the last session."""
        text = self.context.preferences.text(f"labs/{self.key}", "")
        if text:
            try:
                self._apply(loads(text, self.key, self.State()))
            except UNUSABLE:
                self._apply(self.State())
            at = self.context.preferences.text(f"labs/{self.key}/step", "0")
            self.transport.go(int(at) if at.isdecimal() else 0)

    def show_state(self, state: Any, at: int) -> None:
        """Show other settings, at a step; this cannot be undone."""
        self._apply(state)
        self.transport.go(at)

    def save_state(self) -> None:
        text, at = dumps(self.key, self.state), str(self.transport.at)
        self.context.preferences.keep(**{f"labs/{self.key}": text, f"labs/{self.key}/step": at})

    def save_to(self, path: Path) -> None:
        """Write the settings to a file; on failure the banner gives the reason."""
        try:
            with replacing(path) as part:
                part.write_text(dumps(self.key, self.state), encoding="utf-8")
        except OSError as error:
            self._say_of(str(path), error)

    def open_from(self, path: Path) -> None:
        """Take the settings from a file; on failure the banner gives the reason."""
        self._take_settings(
            path.name, lambda: loads(path.read_text("utf-8"), self.key, self.State())
        )

    def link(self) -> str:
        """The settings as a link. Raises SpecError where they are too large for one."""
        return lab_link(self.key, self.state)

    def copy_link(self) -> None:
        """Put the link into the clipboard."""
        Links.put(self.link, self.banner.say)

    def open_link(self, link: LabLink) -> None:
        """Take the settings from a link to this lab; on failure the banner gives the reason."""
        self._take_settings(tr("Link"), lambda: read_settings(link.raw, self.State()))

    def _take_settings(self, source: str, read: Callable[[], Any]) -> None:
        """Settings from elsewhere take effect as one step to undo, or nothing changes."""
        before = self.state
        try:
            state = read()
            self._apply(state)
        except UNUSABLE as error:
            self._apply(before)
            self._say_of(source, error)
            return
        if state != before:
            self.undo_stack.push(StateEdit(self._apply, before, state))

    def _say_of(self, source: str, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) else None
        self.banner.say(tr(joined(": ", (source, reason or str(error)))))

    def ask_save(self) -> None:
        proposed = Path.home() / f"{self.key}.json"
        if path := ask_target(self, tr("Save the lab"), proposed, tr("Lab (*.json)")):
            self.save_to(path)

    def ask_open(self) -> None:
        if path := ask_source(self, tr("Open a lab"), str(Path.home()), tr("Lab (*.json)")):
            self.open_from(path)

    # Plots

    def add_card(self, view: PlotView, *place: int) -> Card:
        """Put a view into the grid: row, column and, where it covers more, rows and columns."""
        card = Card(view)
        card.export_requested.connect(lambda: self.export(view))
        card.maximize_toggled.connect(lambda: self._maximize(card))
        self.cards.append(card)
        self.grid.addWidget(card, *place)
        return card

    def export(self, view: PlotView | None = None) -> None:
        """Ask what to export, one plot or the whole page."""
        from ui.export.dialog import ask_export

        ask_export(self.cards, None, view, self, tr(self.lab.title), [self.formula])

    def _maximize(self, card: Card) -> None:
        """Show one card alone, or again all that belong to the settings."""
        if self._alone is None:
            self._take_out(card)
        else:
            self._put_back()

    def _take_out(self, card: Card) -> None:
        place = self.grid.getItemPosition(self.grid.indexOf(card))
        self._alone = card, place  # type: ignore[assignment]
        self._move(card, lambda: self._single.addWidget(card))
        self._pages.setCurrentIndex(1)

    def _put_back(self) -> None:
        if self._alone is not None:
            card, place = self._alone
            self._alone = None
            self._pages.setCurrentIndex(0)
            self._move(card, lambda: self.grid.addWidget(card, *place))

    def _move(self, card: Card, move: Callable[[], object]) -> None:
        """Put a card into another layout; it stays hidden or shown and keeps the keyboard."""
        shown, focused = not card.isHidden(), card.focusWidget()
        has_focus = focused is not None and focused.hasFocus()
        move()
        card.setVisible(shown)
        if focused is not None and has_focus:
            focused.setFocus()

    def _keep_alone(self) -> None:
        """Other settings have placed and hidden cards: a maximised one stays alone if it is still
        among those to show."""
        if self._alone is not None:
            card, _ = self._alone
            if self.grid.indexOf(card) >= 0:
                self._take_out(card)
            if card.isHidden():
                self._put_back()

    def retheme(self, colors: theme.Theme) -> None:
        for card in self.cards:
            card.retheme(colors)
        self.transport.retheme(colors)
        self._back.setIcon(mirrored("chevron-right", colors))
        self.show_step(self.transport.at)

    # Set-up

    def _arrange(self) -> None:
        self._back = QPushButton(tr("Labs"))
        self._back.setToolTip(tr("Back to all labs (Alt+←)"))
        self._back.setIcon(mirrored("chevron-right", theme.current()))
        title = QLabel(tr(self.lab.title))
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        title.setFont(font)
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 8)
        top.setSpacing(12)
        top.addWidget(self._back)
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.transport)
        top.addStretch(1)
        top.addWidget(
            self._button(tr("Reset"), tr("Return to the settings the lab begins with"), self.reset)
        )
        says = tr("Copy the lab as it is set as a link to send (Ctrl+L)")
        top.addWidget(self._button(tr("Copy link"), says, self.copy_link))
        says = tr("Save a plot, its numbers or the whole page (Ctrl+E)")
        top.addWidget(self._button(tr("Export"), says, lambda: self.export()))
        self._back.clicked.connect(self.back_requested)
        self.grid.setSpacing(GAP)
        for layout in (self.grid, self._single):
            layout.setContentsMargins(GAP, GAP, GAP, GAP)
            page = QWidget()
            set_layout(page, layout)
            self._pages.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        message = QHBoxLayout()
        message.setContentsMargins(GAP, GAP, GAP, 0)
        message.addWidget(self.banner)
        add_layout(right, message)
        add_layout(right, self._pages, 1)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.column)
        add_layout(middle, right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        add_layout(whole, top)
        add_layout(whole, middle, 1)

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: act())
        return button

    def event(self, event: QEvent) -> bool:
        return keeps_arrows(event) or super().event(event)
