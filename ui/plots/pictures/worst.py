"""The images with the largest loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from core.base.translation import tr
from core.telemetry.pictures import DataPicture, Worst, class_name
from ui.plots import ramp
from ui.plots.pictures.images import Images
from ui.plots.readout import ReadOut, Row
from ui.plots.style import PaintStyle
from ui.plots.text import given
from ui.plots.ticks import number


class WorstImages(Images):
    """Images with the largest loss, worst first, each with "true → predicted" below."""

    least = 26.0

    def __init__(self) -> None:
        super().__init__()
        self.shown: Worst | None = None
        self.about: DataPicture | None = None

    def set_data(self, data: Worst | None, about: DataPicture | None) -> None:
        """Show the images of one validation."""
        self.shown, self.about = data, about
        self.set_images(data.images if data else None)

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.shown
        return self.shown.images[:shown].astype(np.float32)

    def table(self, style: PaintStyle) -> ramp.Colors:
        return ramp.grey(style.theme)

    def words(self, style: PaintStyle) -> float:
        return style.small_metrics.height() + 1

    def paint_words(self, painter: QPainter, style: PaintStyle) -> None:
        assert self.shown
        wrong, right = QColor(style.theme.negative), QColor(style.theme.positive)
        for i in range(self.layout.shown):
            label, predicted = int(self.shown.labels[i]), int(self.shown.predictions[i])
            names = self._class(label), self._class(predicted)
            where = self.layout.rect(i)
            text = f"{names[0]} → {names[1]}"
            if style.width(text) > self.layout.step_x:
                text = names[1] if style.width(names[1]) <= self.layout.step_x else ""
            left = where.center().x() - style.width(text) / 2
            style.write(
                painter, left, where.bottom() + 1, text, right if label == predicted else wrong
            )

    def _class(self, i: int) -> str:
        return given(class_name(self.about, int(i)))

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        i = self.layout.at(place)
        if self.shown is None or i is None:
            return None
        where = self.layout.rect(i)
        rows = [
            Row(None, tr("true"), self._class(self.shown.labels[i])),
            Row(None, tr("predicted"), self._class(self.shown.predictions[i])),
            Row(None, tr("loss"), number(float(self.shown.losses[i]))),
        ]
        spot = QRectF(where.right(), where.top(), 0, 0)
        return ReadOut(spot, where.right(), tr("rank {rank} by loss", rank=i + 1), rows)
