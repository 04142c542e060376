"""The weights of the first layer's units as images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture, FirstWeights
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.pictures.weight_images import WeightImages
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.ticks import number
from ui.views.picture_view import PictureView
from ui.views.view import Data, add_toggle


class WeightImagesView(PictureView):
    """The incoming weights of the first layer's units, as images."""

    key = "weight_images"
    title = "First-layer weights"
    about = "The weights of the first layer's units as images"
    default_place = "network"
    alternative_to = "surface"
    measure = "pictures"

    def build(self) -> None:
        self.images = WeightImages()
        self.add_plot(SinglePicturePlot(self.images))

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        before = self.images.layout.shown
        super().arrange(area, style)
        if self.images.layout.shown != before:
            self.update_subtitle()

    def unsupported_reason(self, data: DataPicture) -> str:
        return "" if data.image_shape else tr("Needs image data, such as digits.")

    def show_measured(self, frame: Frame, picture: FirstWeights) -> None:
        self.images.set_data(picture, frame.iteration)

    def describe(self) -> tuple[Span, ...]:
        data = self.images.shown
        if data is None or self.unsupported:
            return (Span(tr("incoming weights of single units")),)
        shown = self.images.layout.shown or self.images.count()
        if shown < data.units:
            units = tr("{some} of {total:,} units", some=shown, total=data.units)
        else:
            units = tr("{count} units", count=shown)
        if self.images.own:
            return (Span(tr("{units}, each on its own scale", units=units)),)
        reach = number(float(self.images.scales().max(initial=0)), 2)
        return (Span(f"{units}  ·  ±{reach}"),)

    def columns(self) -> Data:
        data = self.images.shown
        if data is None:
            return {}
        weights = self.images.weights()
        rows, columns = weights.shape[1:]
        table: Data = {
            "row": np.repeat(np.arange(1, rows + 1), columns),
            "column": np.tile(np.arange(1, columns + 1), rows),
        }
        for i, weight in enumerate(weights[: self.images.layout.shown or None], 1):
            table[f"unit {i}"] = weight.reshape(-1)
        return table

    def add_actions(self, menu: QMenu) -> None:
        add_toggle(menu, tr("Each unit on its own scale"), self.images.own, self.set_own)

    def set_own(self, own: bool) -> None:
        """Give every image its own colour scale, or all the same."""
        self.images.own = own
        self.refresh()
