"""What all views of one picture have in common: one measure that need not be in every frame."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from core.telemetry.frame import Frame
from ui.views.view import View


class PictureView(View):
    """Shows one of the measures that are taken in turns: what is shown stays until a newer one
    comes. Where the view does not apply to the data it says why."""

    measure: ClassVar[str] = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.shown: Frame | None = None
        self.lacking = ""
        super().__init__(parent)

    def forget(self) -> None:
        self.shown, self.lacking = None, ""

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def show_measured(self, frame: Frame, picture: Any) -> None:
        """Show the picture of a frame in which it was measured."""
        raise NotImplementedError

    def reason_for_nothing(self, frame: Frame) -> str | None:
        self.lacking = self.unsupported_reason(frame.data) if frame.data else ""
        if self.lacking:
            return self.lacking
        return None if self._measured(frame) else ""

    def present(self, frame: Frame) -> None:
        measured = self._measured(frame)
        if measured is not None and not self._is_shown(measured):
            self.shown = measured
            self.show_measured(measured, getattr(measured, self.measure))

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


def counted(n: int, noun: str) -> str:
    """A number of things: "1 input", "3 inputs"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
