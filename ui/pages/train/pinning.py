"""Pins the current run from the toolbar, and opens the table of pinned runs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.base.translation import tr
from ui.pages.train.runs import Runs
from ui.pages.train.toolbar import Toolbar
from ui.session.session import Session


class Pinning:
    """Pins on request; `report` shows the reason if a run cannot be pinned."""

    def __init__(
        self, session: Session, toolbar: Toolbar, window: QWidget, report: Callable[[str], None]
    ) -> None:
        self._session, self._toolbar = session, toolbar
        self._window, self._report = window, report
        self.table: Runs | None = None
        toolbar.pin_requested.connect(self.pin)
        session.pins.changed.connect(self.tell)
        session.run_started.connect(self.tell)

    def pin(self) -> None:
        """Pin the current run; if it is pinned already, show the table."""
        session = self._session
        if session.pins.of(session.history):
            self.show_table()
            return
        try:
            session.pin()
        except ValueError as error:
            self._report(tr(str(error)))

    def show_table(self) -> None:
        """The table of pinned runs."""
        if self.table is None:
            self.table = Runs(self._session, self._window)
        self.table.show()
        self.table.raise_()
        self.table.activateWindow()
        self.table.choose(self._session.history)

    def tell(self) -> None:
        """Update the button: whether the current run is pinned."""
        pins = self._session.pins
        self._toolbar.set_pinned(pins.of(self._session.history) is not None)
