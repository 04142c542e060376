"""The contract of all views of a run, and what they have in common."""

from __future__ import annotations

import time
from typing import ClassVar, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from core.telemetry.frame import Frame
from core.telemetry.history import EMPTY, History
from core.telemetry.pictures import DataPicture
from ui.plots.menus import add_choice, add_slider, add_toggle
from ui.plots.plot_view import Data, PlotView
from ui.plots.text import Span

__all__ = ["Data", "Moment", "View", "WeightEdit", "add_choice", "add_slider", "add_toggle"]

# Figures in subtitles change this often while a run goes on: nobody reads 60 numbers a second.
SUBTITLE_SECONDS = 0.1


class WeightEdit(NamedTuple):
    """A weight to be set by hand, or the bias after a unit's last weight; `text` names it."""

    layer: str
    row: int
    column: int
    value: float
    text: str


class Moment:
    """What views look at: a frame, and the history of its run around it."""

    def __init__(self) -> None:
        self.forget()

    def show(self, frame: Frame, history: History) -> None:
        self.frame, self.history = frame, history

    def forget(self) -> None:
        self.frame: Frame | None = None
        self.history = EMPTY


class View(PlotView):
    """Shows one aspect of a run.

    `key` and `title` name it, `about` says in a sentence what appears here, `measures` what a
    frame must contain for it (of `core.telemetry.frame.MEASURES`). `show_frame` takes a frame and
    the history around it; a view that is not visible only remembers them, and so does one whose
    turn it is not (`ui.pages.train.view_scheduler`).

    Subclasses make their plots in `build`, give them a frame's data in `present`, and name the
    numbers shown in `columns`.

    `default_shown` says whether it is on the dashboard at the first start; `default_place` names
    the view to whose right it stands, "" is a row of its own. `stands_in_for` names a view whose
    place it takes where that one does not go with the data and this one does.
    """

    default_shown: ClassVar[bool] = False
    default_place: ClassVar[str] = ""
    stands_in_for: ClassVar[str] = ""

    measures_changed = Signal()
    # A `WeightEdit` that the user wants to be made.
    weight_edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        # Views that stand side by side share one.
        self.looked_at = Moment()
        self._presented: Frame | None = None
        self.in_sight = True
        self._subtitle_at = 0.0
        super().__init__(parent=parent)
        self.set_empty(True)

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
        """Show a step of a run. The newest frame, or an earlier one of those in `history`."""
        self.looked_at.show(frame, history)
        if not (self.in_sight and self.isVisible()):
            return
        self._present(frame)
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
        self.set_empty(True)
        self.update_subtitle()

    def export_data(self) -> Data:
        """Named columns of exactly what is shown; empty before the first frame."""
        self.catch_up()
        return self.columns() if self.frame and not self.is_empty else {}

    # What subclasses say

    def present(self, frame: Frame) -> None:
        """Give the plots the frame's data."""
        raise NotImplementedError

    def reason_for_nothing(self, frame: Frame) -> str | None:
        """Why there is nothing to show of this frame, "" where it is to come; None if there is."""
        return None

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

    # Common ground

    def catch_up(self) -> None:
        """Take in a frame that came while the view was hidden, or was not its turn."""
        self.ensure_built()
        if self.frame is not self._presented and self.frame:
            self._present(self.frame)
        self.update_subtitle()

    def _present(self, frame: Frame) -> None:
        self.ensure_built()
        self._presented = frame
        reason = self.reason_for_nothing(frame)
        self.set_empty(reason is not None, reason or "")
        if reason is None:
            self.present(frame)

    def finish(self) -> None:
        self.catch_up()

    def set_in_sight(self, in_sight: bool) -> None:
        """Say whether the view is scrolled into sight: out of sight it only remembers frames."""
        if in_sight != self.in_sight:
            self.in_sight = in_sight
            if in_sight:
                self.catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catch_up()

    def update_subtitle(self) -> None:
        """Write the newest figures beside the title."""
        self.set_subtitle(*(self.describe() if self.frame and self.placed else ()))

    def refresh(self) -> None:
        """Show the same frame again after a setting has changed."""
        if self.frame:
            self._present(self.frame)
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
