"""A small picture for a card: lines over shaded levels, without axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.plots import ramp
from ui.theme import RADIUS, Theme, blend

# A line in the unit square, y upwards: colour role, width, points (n, 2).
Line = tuple[str, float, np.ndarray]


@dataclass(frozen=True)
class CardPicture:
    """Lines, and behind them an array of levels 0…1, first row at the top."""

    lines: tuple[Line, ...] = ()
    levels: np.ndarray | None = None

    def paint(self, painter: QPainter, room: QRectF, colors: Theme) -> None:
        """Paint the picture on a background with round corners."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(colors.card, colors.text, 0.03))
        painter.drawRoundedRect(room, RADIUS - 2, RADIUS - 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.save()
        painter.setClipRect(room)
        if self.levels is not None:
            table = ramp.towards(colors, colors.accent, 0.45)
            painter.drawImage(room, ramp.image(ramp.colored(self.levels, 0, 1, table)))
        for role, width, points in self.lines:
            pen = QPen(QColor(getattr(colors, role)), width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            x = room.left() + points[:, 0] * room.width()
            y = room.bottom() - points[:, 1] * room.height()
            places = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
            painter.drawPolyline(QPolygonF(places))
        painter.restore()
