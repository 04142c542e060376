"""A surface of heights seen at an angle."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from ui.plots import ramp
from ui.plots.item import PlotObject
from ui.plots.scale import Floats
from ui.plots.style import PaintStyle
from ui.theme import blend

# From where the surface is seen at first, in degrees.
AZIMUTH, ELEVATION = -58.0, 34.0


class Relief(PlotObject):
    """A surface of heights seen at an angle, painted from back to front."""

    clipped = False

    def __init__(self) -> None:
        super().__init__()
        self.heights: Floats = np.empty((0, 0))
        self.path: Floats = np.empty((0, 3))
        self.azimuth, self.elevation = AZIMUTH, ELEVATION

    def set_data(self, heights: Floats, path: Floats | None = None) -> None:
        """Heights 0…1 (rows, columns); a path (points, 3) over −1…1, −1…1 and 0…1."""
        self.heights = heights
        self.path = np.empty((0, 3)) if path is None else path
        self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        if plot is None or self.heights.size < 4:
            return
        rows, columns = self.heights.shape
        x, y = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows))
        z = np.nan_to_num(self.heights, nan=1.0)
        px, py, depth = self._project(x, y, z)
        middle = _corners(depth).mean(axis=0)
        mean, gap = _corners(z).mean(axis=0), np.isnan(_corners(self.heights)).any(axis=0)
        table = ramp.towards(style.theme, style.theme.accent, 0.8)
        colors = ramp.colored(0.12 + 0.88 * mean.ravel(), 0, 1, table).tolist()
        cx, cy = _corners(px).reshape(4, -1).T.tolist(), _corners(py).reshape(4, -1).T.tolist()
        gaps = gap.ravel().tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = style.pen(blend(style.theme.card, style.theme.text, 0.28), 0.5)
        painter.setPen(pen)
        for i in np.argsort(-middle.ravel(), kind="stable").tolist():
            if gaps[i]:
                continue
            painter.setBrush(QColor.fromRgb(colors[i]))
            corners = zip(cx[i], cy[i], strict=True)
            painter.drawConvexPolygon(QPolygonF([QPointF(a, b) for a, b in corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw_path(painter, style)

    def _draw_path(self, painter: QPainter, style: PaintStyle) -> None:
        if not len(self.path):
            return
        px, py, _ = self._project(*(self.path[:, i] for i in range(3)))
        painter.setPen(style.pen(style.role("text"), 1.8))
        places = [QPointF(a, b) for a, b in zip(px.tolist(), py.tolist(), strict=True)]
        painter.drawPolyline(QPolygonF(places))
        painter.setBrush(style.brush(style.role("text")))
        painter.drawEllipse(places[-1], 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _project(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Places in pixels, and how far away they are."""
        assert self.plot is not None
        frame = self.plot.frame
        turn, tilt = math.radians(self.azimuth), math.radians(self.elevation)
        across = x * math.cos(turn) - y * math.sin(turn)
        away = x * math.sin(turn) + y * math.cos(turn)
        up = (z - 0.5) * 1.3
        height = up * math.cos(tilt) + away * math.sin(tilt)
        depth = away * math.cos(tilt) - up * math.sin(tilt)
        size = min(frame.width() / 2.9, frame.height() / 2.7)
        center = frame.center()
        return center.x() + size * across, center.y() - size * height, depth


def _corners(grid: Floats) -> Floats:
    """The four corners of every cell: (4, rows − 1, columns − 1)."""
    return np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]])
