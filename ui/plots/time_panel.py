"""A plot over the run: repaints only the strip in which something has changed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from core.telemetry.history import History
from ui.plots.ink import Ink
from ui.plots.panel import Panel
from ui.plots.scale import Scale, settle
from ui.plots.time_axis import TimeAxis

# A strip reaches this many pixels beyond what has changed, for line widths and round ends.
MARGIN = 3.0
# While a run goes on curves grow by so many pixels at a time.
STRIDE = 2.0


class Other(NamedTuple):
    """Another run to draw behind the present one; `role` names its colour in a theme."""

    name: str
    role: str
    history: History


def others(history: History) -> list[Other]:
    """The runs that a history is to be compared with: the one before it, and those pinned."""
    ghost = [Other("run before", "ghost", history.ghost)] if history.ghost else []
    return ghost + [Other(pin.name, f"pin{pin.slot}", pin.history) for pin in history.pinned]


class TimePanel(Panel):
    """A panel over iterations.

    `absorb` takes in what is new in a history; then either everything must be painted again (it
    says so) or the strip that `dirty` gives.
    """

    def __init__(self, axis: TimeAxis, caption: str = "", log: bool = False) -> None:
        super().__init__(caption, "steps", log)
        self.axis = axis
        self.log = log
        self.history = History()
        self.smoothing = 0.01
        self.moment: float | None = None
        self._key: tuple[object, ...] = ()
        self._low, self._high = math.inf, -math.inf
        self._from = 0.0
        self._dirty_from = 0.0
        self._absorbed = 0

    # What subclasses say

    def others(self) -> list[Other]:
        """The other runs that are drawn."""
        return others(self.history)

    def _paint_other(self, painter: QPainter, ink: Ink, other: Other) -> None:
        """The curves of another run, as far as they are in view."""

    def _key_of(self, history: History) -> tuple[object, ...]:
        """Whatever, when it changes, changes more than the end of the curves."""
        return ()

    def _extremes(self, afresh: bool) -> tuple[float, float]:
        """Least and greatest value to show: of everything visible, or only of what is new."""
        return math.inf, -math.inf

    def _volatile_from(self) -> float:
        """The iteration from which on the next frame may change what is drawn now."""
        return 0.0

    # Taking in

    def due(self, history: History) -> bool:
        """Whether the run has gone on by enough pixels since the last time."""
        passed = history.iteration - self._absorbed
        return passed * self.plot.width() >= STRIDE * self.axis.scale.span

    def absorb(self, history: History, moment: float | None) -> bool:
        """Take in what is new. `moment` is the iteration looked at, None for the newest.

        Returns whether axes or anything but the end of the curves have changed.
        """
        self.history = history
        self._absorbed = history.iteration
        scale = self.axis.scale
        beside = history.ghost, history.pinned
        marks = len(history.marks)
        key = (id(history), scale, self.log, moment, marks, beside, *self._key_of(history))
        afresh = key != self._key
        self._key, self.moment, self.x = key, moment, scale
        if afresh:
            self._low, self._high = math.inf, -math.inf
        low, high = self._extremes(afresh)
        self._low, self._high = min(self._low, low), max(self._high, high)
        y = self._settled_scale()
        afresh = afresh or y != self.y
        self.y = y
        self._dirty_from, self._from = self._from, self._volatile_from()
        return afresh

    def _settled_scale(self) -> Scale:
        return settle(self.y, self._low, self._high, self.log)

    def dirty(self) -> QRectF:
        """What has changed since the frame before, where `absorb` did not ask for everything."""
        left = self.px_of(self._dirty_from) - MARGIN
        left = max(left, self.plot.left() - MARGIN)
        return QRectF(left, self.plot.top() - 1, self.dirty_right() - left, self.plot.height() + 2)

    def dirty_right(self) -> float:
        return min(self.px_of(self.axis.last), self.plot.right()) + MARGIN

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        """Axes, and the other runs: those are over, so they cost nothing from frame to frame."""
        super().paint_still(painter, ink)
        clip = painter.clipBoundingRect() if painter.hasClipping() else None
        for other in self.others():
            painter.setClipRect(self.plot.adjusted(0, -1, 1, 1))
            self._paint_other(painter, ink, other)
        # Not restore(): an SVG would go on with the narrow clip.
        if clip is not None:
            painter.setClipRect(clip)
        else:
            painter.setClipping(False)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        part = clip & self.plot.adjusted(0, -1, 1, 1)
        if part.isEmpty():
            return
        painter.setClipRect(part)
        self._paint_marks(painter, ink)
        low, high = self.x_of(part.left() - 2 * MARGIN), self.x_of(part.right() + 2 * MARGIN)
        # No further than labels and axes know of: the history may have grown since.
        self._paint_curves(painter, ink, low, min(high, self.axis.last))
        if self.moment is not None:
            x = self.px_of(self.moment)
            painter.fillRect(QRectF(round(x), self.plot.top(), 1, self.plot.height()), ink.text)
        # Not restore(): an SVG would go on with the narrow clip.
        painter.setClipRect(clip)

    def _paint_curves(self, painter: QPainter, ink: Ink, low: float, high: float) -> None:
        """The curves, as far as they lie between the iterations low and high."""

    def _paint_marks(self, painter: QPainter, ink: Ink) -> None:
        marks = self.history.marks
        if not marks:
            return
        pen = QPen(ink.axis, 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place in self.px(np.array([mark.iteration for mark in marks], dtype=float)):
            x = math.floor(place) + 0.5
            if self.plot.left() <= x <= self.plot.right():
                painter.drawLine(QPointF(x, self.plot.top()), QPointF(x, self.plot.bottom()))
