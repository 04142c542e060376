"""The weights of single units as signed pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from core.telemetry.pictures import FirstWeights
from core.telemetry.shades import FULL
from ui.plots import ramp
from ui.plots.images import ImagesPanel
from ui.plots.ink import Ink
from ui.plots.panel import ReadOut, Row
from ui.plots.ticks import number


class WeightImagesPanel(ImagesPanel):
    """One picture per unit, negative weights orange, positive blue.

    All share one scale, unless each has its `own`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.own = False
        self.data: FirstWeights | None = None
        self.iteration = 0

    def absorb(self, data: FirstWeights, iteration: int) -> bool:
        """Take the weights of one moment; whether places have changed."""
        before = self.data
        self.data, self.iteration = data, iteration
        return before is None or before.images.shape != data.images.shape

    def count(self) -> int:
        return len(self.data.images) if self.data else 0

    def shape(self) -> tuple[int, int]:
        assert self.data
        return self.data.images.shape[1], self.data.images.shape[2]

    def scales(self) -> NDArray[np.floating]:
        """The weight that the full colour stands for in each picture, (shown,)."""
        assert self.data
        reach = self.data.reach
        return reach if self.own else np.full_like(reach, reach.max(initial=0))

    def weights(self) -> NDArray[np.floating]:
        """The weights as they are shown, (shown, rows, columns)."""
        assert self.data
        return self.data.images * (self.data.reach / FULL)[:, None, None]

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.data
        with np.errstate(all="ignore"):
            share = self.data.reach[:shown] / self.scales()[:shown]
        share = np.nan_to_num(share, posinf=0.0) * (127 / FULL)
        return self.data.images[:shown] * share.astype(np.float32)[:, None, None] + 128

    def table(self, ink: Ink) -> ramp.Colors:
        return ramp.signed(ink.theme)

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        i = self.layout.at(place)
        if self.data is None or i is None:
            return None
        where = self.layout.rect(i)
        rows, columns = self.shape()
        column = min(max(int((place.x() - where.left()) / where.width() * columns), 0), columns - 1)
        row = min(max(int((place.y() - where.top()) / where.height() * rows), 0), rows - 1)
        weight = float(self.data.images[i, row, column] * self.data.reach[i] / FULL)
        lines = [
            Row(None, "pixel", f"row {row + 1}, column {column + 1}"),
            Row(None, "weight", number(weight)),
            Row(None, "largest of the unit", f"±{number(float(self.data.reach[i]))}"),
        ]
        spot = QRectF(where.right(), where.top(), 0, 0)
        return ReadOut(spot, where.right(), f"unit {i + 1}  ·  step {self.iteration:,}", lines)
