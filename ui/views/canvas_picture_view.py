"""`PictureView` for views that still stand on the canvas."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from core.telemetry.frame import Frame
from ui.plots.ink import Ink
from ui.plots.panel import Panel
from ui.views.canvas_view import CanvasView


class CanvasPictureView(CanvasView):
    """Shows one of the measures that are taken in turns: what is shown stays until a newer one
    comes. Data to which the view does not apply are told so."""

    measure = ""

    def forget(self) -> None:
        self.shown: Frame | None = None
        self.lacking = ""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.forget()

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def take_in(self, frame: Frame, picture: Any) -> QRectF | None:
        """Take a measured frame; the part that must be painted, or None for everything."""
        raise NotImplementedError

    def present(self, frame: Frame) -> None:
        lacking = self.unsupported_reason(frame.data) if frame.data else ""
        if lacking != self.lacking:
            self.lacking = lacking
            self.redraw()
        measured = None if lacking else self._measured(frame)
        if measured is None or self._is_shown(measured):
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
