"""The Labs page: the cards, and the lab that is open."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from core.base.translation import Message
from core.experiment.links import LabLink
from core.experiment.reading import SpecError, nearest, shown
from core.studies import LABS
from ui.menus import Command, Menu
from ui.page import Page, PageContext
from ui.pages.labs.cards import LabCards
from ui.pages.labs.lab_page import LabPage
from ui.pages.labs.registry import LAB_PAGES
from ui.theme import Theme
from ui.undo import make_undo_stack
from ui.widgets.banner import Banner

# A lab's plots and results take 4 to 25 MiB.
MOST_KEPT = 3


class LabsPage(Page):
    """A lab is built when it is opened. The last few stay as they are while another is shown; of
    older ones the settings are kept."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.cards = LabCards([key for key in LABS if key in LAB_PAGES])
        self.labs: dict[str, LabPage] = {}
        self._undo = make_undo_stack(self)
        self._last = ""
        self._stack = QStackedLayout()
        self._stack.addWidget(self.cards)
        self.put_below_banner(self._stack)
        self.cards.opened.connect(self.open)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.back)

    @property
    def lab(self) -> LabPage | None:
        """The lab that is open."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, LabPage) else None

    def open(self, key: str) -> None:
        """Show a lab."""
        # In the order in which they were opened last.
        self.labs[key] = self.labs.pop(key, None) or self._build(key)
        self._pause()
        if key != self._last:
            self._undo.clear()  # no change of a lab that is out of sight
            self._last = key
        self._show(self.labs[key])
        self.labs[key].transport.play_button.setFocus()
        self._close_oldest()

    def _show(self, part: QWidget) -> None:
        self._stack.setCurrentWidget(part)
        self.undo_stack = None if self.lab is None else self._undo
        self.undo_changed.emit()

    def _build(self, key: str) -> LabPage:
        page = LAB_PAGES[key](self.context, self._undo)
        page.back_requested.connect(self.back)
        page.busy_changed.connect(self.busy_changed)
        page.restore_state()
        self._stack.addWidget(page)
        return page

    def _close_oldest(self) -> None:
        """Close the labs that were opened longest ago, but none that is computing."""
        idle = [k for k, lab in self.labs.items() if lab is not self.lab and not lab.is_computing]
        for key in idle[: max(len(self.labs) - MOST_KEPT, 0)]:
            page = self.labs.pop(key)
            page.save_state()
            page.shutdown()
            self._stack.removeWidget(page)
            page.deleteLater()

    def back(self) -> None:
        """Return to the cards."""
        if self.lab is not None:
            key = self.lab.key
            self._pause()
            self._show(self.cards)
            self.cards.focus(key)

    def _pause(self) -> None:
        if self.lab is not None:
            self.lab.transport.set_playing(False)

    def _act(self, name: str):
        def act() -> None:
            if self.lab is not None:
                getattr(self.lab.transport, name)()

        return act

    def _on_lab(self, name: str):
        def act() -> None:
            if self.lab is not None:
                getattr(self.lab, name)()

        return act

    # As part of the window

    def menus(self) -> tuple[Menu, ...]:
        return (
            Menu(
                "&Lab",
                (
                    Command("&Play or pause", self._act("toggle"), "Space"),
                    Command("&Step", self._act("step"), "Right"),
                    Command("Step &back", self._act("step_back"), "Left"),
                    Command("&Restart", self._act("restart"), "R"),
                    None,
                    Command("&Save the lab…", self._on_lab("ask_save"), "Ctrl+Alt+S"),
                    Command("&Open a lab…", self._on_lab("ask_open"), "Ctrl+Alt+O"),
                    Command("Reset the &lab", self._on_lab("reset")),
                    None,
                    Command("Back to &all labs", self.back, "Alt+Left"),
                ),
            ),
        )

    def export(self) -> None:
        if self.lab is not None:
            self.lab.export()

    def link(self) -> str:
        return super().link() if self.lab is None else self.lab.link()

    def open_link(self, link: LabLink) -> None:
        """Show the lab of a link with its settings; they can be undone. Raises SpecError."""
        if link.lab not in LAB_PAGES:
            raise SpecError(
                [
                    Message(
                        "link: there is no lab {lab}{nearest}",
                        lab=shown(link.lab),
                        nearest=nearest(link.lab, LAB_PAGES),
                    )
                ]
            )
        self.open(link.lab)
        self.labs[link.lab].open_link(link)

    def deactivate(self) -> None:
        self._pause()

    def retheme(self, colors: Theme) -> None:
        self.cards.retheme()
        for page in self.labs.values():
            page.retheme(colors)

    @property
    def shown_banner(self) -> Banner:
        return self.banner if self.lab is None else self.lab.banner

    def save_state(self) -> None:
        for page in self.labs.values():
            page.save_state()

    def hand_over(self) -> tuple[dict[str, tuple[Any, int]], str]:
        states = {key: (page.state, page.transport.at) for key, page in self.labs.items()}
        return states, self.lab.key if self.lab else ""

    def take_over(self, work: tuple[dict[str, tuple[Any, int]], str]) -> None:
        states, shown = work
        for key, (state, at) in states.items():
            self.open(key)
            self.labs[key].show_state(state, at)
        self.open(shown) if shown else self.back()

    def shutdown(self) -> None:
        for page in self.labs.values():
            page.transport.set_playing(False)
            page.shutdown()
