"""The confusion matrix and the images with the largest loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import Message, tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import Confusion, DataPicture, class_name
from ui.plots.pictures.confusion import ConfusionPlot
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.pictures.worst import WorstImages
from ui.plots.plot_view import beside
from ui.plots.style import PaintStyle
from ui.plots.text import Span, given
from ui.views.picture_view import PictureView
from ui.views.view import Data, add_choice

WIDE, TALL = 420.0, 400.0
BOTH, MATRIX, WORST = "both", "matrix", "worst"
OTHERS = Message("others")


class ConfusionView(PictureView):
    """Counts over the validation set at the last validation."""

    key = "confusion"
    title = "Confusion"
    about = "Which classes are confused with which, on the validation set"
    default_place = "network"
    alternative_to = "surface"
    measure = "confusion"

    show_what = BOTH

    def build(self) -> None:
        self.worst = WorstImages()
        self.matrix_plot = self.add_plot(ConfusionPlot())
        self.worst_plot = self.add_plot(SinglePicturePlot(self.worst))
        self.matrix = self.matrix_plot.matrix

    def unsupported_reason(self, data: DataPicture) -> str:
        if not data.classifies:
            return tr("Needs classification data; this is a regression task.")
        if not data.counts["validation"]:
            return tr("Needs validation samples; their share is set to 0.")
        return ""

    def show_measured(self, frame: Frame, picture: Confusion) -> None:
        names = [class_name(frame.data, i) for i in picture.classes]
        names += [OTHERS] * (len(picture.counts) - len(names))
        had_images = bool(self.worst.count())
        self.matrix_plot.set_data(picture, names)
        self.worst.set_data(picture.worst, frame.data)
        if had_images != bool(self.worst.count()):
            self.relayout()

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        what = self.show_what if self.worst.count() else MATRIX
        if what == BOTH and area.width() < WIDE and area.height() < TALL:
            what = MATRIX
        self.matrix_plot.caption = self.worst_plot.caption = ""
        if what == BOTH:
            self.matrix_plot.caption = tr("Predicted")
            self.worst_plot.caption = tr("Worst of the validation set")
            left, right = _halves(area)
            self.place({self.matrix_plot: left, self.worst_plot: right})
        else:
            self.place({self.matrix_plot if what == MATRIX else self.worst_plot: area})

    def describe(self) -> tuple[Span, ...]:
        data = self.matrix.shown
        if data is None or self.unsupported:
            return (Span(tr("counts on the validation set")),)
        percent, total = 100 * data.accuracy, int(data.counts.sum())
        share = tr("{percent:.1f} % of {total:,} correct", percent=percent, total=total)
        if self.shown_plots == [self.worst_plot]:
            return (Span(f"{tr('worst of the validation set')}  ·  {share}"),)
        small = self.frame.data.too_small if self.frame and self.frame.data else ()
        says = [share, tr("rows: true class")]
        if small:
            names = ", ".join(map(given, small))
            says.append(tr("too few to be in every part: {names}", names=names))
        return (Span("  ·  ".join(says)),)

    def columns(self) -> Data:
        data, worst = self.matrix.shown, self.worst.shown
        if data is None:
            return {}
        table: Data = {}
        if self.matrix_plot in self.shown_plots:
            table["true class"] = np.array(self.matrix.names)
            for i, name in enumerate(self.matrix.names):
                table[f"predicted {name}"] = data.counts[:, i]
            table["recall"], table["precision"] = data.recall, data.precision
        if worst is not None and self.worst_plot in self.shown_plots:
            table["worst: true"] = worst.labels
            table["worst: predicted"] = worst.predictions
            table["worst: loss"] = worst.losses
        return table

    def add_actions(self, menu: QMenu) -> None:
        if self.worst.count():
            choices: dict[str, object] = {
                tr("Matrix and worst images"): BOTH,
                tr("Matrix"): MATRIX,
                tr("Worst images"): WORST,
            }
            add_choice(menu, choices, self.show_what, self.set_what)

    def set_what(self, what: object) -> None:
        """Show the matrix, the worst images, or both."""
        self.show_what = str(what)
        self.refresh()


def _halves(area: QRectF) -> list[QRectF]:
    """Split the area for matrix and images: side by side, or stacked if the area is tall."""
    if area.width() >= area.height():
        return beside(area, (0.56, 0.44))
    gap = 8.0
    upper = 0.58 * (area.height() - gap)
    below = QRectF(area.left(), area.top() + upper + gap, area.width(), area.height() - upper - gap)
    return [QRectF(area.left(), area.top(), area.width(), upper), below]
