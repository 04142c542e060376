"""The contract for views that still stand on the canvas."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.frame import Frame
from core.telemetry.history import History
from core.telemetry.pictures import DataPicture
from ui.plots.canvas import Canvas
from ui.plots.ink import Ink
from ui.plots.menus import add_choice, add_slider, add_toggle
from ui.plots.panel import Panel
from ui.plots.plot_view import Data
from ui.plots.text import Span
from ui.theme import Theme
from ui.views.view import SUBTITLE_SECONDS, Moment, WeightEdit

__all__ = ["CanvasView", "Data", "WeightEdit", "add_choice", "add_slider", "add_toggle"]


class CanvasView(Canvas):
    """Shows one aspect of a run.

    `key` and `title` name it, `about` says in a sentence what appears here, `measures` what a
    frame must contain for it (of `core.telemetry.frame.MEASURES`). `show_frame` takes a frame and
    the history around it; a view that is not visible only remembers them, and so does one whose
    turn it is not (`ui.pages.train.view_scheduler`).

    `default_shown` says whether it is on the dashboard at the first start; `default_place` names
    the view to whose right it stands, "" is a row of its own. `stands_in_for` names a view whose
    place it takes where that one does not go with the data and this one does.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    default_shown: ClassVar[bool] = False
    default_place: ClassVar[str] = ""
    stands_in_for: ClassVar[str] = ""

    subtitle_changed = Signal()
    export_requested = Signal()
    measures_changed = Signal()
    # A `WeightEdit` that the user wants to be made.
    weight_edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Views that stand side by side share one.
        self.looked_at = Moment()
        self._presented: Frame | None = None
        self.subtitle: tuple[Span, ...] = ()
        # What the card's header can switch on; an action's data names its icon.
        self.tools: tuple[QAction, ...] = ()
        self.in_sight = True
        self._subtitle_at = 0.0
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.about)

    # The contract

    @property
    def measures(self) -> frozenset[str]:
        """What frames must contain for this view as it is set now."""
        return frozenset()

    @property
    def frame(self) -> Frame | None:
        """The frame looked at, which may not be shown yet: see `catch_up`."""
        return self.looked_at.frame

    @property
    def history(self) -> History:
        """The run looked at."""
        return self.looked_at.history

    def show_frame(self, frame: Frame, history: History) -> None:
        """Show a moment of a run. The newest frame, or an earlier one of those in `history`."""
        self.looked_at.show(frame, history)
        if not (self.in_sight and self.isVisible()):
            return
        self._presented = frame
        self.present(frame)
        self.refresh_read_out()
        now = time.monotonic()
        if frame.status != "running" or now - self._subtitle_at > SUBTITLE_SECONDS:
            self._subtitle_at = now
            self.update_subtitle()

    def clear(self) -> None:
        """Show that there is nothing to show yet."""
        if self.frame:
            self.looked_at.forget()
        self._presented = None
        self.forget()
        self.point_at(None)
        self.redraw()
        self.update_subtitle()

    def export_data(self) -> Data:
        """Named columns of exactly what is shown; empty before the first frame."""
        self.catch_up()
        return self.columns() if self.frame else {}

    def paint_picture(
        self, painter: QPainter, size: QSizeF, theme: Theme, ratio: float = 1.0
    ) -> None:
        self.catch_up()
        super().paint_picture(painter, size, theme, ratio)

    # What subclasses say

    def present(self, frame: Frame) -> None:
        """Take in the frame and paint what it changes."""
        raise NotImplementedError

    def unsupported_reason(self, data: DataPicture) -> str:
        """What this view needs and the data do not have, in one sentence; "" where it applies."""
        return ""

    def forget(self) -> None:
        """Drop what belongs to a run."""

    def columns(self) -> Data:
        """The columns of `export_data`, of a frame that is there."""
        raise NotImplementedError

    def describe(self) -> tuple[Span, ...]:
        """The subtitle: legend and newest figures."""
        return ()

    def add_actions(self, menu: QMenu) -> None:
        """Put the view's own settings into its menu."""

    # Common ground

    def finish(self) -> None:
        self.catch_up()

    def catch_up(self) -> None:
        """Take in a frame that came while the view was hidden, or was not its turn."""
        if self.frame is not self._presented and self.frame:
            self._presented = self.frame
            self.present(self.frame)
        self.update_subtitle()

    def set_in_sight(self, in_sight: bool) -> None:
        """Say whether the view is scrolled into sight: out of sight it only remembers frames."""
        if in_sight != self.in_sight:
            self.in_sight = in_sight
            if in_sight:
                self.catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        self.catch_up()
        super().showEvent(event)

    def update_subtitle(self) -> None:
        subtitle = self.describe() if self.frame else ()
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.subtitle_changed.emit()

    def refresh(self) -> None:
        """Show the same frame again after a setting has changed."""
        if self.frame:
            self.present(self.frame)
        self.redraw()
        self.update_subtitle()

    def moment(self) -> float | None:
        """The iteration looked at while it is not the newest."""
        if self.frame is None or self.frame.iteration >= self.history.iteration:
            return None
        return float(self.frame.iteration)

    def with_measure(self, frame: Frame, measure: str) -> Frame | None:
        """The frame itself, or the nearest recorded one in which that was measured."""
        if getattr(frame, measure) is not None:
            return frame
        try:
            return self.history.nearest(frame.iteration, measure)
        except LookupError:
            return None

    def paint_backdrop(self, painter: QPainter, size: QSizeF, ink: Ink) -> None:
        if self.frame is None:
            paint_empty(painter, size, self.about, ink)

    def shown_panels(self) -> Sequence[Panel]:
        return self.panels if self.frame else ()

    def menu(self) -> QMenu:
        menu = QMenu(self)
        self.add_actions(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction("Maximise or restore", self.maximize_requested.emit)
        menu.addAction("Export plot or data…", self.export_requested.emit)
        return menu


def paint_empty(painter: QPainter, size: QSizeF, about: str, ink: Ink) -> None:
    """What will appear here and how to start it."""
    middle, line = size.height() / 2, ink.metrics.height()
    room = QRectF(16, middle - line - 10, size.width() - 32, line + 4)
    painter.setFont(ink.font)
    painter.setPen(ink.text)
    center = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
    text = ink.metrics.elidedText(about, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, center, text)
    painter.setPen(ink.muted)
    room.moveTop(middle)
    center = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    painter.drawText(room, center, "Press Run or the space bar to start.")
