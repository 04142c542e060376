"""The weights of single units as signed images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from core.base.translation import tr
from core.telemetry.pictures import FirstWeights
from core.telemetry.shades import FULL
from ui.plots import ramp
from ui.plots.pictures.images import Images
from ui.plots.readout import ReadOut, Row
from ui.plots.style import PaintStyle
from ui.plots.ticks import number


class WeightImages(Images):
    """One image per unit, negative weights orange, positive blue. All share one scale unless each
    has its `own`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.own = False
        self.shown: FirstWeights | None = None
        self.iteration = 0

    def set_data(self, data: FirstWeights, iteration: int) -> None:
        """Show the weights of one step."""
        self.shown, self.iteration = data, iteration
        self.set_images(data.images)

    def scales(self) -> NDArray[np.floating]:
        """The weight shown in full colour in each image, (shown,)."""
        assert self.shown
        reach = self.shown.reach
        return reach if self.own else np.full_like(reach, reach.max(initial=0))

    def weights(self) -> NDArray[np.floating]:
        """The weights shown, (shown, rows, columns)."""
        assert self.shown
        return self.shown.images * (self.shown.reach / FULL)[:, None, None]

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.shown
        with np.errstate(all="ignore"):
            share = self.shown.reach[:shown] / self.scales()[:shown]
        share = np.nan_to_num(share, posinf=0.0) * (127 / FULL)
        return self.shown.images[:shown] * share.astype(np.float32)[:, None, None] + 128

    def table(self, style: PaintStyle) -> ramp.Colors:
        return ramp.signed(style.theme)

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        i = self.layout.at(place)
        if self.shown is None or i is None:
            return None
        where = self.layout.rect(i)
        rows, columns = self.image_shape()
        column = min(max(int((place.x() - where.left()) / where.width() * columns), 0), columns - 1)
        row = min(max(int((place.y() - where.top()) / where.height() * rows), 0), rows - 1)
        weight = float(self.shown.images[i, row, column] * self.shown.reach[i] / FULL)
        lines = [
            Row(
                None, tr("pixel"), tr("row {row}, column {column}", row=row + 1, column=column + 1)
            ),
            Row(None, tr("weight"), number(weight)),
            Row(None, tr("largest of the unit"), f"±{number(float(self.shown.reach[i]))}"),
        ]
        spot = QRectF(where.right(), where.top(), 0, 0)
        title = tr("unit {number}  ·  {step}", number=i + 1, step=self.when())
        return ReadOut(spot, where.right(), title, lines)

    def when(self) -> str:
        """At which step these were the weights."""
        return tr("step {step:,}", step=self.iteration)
