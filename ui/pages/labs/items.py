"""What the labs draw beyond series: trails through the plane, arrows, and plots one can drag in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPolygonF

from ui.plots.item import FRONT, Color, PlotObject, resolve
from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView
from ui.plots.stroke import Polyline, stroke
from ui.plots.style import PaintStyle

# A press this near to a handle takes hold of it, in logical pixels.
NEAR = 11.0


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


class HandleView(PlotView):
    """A view whose points can be dragged.

    `handles` gives the places of the handles of a plot as (x, y) values. `on_drag` is called with
    the handle's number and its new place while it is dragged, `on_add` after a double click beside
    all handles, `on_click` after a click there.
    """

    handles: Callable[[], Sequence[tuple[float, float]]] | None = None
    on_drag: Callable[[int, float, float], Any] | None = None
    on_add: Callable[[float, float], Any] | None = None
    on_remove: Callable[[int], Any] | None = None
    _held: int | None = None

    def handle_at(self, place: QPointF) -> int | None:
        """The handle under a place."""
        plot = self._plot()
        places = list(self.handles()) if self.handles and plot else []
        if not places or plot is None:
            return None
        at = np.asarray(places, float)
        away = np.hypot(plot.px(at[:, 0]) - place.x(), plot.py(at[:, 1]) - place.y())
        nearest = int(np.nanargmin(away)) if np.isfinite(away).any() else 0
        return nearest if away[nearest] <= NEAR else None

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        held = self.handle_at(ev.position())
        if held is not None and self.on_remove and ev.button() == Qt.MouseButton.MiddleButton:
            self.on_remove(held)
            return
        if held is None or ev.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(ev)
            return
        if ev.modifiers() & Qt.KeyboardModifier.AltModifier and self.on_remove:
            self.on_remove(held)
            return
        self._held = held
        self.point_at(None)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        plot = self._plot()
        if self._held is None or plot is None:
            near = self.handle_at(ev.position()) is not None
            shape = Qt.CursorShape.OpenHandCursor if near else Qt.CursorShape.ArrowCursor
            if self.cursor().shape() != shape:
                self.setCursor(shape)
            super().mouseMoveEvent(ev)
            return
        if self.on_drag:
            self.on_drag(self._held, *self.value_at(plot, ev.position()))

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if self._held is None:
            super().mouseReleaseEvent(ev)
            return
        self._held = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        inside = plot is not None and plot.frame.contains(event.position())
        if plot is None or not inside or not self.on_add:
            super().mouseDoubleClickEvent(event)
        elif self.handle_at(event.position()) is None:
            self.on_add(*self.value_at(plot, event.position()))

    def value_at(self, plot: Plot, place: QPointF) -> tuple[float, float]:
        """The values at a place, to about the precision of a pixel."""
        x, y = plot.x_of(place.x()), plot.y_of(place.y())
        return _to_pixel(x, plot.x_scale.span, plot.frame.width()), _to_pixel(
            y, plot.y_scale.span, plot.frame.height()
        )

    def _plot(self) -> Plot | None:
        return self.shown_plots[0] if self.shown_plots else None


def _to_pixel(value: float, span: float, pixels: float) -> float:
    digits = max(0, int(np.ceil(-np.log10(max(span, 1e-300) / max(pixels, 1.0)))))
    return round(value, min(digits, 15))
