"""A field to draw in, and the picture that becomes of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.plots import ramp
from ui.plots.pictures.images import Images
from ui.plots.style import PaintStyle

# Radius of the mark of the pen, in pixels.
PEN = 5.0


class SketchPicture(Images):
    """One picture of shades from 0 to 1 in a frame; `hint` is written on it while it is empty."""

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self.hint = hint
        self.pen: tuple[float, float] | None = None
        self.pen_down = False

    def set_shades(self, shades: NDArray[np.floating]) -> None:
        """Show another picture, (rows, columns)."""
        self.set_images(np.rint(255 * shades[None]).astype(np.uint8))

    def set_pen(self, place: tuple[float, float] | None, down: bool = False) -> None:
        """Show where the keys draw, (across, down) from 0 to 1: a ring, filled while it draws."""
        self.pen, self.pen_down = place, down
        self.update_data()

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.images is not None
        return self.images[:shown].astype(np.float32)

    def table(self, style: PaintStyle) -> ramp.Colors:
        return ramp.grey(style.theme)

    def place_of(self, place: QPointF, anywhere: bool = False) -> tuple[float, float] | None:
        """Where a place of the view lies in the picture, (across, down) from 0 to 1; None beside
        it, unless `anywhere` is wanted."""
        if not self.layout.shown:
            return None
        where = self.layout.rect(0)
        across = (place.x() - where.left()) / where.width()
        down = (place.y() - where.top()) / where.height()
        inside = 0 <= across <= 1 and 0 <= down <= 1
        return (across, down) if inside or anywhere else None

    def paint_words(self, painter: QPainter, style: PaintStyle) -> None:
        where = self.layout.rect(0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.hairline(style.border))
        painter.drawRect(where.adjusted(0, 0, -1, -1))
        if self.pen is not None:
            self._paint_pen(painter, where, style)
        if self.hint and self.images is not None and not self.images.any():
            painter.setFont(style.font)
            painter.setPen(style.muted)
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(where).adjusted(6, 6, -6, -6), flags, self.hint)

    def _paint_pen(self, painter: QPainter, where: QRectF, style: PaintStyle) -> None:
        assert self.pen is not None
        place = QPointF(
            where.left() + self.pen[0] * where.width(), where.top() + self.pen[1] * where.height()
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.train, 2))
        painter.setBrush(style.train if self.pen_down else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, PEN, PEN)
        painter.setBrush(Qt.BrushStyle.NoBrush)
