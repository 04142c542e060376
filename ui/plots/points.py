"""Samples as marks: class by colour and shape; training samples filled, validation hollow."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from ui.plots.scale import Floats
from ui.plots.style import PaintStyle

# Marks are smaller the more there are.
FEW, MANY = 60, 600


def radius(points: int, width: float = 400.0) -> float:
    """The radius of marks in a plot of that many points."""
    if points > MANY or width < 160:
        return 2.3
    return 4.2 if points <= FEW else 3.2


def shape(kind: int, radius: float) -> QPolygonF | None:
    """The outline of a class's mark, centred at 0; None for a circle."""
    corners = ((), (-0.785, 4), (-1.571, 3), (-1.571, 4), (1.571, 3))[kind % 5]
    if not corners:
        return None
    turn, n = corners
    # About the area of the circle.
    reach = radius * {3: 1.35, 4: 1.18}[int(n)]
    angles = [turn + 2 * math.pi * i / n for i in range(int(n))]
    return QPolygonF([QPointF(reach * math.cos(a), reach * math.sin(a)) for a in angles])


def paint_points(
    painter: QPainter, x: Floats, y: Floats, kinds: Sequence[int], colors: Sequence[QColor],
    filled: bool, radius: float, rim: QColor, style: PaintStyle,
) -> None:  # fmt: skip
    """Draw marks at positions in logical pixels, each with its shape and colour; `rim` is the
    outline's colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = style.pen(rim, 0.9)
    hollow = style.pen(rim, 2.8)
    shapes = {kind: shape(kind, radius) for kind in set(kinds)}
    for px, py, kind, color in zip(x.tolist(), y.tolist(), kinds, colors, strict=True):
        if filled:
            painter.setPen(edge)
            painter.setBrush(style.brush(color))
            _draw(painter, shapes[kind], px, py, radius)
            continue
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (hollow, style.pen(color, 1.3)):
            painter.setPen(pen)
            _draw(painter, shapes[kind], px, py, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw(painter: QPainter, outline: QPolygonF | None, x: float, y: float, radius: float) -> None:
    if outline is None:
        painter.drawEllipse(QPointF(x, y), radius, radius)
    else:
        painter.drawPolygon(outline.translated(x, y))


def nearest(x: Floats, y: Floats, place: QPointF) -> tuple[int, float]:
    """The point nearest to a position, and its distance."""
    distances = np.hypot(x - place.x(), y - place.y())
    i = int(distances.argmin())
    return i, float(distances[i])
