"""The pictures that a network judges worst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from core.telemetry.pictures import DataPicture, Worst
from ui.plots import ramp
from ui.plots.images import ImagesPanel
from ui.plots.ink import Ink
from ui.plots.panel import ReadOut, Row
from ui.plots.surface import class_name
from ui.plots.ticks import number


class WorstPanel(ImagesPanel):
    """Pictures with the largest loss, worst first; below each "true → predicted"."""

    least = 26.0

    def __init__(self) -> None:
        super().__init__()
        self.data: Worst | None = None
        self.about: DataPicture | None = None

    def absorb(self, data: Worst | None, about: DataPicture | None) -> bool:
        """Take the pictures of one validation; whether places have changed."""
        before = self.count()
        self.data, self.about = data, about
        return before != self.count()

    def count(self) -> int:
        return len(self.data.images) if self.data else 0

    def shape(self) -> tuple[int, int]:
        assert self.data
        return self.data.images.shape[1], self.data.images.shape[2]

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.data
        return self.data.images[:shown].astype(np.float32)

    def table(self, ink: Ink) -> ramp.Colors:
        return ramp.grey(ink.theme)

    def words(self, ink: Ink) -> float:
        return ink.small_metrics.height() + 1

    def paint_words(self, painter: QPainter, ink: Ink) -> None:
        assert self.data
        wrong, right = QColor(ink.theme.negative), QColor(ink.theme.positive)
        for i in range(self.layout.shown):
            label, predicted = int(self.data.labels[i]), int(self.data.predictions[i])
            names = class_name(self.about, label), class_name(self.about, predicted)
            where = self.layout.rect(i)
            text = f"{names[0]} → {names[1]}"
            if ink.width(text) > self.layout.step_x:
                text = names[1] if ink.width(names[1]) <= self.layout.step_x else ""
            left = where.center().x() - ink.width(text) / 2
            ink.write(
                painter, left, where.bottom() + 1, text, right if label == predicted else wrong
            )

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        i = self.layout.at(place)
        if self.data is None or i is None:
            return None
        where = self.layout.rect(i)
        rows = [
            Row(None, "true", class_name(self.about, int(self.data.labels[i]))),
            Row(None, "predicted", class_name(self.about, int(self.data.predictions[i]))),
            Row(None, "loss", number(float(self.data.losses[i]))),
        ]
        spot = QRectF(where.right(), where.top(), 0, 0)
        return ReadOut(spot, where.right(), f"worst but {i}" if i else "worst of all", rows)
