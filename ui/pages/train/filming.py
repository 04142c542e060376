"""Films the run of the Train page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMetaObject, QTimer
from PySide6.QtWidgets import QWidget

from core.base.translation import tr
from core.telemetry.frame import Frame
from ui.pages.train.dashboard import NO_VIEW, Dashboard
from ui.preferences import Memory
from ui.session.session import Session


class Filming:
    """Opens the dialog for films; `report` says where the film is, or why there can be none."""

    def __init__(
        self,
        session: Session,
        dashboard: Dashboard,
        preferences: Memory,
        window: QWidget,
        report: Callable[[str], None],
    ) -> None:
        self._session, self._dashboard, self._preferences = session, dashboard, preferences
        self._window, self._report = window, report
        self._waiting: QMetaObject.Connection | None = None

    def film(self, goes_on: bool = False) -> None:
        """Open the dialog. A run that goes on is paused meanwhile: what is filmed stays the same
        from the first frame to the last. With `goes_on` the run was paused for it already."""
        session = self._session
        if not session.history:
            self._report(tr("There is nothing to film before a run has started."))
        elif not self._dashboard.shown():
            self._report(tr(NO_VIEW))
        elif not session.is_running:
            self._open(goes_on)
        elif self._waiting is None:
            # The last step of the run is known as soon as it has come to rest.
            self._waiting = session.frame_shown.connect(self._at_rest)
            session.set_running(False)

    def _at_rest(self, frame: Frame) -> None:
        if frame.status == "running" or self._waiting is None:
            return
        self._session.frame_shown.disconnect(self._waiting)
        self._waiting = None
        goes_on = frame.status == "paused"
        # Anew: the run may be reset or continued before that.
        QTimer.singleShot(0, self._window, lambda: self.film(goes_on))

    def _open(self, goes_on: bool) -> None:
        from ui.export.film_dialog import FilmDialog

        session, past = self._session, self._session.past
        cards, preferences = self._dashboard.cards(), self._preferences
        dialog = FilmDialog(cards, session.spec, session.history, preferences, self._window)
        dialog.exec()
        made = dialog.made
        dialog.deleteLater()
        if goes_on:
            session.set_running(True)
            if past is not None:
                session.look_at(past.iteration)
        if made:
            self._report(tr("The film is saved as {file}", file=made))
