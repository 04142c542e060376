"""A matrix of shares as shaded cells."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ui.plots import ramp
from ui.plots.item import PlotObject
from ui.plots.style import PaintStyle


class Cells(PlotObject):
    """A square matrix of shares 0…1 as shaded cells with their numbers where these fit."""

    def __init__(self) -> None:
        super().__init__()
        self.values = np.empty((0, 0))

    def set_data(self, values: np.ndarray) -> None:
        self.values = values
        self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot, n = self.plot, len(self.values)
        if plot is None or not n:
            return
        low = float(self.values.min())
        colors = ramp.colored(self.values, low, 1.0, ramp.towards(style.theme, style.theme.accent))
        edges = np.arange(0.5, n + 1, dtype=np.float64)
        xs, ys = plot.px(edges).tolist(), plot.py(edges).tolist()
        painter.setPen(style.text)
        painter.setFont(style.small)
        room = style.small_metrics.horizontalAdvance("00.0") + 6
        for row in range(n):
            for column in range(n):
                x, y = xs[column], ys[row + 1]
                cell = QRectF(x + 0.5, y + 0.5, xs[column + 1] - x - 1, ys[row] - y - 1)
                shade = QColor.fromRgb(int(colors[row, column]))
                painter.fillRect(cell, shade)
                if cell.width() >= room and cell.height() >= 14:
                    # Whichever of the two stands out more.
                    pens = (style.card, style.text)
                    painter.setPen(
                        max(pens, key=lambda c, s=shade: abs(c.lightness() - s.lightness()))
                    )
                    text = f"{100 * self.values[row, column]:.1f}"
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
