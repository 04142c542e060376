"""Items in a plane of two values of equal standing: trails, separate pieces of line, arrows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from ui.plots.item import FRONT, Color, PlotObject, resolve
from ui.plots.stroke import Polyline, stroke
from ui.plots.style import PaintStyle


class Trail(PlotObject):
    """A line through points of the plane in any order, and a dot at its end."""

    def __init__(self, color: Color, width: float = 1.6, dots: float = 0.0) -> None:
        super().__init__()
        self.color, self.width, self.dots = color, width, dots
        self.xs = self.ys = np.empty(0)
        self.head: tuple[float, float] | None = None
        self._line = Polyline()

    def set_data(self, x: ArrayLike, y: ArrayLike) -> None:
        """Show another line; what is not finite is left out."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        known = np.isfinite(x) & np.isfinite(y)
        self.head = (float(x[-1]), float(y[-1])) if len(x) and known[-1] else None
        self.xs, self.ys = x[known], y[known]
        self.update()
        if self.plot:
            self.plot.data_changed()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        if not len(self.xs):
            return
        color = resolve(self.color, style)
        px, py = plot.px(self.xs), plot.py(self.ys)
        if len(px) > 1 and self._line.load(px, py):
            stroke(painter, self._line, color, self.width, style, True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.card, 1.2))
        painter.setBrush(style.brush(color))
        if self.dots and len(px) < 400:
            for x, y in zip(px[:-1].tolist(), py[:-1].tolist(), strict=True):
                if plot.frame.contains(x, y):
                    painter.drawEllipse(QPointF(x, y), self.dots, self.dots)
        if self.head is not None:
            painter.drawEllipse(QPointF(float(px[-1]), float(py[-1])), 5.0, 5.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)


class Segments(PlotObject):
    """Separate straight pieces, each from (x, y) to (x, y): residuals, contour lines."""

    def __init__(self, color: Color, width: float = 1.0, layer: float | None = None) -> None:
        super().__init__()
        self.color, self.width = color, width
        self.ends = np.empty((0, 4))
        if layer is not None:
            self.layer = layer

    def set_data(self, ends: ArrayLike) -> None:
        """Show other pieces, shape (n, 4)."""
        self.ends = np.asarray(ends, float).reshape(-1, 4)
        self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        if not len(self.ends):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(resolve(self.color, style), self.width))
        x0, x1 = plot.px(self.ends[:, 0]).tolist(), plot.px(self.ends[:, 2]).tolist()
        y0, y1 = plot.py(self.ends[:, 1]).tolist(), plot.py(self.ends[:, 3]).tolist()
        for a, b, c, d in zip(x0, y0, x1, y1, strict=True):
            painter.drawLine(QPointF(a, b), QPointF(c, d))


class Arrow(PlotObject):
    """A vector from a point; none while `set_data` has been given no end."""

    layer = FRONT

    def __init__(self, color: Color, width: float = 1.6) -> None:
        super().__init__()
        self.color, self.width = color, width
        self.tail = self.tip = (0.0, 0.0)
        self.shown = False

    def set_data(self, tail: Sequence[float], tip: Sequence[float] | None) -> None:
        self.shown = tip is not None and bool(np.isfinite([*tail, *tip]).all())
        if self.shown and tip is not None:
            self.tail, self.tip = (tail[0], tail[1]), (tip[0], tip[1])
        self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        if plot is None or not self.shown:
            return
        ends = np.array([self.tail, self.tip])
        (x0, x1), (y0, y1) = plot.px(ends[:, 0]).tolist(), plot.py(ends[:, 1]).tolist()
        length = float(np.hypot(x1 - x0, y1 - y0))
        if length < 1:
            return
        color = resolve(self.color, style)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(color, self.width))
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
        ux, uy = (x1 - x0) / length * 7, (y1 - y0) / length * 7
        head = [
            (x1, y1),
            (x1 - ux - 0.5 * uy, y1 - uy + 0.5 * ux),
            (x1 - ux + 0.5 * uy, y1 - uy - 0.5 * ux),
        ]
        painter.setBrush(style.brush(color))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in head]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
