"""Samples as marks: class by colour and shape; training samples filled, validation hollow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from ui.plots.scale import Floats
from ui.plots.style import PaintStyle

Places = Sequence[tuple[float, float]]
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


@dataclass(frozen=True)
class Mark:
    """How samples are marked: outlined by `rim`, either `filled` or as rings."""

    filled: bool
    radius: float
    rim: QColor

    def paint(
        self, painter: QPainter, kind: int, color: QColor, places: Places, style: PaintStyle
    ) -> None:
        """Paint marks of one class at positions in logical pixels."""
        outline = shape(kind, self.radius)
        for x, y in places:
            if self.filled:
                painter.setPen(style.pen(self.rim, 0.9))
                painter.setBrush(style.brush(color))
                _draw(painter, outline, x, y, self.radius)
                continue
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for pen in (style.pen(self.rim, 2.8), style.pen(color, 1.3)):
                painter.setPen(pen)
                _draw(painter, outline, x, y, self.radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def stamp(self, kind: int, color: QColor, style: PaintStyle) -> QPixmap:
        """A picture of one mark, with the mark in the middle."""
        side = 2 * math.ceil(1.35 * self.radius + 2)
        picture = QPixmap(round(side * style.ratio), round(side * style.ratio))
        picture.setDevicePixelRatio(style.ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter, kind, color, [(side / 2, side / 2)], style)
        return picture


def paint_points(
    painter: QPainter, x: Floats, y: Floats, kinds: Sequence[int], colors: Sequence[QColor],
    filled: bool, radius: float, rim: QColor, style: PaintStyle,
) -> None:  # fmt: skip
    """Draw marks at positions in logical pixels, each with its shape and colour; `rim` is the
    outline's colour. On the screen many marks are copies of a few pictures: drawing 1,500 rings
    would take as long as five frames."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    mark = Mark(filled, radius, rim)
    stamps: dict[tuple[int, int], QPixmap] = {}
    copied = style.live and len(x) > FEW
    for px, py, kind, color in zip(x.tolist(), y.tolist(), kinds, colors, strict=True):
        if not copied:
            mark.paint(painter, kind, color, [(px, py)], style)
            continue
        key = kind, color.rgba()
        if (stamp := stamps.get(key)) is None:
            stamp = stamps[key] = mark.stamp(kind, color, style)
        half = stamp.deviceIndependentSize().width() / 2
        painter.drawPixmap(QPointF(px - half, py - half), stamp)


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
