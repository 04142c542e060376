"""What all views of a picture have in common: one measure that need not be in every frame."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from core.telemetry import Frame
from ui.plot.ink import Ink
from ui.plot.panel import Panel
from ui.views.view import View

# While a run goes on painting takes at most this share of the time, but never waits longer.
PAINT_SHARE, LONGEST_WAIT = 0.025, 0.09


class PictureView(View):
    """Shows one of the measures that are taken in turns: what is shown stays until a newer one
    comes. Data to which the view does not apply are told so."""

    measure = ""

    def forget(self) -> None:
        self.shown: Frame | None = None
        self.lacking = ""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._taken_at = self._cost = 0.0
        self._live = False
        self.forget()

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def take_in(self, frame: Frame, picture: Any) -> QRectF | None:
        """Take a measured frame; the part that must be painted, or None for everything."""
        raise NotImplementedError

    def present(self, frame: Frame) -> None:
        lacking = self.lacks(frame.data) if frame.data else ""
        if lacking != self.lacking:
            self.lacking = lacking
            self.redraw()
        measured = None if lacking else self._measured(frame)
        if measured is None or self._is_shown(measured) or self._too_soon(frame):
            return
        first, self.shown = self.shown is None, measured
        part = self.take_in(measured, getattr(measured, self.measure))
        if first or part is None:
            self.redraw()
        else:
            self.touch(part)

    def _is_shown(self, measured: Frame) -> bool:
        """Whether the frame has the very picture that is shown already."""
        if self.shown is None or measured.data is not self.shown.data:
            return False
        return getattr(measured, self.measure) is getattr(self.shown, self.measure)

    def _too_soon(self, frame: Frame) -> bool:
        """Whether the last picture was so dear that this one had better be left out."""
        now = time.perf_counter()
        wait = min(self._cost / PAINT_SHARE, LONGEST_WAIT)
        was_live, self._live = self._live, frame.status == "running" and self.moment() is None
        if self.shown and was_live and self._live and now < self._taken_at + wait:
            return True
        self._taken_at = now
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        started = time.perf_counter()
        super().paintEvent(event)
        self._cost = time.perf_counter() - started

    def refresh(self) -> None:
        self.shown = None
        super().refresh()

    def _measured(self, frame: Frame) -> Frame | None:
        """The frame, or the one shown until its successor is measured, or the nearest recorded."""
        if getattr(frame, self.measure) is not None:
            return frame
        shown = self.shown
        if shown and self.moment() is None and shown.run == frame.run:
            return shown
        return self.with_measure(frame, self.measure)

    def shown_panels(self) -> list[Panel]:
        return list(self.panels) if self.shown and not self.lacking else []

    def paint_backdrop(self, painter: QPainter, size: QSizeF, ink: Ink) -> None:
        if self.frame is None or not self.lacking:
            super().paint_backdrop(painter, size, ink)
            return
        painter.setFont(ink.font)
        painter.setPen(ink.muted)
        room = QRectF(16, 0, size.width() - 32, size.height())
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(room, flags, self.lacking)


def counted(n: int, noun: str) -> str:
    """A number of things: "1 input", "3 inputs"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
