"""The prediction as a curve over one input."""

from __future__ import annotations

from core.base.translation import tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture, Fit
from ui.plots.fit import FitPlot
from ui.plots.text import Span
from ui.views.picture_view import PictureView
from ui.views.view import Data


class FitView(PictureView):
    """The network's output and the targets over its only input."""

    key = "fit"
    title = "Fit"
    about = "The prediction as a curve over one input, with the targets as points"
    default_place = "loss"
    alternative_to = "surface"
    measure = "fit"

    def build(self) -> None:
        self.fit = self.add_plot(FitPlot())

    def unsupported_reason(self, data: DataPicture) -> str:
        if data.dimensions == 1:
            return ""
        return tr("Needs data with one input feature; these have {count:,}.", count=data.dimensions)

    def show_measured(self, frame: Frame, picture: Fit) -> None:
        self.fit.set_fit(picture, frame.data, frame.iteration)

    def describe(self) -> tuple[Span, ...]:
        data = self.frame.data if self.frame else None
        spans = [Span(tr("prediction"), "text")]
        if data is None or self.unsupported:
            return (Span(tr("prediction over one input")),)
        spans += [Span("  ·  "), Span(tr("train"), "train")]
        if data.counts["validation"]:
            spans += [Span("  ·  "), Span(tr("validation"), "validation")]
        if data.outputs > 1:
            spans += [Span("  ·  "), Span(tr("first of {count} outputs", count=data.outputs))]
        return tuple(spans)

    def columns(self) -> Data:
        if self.fit.fit_shown is None or self.unsupported:
            return {}
        name = self.fit.name()
        table: Data = {name: self.fit.inputs(), "prediction": self.fit.outputs()}
        for part, points in self.fit.about.points.items() if self.fit.about else ():
            table[f"{part} {name}"] = points.inputs[:, 0]
            table[f"{part} target"] = points.targets
        return table
