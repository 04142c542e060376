"""The base class of views of one measure that not every frame contains."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from core.telemetry.frame import Frame
from ui.views.view import View


class PictureView(View):
    """Shows a measure that is taken now and then; the last one stays until a newer one arrives.
    Where the data do not support the view, it gives the reason."""

    measure: ClassVar[str] = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.shown: Frame | None = None
        self.unsupported = ""
        super().__init__(parent)

    def forget(self) -> None:
        self.shown, self.unsupported = None, ""

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def show_measured(self, frame: Frame, picture: Any) -> None:
        """Show the measure of a frame that contains it."""
        raise NotImplementedError

    def empty_reason(self, frame: Frame) -> str | None:
        self.unsupported = self.unsupported_reason(frame.data) if frame.data else ""
        if self.unsupported:
            return self.unsupported
        return None if self._measured(frame) else ""

    def present(self, frame: Frame) -> None:
        measured = self._measured(frame)
        if measured is not None and not self._is_shown(measured):
            self.shown = measured
            self.show_measured(measured, getattr(measured, self.measure))

    def _is_shown(self, measured: Frame) -> bool:
        """Whether the frame's measure is the one already shown."""
        if self.shown is None or measured.data is not self.shown.data:
            return False
        return getattr(measured, self.measure) is getattr(self.shown, self.measure)

    def refresh(self) -> None:
        self.shown = None
        super().refresh()

    def _measured(self, frame: Frame) -> Frame | None:
        """The frame, else the one shown (for the newest step), else the nearest recorded one."""
        if getattr(frame, self.measure) is not None:
            return frame
        shown = self.shown
        if shown and self.selected_step() is None and shown.run == frame.run:
            return shown
        return self.with_measure(frame, self.measure)
