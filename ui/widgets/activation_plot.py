"""A small plot of an activation function and its derivative."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.catalogue.activations import Activation, PReLU
from ui import theme

REACH = 5.0
BOTTOM, TOP = -1.3, 2.3
POINTS = 241
HEIGHT = 92


def sampled(activation: Activation, x: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """f and f′ at x, or None for a function whose shape is learned (maxout)."""
    if isinstance(activation, PReLU):
        slope = np.where(x > 0, 1.0, activation.start)
        return x * slope, slope
    f, slope = np.empty_like(x), np.empty_like(x)
    try:
        activation.forward(x, f)
        activation.derivative(x, f, slope)
    except NotImplementedError:
        return None
    return f, slope


class ActivationPlot(QWidget):
    """f solid, f′ dashed, on the same axes for every function; the pointer reads values.

    The window never changes, so that slopes compare: x from −5 to 5, values from −1.3 to 2.3.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activation: Activation | None = None
        self._x = np.linspace(-REACH, REACH, POINTS)
        self._curves: tuple[np.ndarray, np.ndarray] | None = None
        self._lines: tuple[QPolygonF, QPolygonF] | None = None
        self._pointer: float | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Activation function and its derivative")

    def set_activation(self, activation: Activation) -> None:
        """Show another function; the widget hides where there is no curve to show."""
        if activation == self._activation:
            return
        self._activation = activation
        self._curves = sampled(activation, self._x)
        self._lines = None
        self.setVisible(self._curves is not None)
        self.setAccessibleDescription(f"{activation.label}: {activation.formula}")
        self.update()

    def reading(self) -> str:
        """x, f and f′ under the pointer; empty without one."""
        if self._pointer is None or self._activation is None:
            return ""
        here = sampled(self._activation, np.array([self._pointer]))
        if here is None:
            return ""
        text = f"x {self._pointer:.2f}   f {here[0][0]:.3f}   f′ {here[1][0]:.3f}"
        return text.replace("-", "−")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box = self._box()
        share = (event.position().x() - box.left()) / box.width()
        x = REACH * (2 * share - 1)
        self._pointer = x if abs(x) <= REACH else None
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._lines = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._curves is None:
            return
        if self._lines is None:
            self._lines = (self._polygon(self._curves[0]), self._polygon(self._curves[1]))
        colors, box = theme.current(), self._box()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.border))
            painter.setBrush(QColor(colors.field))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setClipRect(box)
            self._draw_axes(painter, colors)
            dashed = QPen(QColor(colors.muted), 1.5)
            dashed.setDashPattern([3, 2.5])
            painter.setPen(dashed)
            painter.drawPolyline(self._lines[1])
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawPolyline(self._lines[0])
            self._draw_legend(painter, colors)

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, 1, -1, -1)

    def _place(self, x: float, y: float) -> QPointF:
        box = self._box()
        return QPointF(
            box.left() + (x + REACH) / (2 * REACH) * box.width(),
            box.bottom() - (y - BOTTOM) / (TOP - BOTTOM) * box.height(),
        )

    def _polygon(self, values: np.ndarray) -> QPolygonF:
        # Far outside the window there is nothing to see, and Qt need not clip it.
        near = np.clip(values, BOTTOM - 5, TOP + 5)
        origin, one = self._place(0, 0), self._place(1, 1)
        x = origin.x() + self._x * (one.x() - origin.x())
        y = origin.y() + near * (one.y() - origin.y())
        return QPolygonF([QPointF(*p) for p in zip(x.tolist(), y.tolist(), strict=True)])

    def _draw_axes(self, painter: QPainter, colors: theme.Theme) -> None:
        painter.setPen(QPen(QColor(colors.border), 1))
        for y in (0, 1):
            painter.drawLine(self._place(-REACH, y), self._place(REACH, y))
        painter.drawLine(self._place(0, BOTTOM), self._place(0, TOP))
        painter.setPen(QColor(colors.muted))
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.8)
        painter.setFont(font)
        painter.drawText(self._place(0, 1) + QPointF(-10, -3), "1")

    def _draw_legend(self, painter: QPainter, colors: theme.Theme) -> None:
        painter.setFont(self.font())
        left, baseline = 8.0, 16.0
        if self._pointer is not None:
            painter.setPen(QPen(QColor(colors.muted), 1))
            painter.drawLine(self._place(self._pointer, BOTTOM), self._place(self._pointer, TOP))
            room = QRectF(5, 3, self.fontMetrics().horizontalAdvance(self.reading()) + 8, 18)
            painter.fillRect(room, QColor(colors.field))
            painter.setPen(QColor(colors.text))
            painter.drawText(QPointF(left, baseline), self.reading())
            return
        painter.setPen(QColor(colors.accent))
        painter.drawText(QPointF(left, baseline), "f")
        painter.setPen(QColor(colors.muted))
        painter.drawText(QPointF(left + 14, baseline), "f′")
