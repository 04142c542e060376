"""Draws curves from NumPy arrays without a Python loop over points."""

from __future__ import annotations

import math

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from ui.plots.style import PaintStyle

Floats = NDArray[np.float64]

# Offset between the passes of a thick line on the screen, in device pixels.
PASS = 0.6


class Polyline:
    """A reusable buffer of points. Points that are not finite are left out."""

    def __init__(self) -> None:
        self.polygon = QPolygonF()

    def load(self, x: Floats, y: Floats) -> int:
        """Load points in logical pixels; return how many there are."""
        known = np.isfinite(y)
        if not known.all():
            x, y = x[known], y[known]
        points = self.points(x.size)
        points[:, 0] = x
        points[:, 1] = y
        return x.size

    def points(self, n: int) -> Floats:
        """The buffer resized to n points, shape (n, 2), to write into."""
        polygon = self.polygon
        if polygon.size() != n:
            polygon.resize(n)
        if not n:
            return np.empty((0, 2))
        # PySide takes a pointer to the first point.
        memory = shiboken6.VoidPtr(polygon.data(), 16 * n, True)  # type: ignore[call-overload]
        return np.frombuffer(memory, np.float64).reshape(n, 2)  # type: ignore[arg-type]


def stroke(
    painter: QPainter,
    line: Polyline,
    color: QColor,
    width: float,
    style: PaintStyle,
    smooth: bool = True,
) -> None:
    """Draw a line of `width` logical pixels through the points.

    Qt draws lines thicker than one pixel 15 times as slowly; on the screen a thick line is
    therefore a thin one drawn several times, each a fraction of a pixel further.
    """
    width *= style.theme.line_scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    if not style.live:
        painter.setPen(style.stroke_pen(color, width))
        painter.drawPolyline(line.polygon)
        return
    painter.setPen(style.hairline(color))
    extra = width * style.ratio - 1.0
    passes = 1 + max(0, math.ceil(extra / (PASS if smooth else 1.0) - 0.2))
    if passes == 1:
        painter.drawPolyline(line.polygon)
        return
    step = extra / (passes - 1) / style.ratio
    # Curves are thickened vertically, zigzags horizontally.
    dx, dy = (0.0, step) if smooth else (step, 0.0)
    back = (passes - 1) / 2
    painter.translate(-back * dx, -back * dy)
    for _ in range(passes):
        painter.drawPolyline(line.polygon)
        painter.translate(dx, dy)
    painter.translate(-(back + 1) * dx, -(back + 1) * dy)


def envelope(x: Floats, low: Floats, high: Floats, group: int) -> tuple[Floats, Floats]:
    """A zigzag through the minimum and maximum of every `group` neighbours.

    Returns x and y of two points per group, leaving out groups without a finite value.
    """
    if group > 1:
        cuts = np.arange(0, x.size, group)
        low, high = np.minimum.reduceat(low, cuts), np.maximum.reduceat(high, cuts)
        x = x[np.minimum(cuts + group // 2, x.size - 1)]
    known = low <= high
    if not known.all():
        x, low, high = x[known], low[known], high[known]
    y = np.empty(2 * x.size)
    # Alternate the order, so that the line goes low, high, high, low and has no diagonals.
    y[0::4], y[1::4] = low[0::2], high[0::2]
    y[2::4], y[3::4] = high[1::2], low[1::2]
    return np.repeat(x, 2), y


def fill(
    painter: QPainter, polygon: QPolygonF, color: QColor, share: float, style: PaintStyle
) -> None:
    """Fill an area with a colour of opacity `share`."""
    color = QColor(color)
    color.setAlphaF(share)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not style.live)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(polygon)
    painter.setBrush(Qt.BrushStyle.NoBrush)
