"""The base class of pages, and the context that the window gives them. `ui.pages` explains how to
add one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from core.experiment.links import experiment_link
from core.experiment.spec import ExperimentSpec
from ui.menus import Menu
from ui.preferences import Memory
from ui.session.session import Session
from ui.theme import Theme
from ui.widgets.banner import Banner
from ui.widgets.layouts import add_layout

MARGIN = 12


@dataclass(frozen=True)
class PageContext:
    """What the window gives to every page.

    `session` holds the experiment and the run of the Train page: `session.spec`, `session.shown`.
    `preferences` are kept between sessions; a page prefixes its names with its key, as in
    "labs/size". `open_experiment` opens an experiment on the Train page, paused at its start, and
    can be undone by the user. `show_page` shows the page with a key.
    """

    session: Session
    preferences: Memory
    open_experiment: Callable[[ExperimentSpec], None]
    show_page: Callable[[str], None]


class Page(QWidget):
    """Base class of the pages. A page is built when it is first shown and lives until the window
    closes; it keeps its state while another page is shown.

    `banner` shows the messages of `report`; a page puts it at the top of its content.
    `busy_changed` carries whether a computation of the page is running, which the rail shows.
    `reported` carries each message, so that the rail can mark a page that is not shown. Undo and
    Redo act on `undo_stack` while the page is shown; None disables them. A page that takes another
    emits `undo_changed`.
    """

    busy_changed = Signal(bool)
    reported = Signal(str)
    undo_changed = Signal()
    undo_stack: QUndoStack | None = None

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.banner = Banner(self)

    def put_below_banner(self, content: QLayout) -> None:
        """Fill the page with the banner and, below it, this content."""
        message = QHBoxLayout()
        message.setContentsMargins(MARGIN, 0, MARGIN, 0)
        message.addWidget(self.banner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        add_layout(whole, message)
        add_layout(whole, content, 1)

    def menus(self) -> tuple[Menu, ...]:
        """The menus of the page, requested once after it is built and active while the page is
        shown. Items of a menu called "&View" are added to the window's View menu."""
        return ()

    @property
    def shown_banner(self) -> Banner:
        """The banner of what is shown, for a page that shows one of several things."""
        return self.banner

    def report(self, message: str) -> None:
        """Show a message in the banner until it is dismissed; "" hides the last one."""
        if message:
            self.shown_banner.say(message)
            self.reported.emit(message)
        else:
            self.shown_banner.hide()

    def retheme(self, colors: Theme) -> None:
        """Apply the colours of another theme; a new page has those of `theme.current()`."""

    def activate(self) -> None:
        """The page has become visible: it was switched to, or the window was restored."""

    def deactivate(self) -> None:
        """The page is no longer visible: another was switched to, or the window was minimised."""

    def painted(self) -> None:
        """The window has been painted while the page is shown."""

    def export(self) -> None:
        """Export: the action of Ctrl+E on the page."""

    def link(self) -> str:
        """What Copy link copies: the experiment, unless the page has settings of its own to send.
        Raises SpecError where they are too large for a link."""
        return experiment_link(self.context.session.spec)

    def restore_state(self) -> None:
        """Read from the preferences what `save_state` wrote; called once, after building."""

    def save_state(self) -> None:
        """Write to the preferences what is to be remembered; called when the window closes."""

    def hand_over(self) -> object:
        """What another window's page takes over with `take_over`, when the window is built again
        in another language; None for nothing. The preferences are handed over anyway."""
        return None

    def take_over(self, work: Any) -> None:
        """Show what the same page of the last window has handed over."""

    def can_close(self) -> bool:
        """Whether the window may close. A page with unsaved work asks the user first."""
        return True

    def shutdown(self) -> None:
        """End all computations of the page, as the window is closing. Returns within 2 seconds."""
