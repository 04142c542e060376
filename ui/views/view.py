"""The base class of all views of a run."""

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

__all__ = ["Data", "ShownStep", "View", "WeightEdit", "add_choice", "add_slider", "add_toggle"]

# Subtitles change this often during a run: 60 changes a second cannot be read.
SUBTITLE_SECONDS = 0.1


class WeightEdit(NamedTuple):
    """A weight to be set by hand, or the bias after a unit's last weight; `text` names it."""

    layer: str
    row: int
    column: int
    value: float
    text: str


class ShownStep:
    """The step that views show: a frame and the history of its run."""

    def __init__(self) -> None:
        self.forget()

    def show(self, frame: Frame, history: History) -> None:
        self.frame, self.history = frame, history

    def forget(self) -> None:
        self.frame: Frame | None = None
        self.history = EMPTY


class View(PlotView):
    """Shows one aspect of a run.

    `key` and `title` name it, `about` describes it in one sentence, and `measures` lists what it
    needs from a frame (of `core.telemetry.frame.MEASURES`). `show_frame` takes a frame and its
    history; a hidden view only stores them, as does one whose turn has not come
    (`ui.pages.train.view_scheduler`).

    Subclasses make their plots in `build`, give them a frame's data in `present`, and return the
    numbers shown in `columns`.

    `default_shown`: whether it is on the dashboard at the first start. `default_place`: the view to
    whose right it is placed; "" is a row of its own. `alternative_to`: the view it replaces where
    the data support this one but not that one.
    """

    default_shown: ClassVar[bool] = False
    default_place: ClassVar[str] = ""
    alternative_to: ClassVar[str] = ""

    measures_changed = Signal()
    # The `WeightEdit` requested by the user.
    weight_edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        # The views of a dashboard share one.
        self.shown_step = ShownStep()
        self._presented: Frame | None = None
        self.on_screen = True
        self._subtitle_at = 0.0
        super().__init__(parent=parent)
        self.set_empty(True)

    # Interface

    @property
    def measures(self) -> frozenset[str]:
        """The measures that the view needs with its present settings."""
        return frozenset()

    @property
    def frame(self) -> Frame | None:
        """The current frame, which may not be shown yet: see `catch_up`."""
        return self.shown_step.frame

    @property
    def history(self) -> History:
        """The history of the current run."""
        return self.shown_step.history

    def show_frame(self, frame: Frame, history: History) -> None:
        """Show a step of a run: the newest frame, or an earlier one of `history`."""
        self.shown_step.show(frame, history)
        if not (self.on_screen and self.isVisible()):
            return
        self._present(frame)
        self.refresh_read_out()
        now = time.monotonic()
        if frame.status != "running" or now - self._subtitle_at > SUBTITLE_SECONDS:
            self._subtitle_at = now
            self.update_subtitle()

    def clear(self) -> None:
        """Show the empty state."""
        if self.frame:
            self.shown_step.forget()
        self._presented = None
        self.forget()
        self.set_empty(True)
        self.update_subtitle()

    def export_data(self) -> Data:
        """Named columns of exactly what is shown; empty before the first frame."""
        self.catch_up()
        return super().export_data() if self.frame else {}

    # To be implemented by subclasses

    def present(self, frame: Frame) -> None:
        """Give the plots the frame's data."""
        raise NotImplementedError

    def empty_reason(self, frame: Frame) -> str | None:
        """Why the view is empty for this frame; "" if data are still to come, None if it is not
        empty."""
        return None

    def unsupported_reason(self, data: DataPicture) -> str:
        """Which requirement of this view the data do not meet, in one sentence; "" if they meet
        all."""
        return ""

    def forget(self) -> None:
        """Discard the data of a run."""

    def columns(self) -> Data:
        """The columns of `export_data`; there is a frame."""
        raise NotImplementedError

    def describe(self) -> tuple[Span, ...]:
        """The subtitle: legend and newest figures."""
        return ()

    # Shared helpers

    def catch_up(self) -> None:
        """Show a frame that arrived while the view was hidden or waiting for its turn."""
        self.ensure_built()
        if self.frame is not self._presented and self.frame:
            self._present(self.frame)
        self.update_subtitle()

    def _present(self, frame: Frame) -> None:
        self.ensure_built()
        self._presented = frame
        reason = self.empty_reason(frame)
        self.set_empty(reason is not None, reason or "")
        if reason is None:
            self.present(frame)

    def finish(self) -> None:
        self.catch_up()

    def set_on_screen(self, on_screen: bool) -> None:
        """Set whether the view is scrolled into the visible area; elsewhere it only stores
        frames."""
        if on_screen != self.on_screen:
            self.on_screen = on_screen
            if on_screen:
                self.catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catch_up()

    def update_subtitle(self) -> None:
        """Update the figures beside the title."""
        self.set_subtitle(*(self.describe() if self.frame and self.placed else ()))

    def refresh(self) -> None:
        """Show the same frame again after a setting has changed."""
        if self.frame:
            self._present(self.frame)
        self.redraw()
        self.update_subtitle()

    def selected_step(self) -> float | None:
        """The iteration selected on the timeline; None for the newest."""
        if self.frame is None or self.frame.iteration >= self.history.iteration:
            return None
        return float(self.frame.iteration)

    def with_measure(self, frame: Frame, measure: str) -> Frame | None:
        """The frame itself, or the nearest recorded frame that contains the measure."""
        if getattr(frame, measure) is not None:
            return frame
        try:
            return self.history.nearest(frame.iteration, measure)
        except LookupError:
            return None
