"""The prediction as a curve over one input."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture, Fit
from ui.plots.fit import FitPanel
from ui.plots.text import Span
from ui.views.canvas_picture_view import CanvasPictureView
from ui.views.canvas_view import Data


class FitView(CanvasPictureView):
    """What the network makes of its only input, and what it should."""

    key = "fit"
    title = "Fit"
    about = "The prediction as a curve over one input, with the targets as points"
    default_place = "loss"
    stands_in_for = "surface"
    measure = "fit"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fit = FitPanel()
        self.panels = [self.fit]

    def unsupported_reason(self, data: DataPicture) -> str:
        if data.dimensions == 1:
            return ""
        return f"Needs data with one input feature; these have {data.dimensions:,}."

    def take_in(self, frame: Frame, picture: Fit) -> QRectF | None:
        if self.fit.absorb(picture, frame.data, frame.iteration):
            return None
        return self.fit.dirty()

    def describe(self) -> tuple[Span, ...]:
        data = self.frame.data if self.frame else None
        spans = [Span("prediction", "text")]
        if data is None or self.lacking:
            return (Span("prediction over one input"),)
        spans += [Span("  ·  "), Span("train", "train")]
        if data.counts["validation"]:
            spans += [Span("  ·  "), Span("validation", "validation")]
        if data.outputs > 1:
            spans.append(Span(f"  ·  first of {data.outputs} outputs"))
        return tuple(spans)

    def columns(self) -> Data:
        if self.fit.fit is None or self.lacking:
            return {}
        name = self.fit.name()
        table: Data = {name: self.fit.grid(), "prediction": self.fit.curve()}
        for part, points in self.fit.data.points.items() if self.fit.data else ():
            table[f"{part} {name}"] = points.inputs[:, 0]
            table[f"{part} target"] = points.targets
        return table
