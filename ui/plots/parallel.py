"""Parallel coordinates: an axis per setting, a line per trial, ranges selected on the axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ui.plots.item import PlotObject
from ui.plots.stroke import Polyline
from ui.plots.style import PaintStyle
from ui.plots.text import LEFT, paint_label

TOP, BOTTOM, SIDE = 34.0, 18.0, 60.0
# A press this near an axis begins a brush; a drag shorter than the second value removes it.
NEAR, SHORT = 14.0, 4.0
FAINT = 0.14


@dataclass(frozen=True)
class Coordinate:
    """One axis: what its brush is known by, its name, labels of both ends, and every line's
    position from 0 to 1, or NaN."""

    key: str
    name: str
    low: str
    high: str
    positions: NDArray[np.float64]


class ParallelCoordinates(PlotObject):
    """Lines across axes. A drag along an axis brushes it: lines outside all brushes fade.

    `brushed` carries an array of bool: which lines are inside.
    """

    clipped = False

    def __init__(
        self,
        color_of: Callable[[PaintStyle, NDArray[np.float64]], Sequence[QColor]],
        brushed: Callable[[NDArray[np.bool_]], None] = lambda chosen: None,
    ) -> None:
        super().__init__()
        self.axes: tuple[Coordinate, ...] = ()
        self.values: NDArray[np.float64] = np.empty(0)
        self.brushes: dict[str, tuple[float, float]] = {}
        self._color_of, self._brushed = color_of, brushed
        self._axis: Coordinate | None = None
        self._from = 0.0
        self._line = Polyline()
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)

    def set_data(self, axes: Sequence[Coordinate], values: NDArray[np.float64]) -> None:
        """Show other lines; `values` from 0 to 1 give their colours, the last are on top."""
        self.axes, self.values = tuple(axes), values
        keys, was_brushed = {axis.key for axis in axes}, bool(self.brushes)
        self.brushes = {key: ends for key, ends in self.brushes.items() if key in keys}
        self.update()
        if was_brushed:
            self._brushed(self.inside())

    def inside(self) -> NDArray[np.bool_]:
        """Which lines lie within all brushes."""
        chosen = np.ones(len(self.values), bool)
        for axis in self.axes:
            if axis.key in self.brushes:
                low, high = self.brushes[axis.key]
                chosen &= (axis.positions >= low) & (axis.positions <= high)
        return chosen

    def clear_brushes(self) -> None:
        """Remove all brushes."""
        self.brushes.clear()
        self._tell()

    # Painting

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if len(self.axes) < 2 or self.plot is None:
            return
        self._draw_lines(painter, style)
        for axis, x in zip(self.axes, self._xs(), strict=True):
            self._draw_axis(painter, style, axis, x)

    def _draw_lines(self, painter: QPainter, style: PaintStyle) -> None:
        xs, area = self._xs(), self._area()
        chosen, colors = self.inside(), self._color_of(style, self.values)
        points = np.array([axis.positions for axis in self.axes])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for faint in (True, False):
            for line in np.flatnonzero(chosen != faint).tolist():
                y = points[:, line]
                if not np.isfinite(y).all():
                    continue
                places = area.bottom() - y * area.height()
                color = style.pale(style.ghost, FAINT) if faint else colors[line]
                painter.setPen(style.pen(color, 1.0 if faint else 1.2))
                self._line.load(xs, places)
                painter.drawPolyline(self._line.polygon)

    def _draw_axis(self, painter: QPainter, style: PaintStyle, axis: Coordinate, x: float) -> None:
        area, height = self._area(), style.small_metrics.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(round(x), area.top(), 1, area.height()), style.axis)
        wide = QRectF(x - SIDE, area.top() - 2 * height - 2, 2 * SIDE, height)
        self._centered(painter, style, wide, axis.name, style.text)
        wide.moveTop(area.top() - height - 2)
        self._centered(painter, style, wide, axis.high, style.muted)
        wide.moveTop(area.bottom() + 3)
        self._centered(painter, style, wide, axis.low, style.muted)
        if axis.key in self.brushes:
            low, high = self.brushes[axis.key]
            top = area.bottom() - high * area.height()
            where = QRectF(x - 6, top, 12, (high - low) * area.height())
            painter.setPen(style.pen(style.train))
            painter.setBrush(style.brush(style.pale(style.train, 0.35)))
            painter.setOpacity(0.75)
            painter.drawRect(where)
            painter.setOpacity(1.0)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _centered(
        self, painter: QPainter, style: PaintStyle, where: QRectF, text: str, color: QColor
    ) -> None:
        """Text centred at a position, moved so that it stays inside the view."""
        assert self.plot is not None
        text = style.small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, where.width())
        width, bounds = style.small_metrics.horizontalAdvance(text), self.plot.rect_in_view
        left = min(max(where.center().x() - width / 2, bounds.left()), bounds.right() - width)
        paint_label(
            painter, QRectF(left, where.top(), width + 2, where.height()), LEFT, text, color, style
        )

    def _area(self) -> QRectF:
        assert self.plot is not None
        return self.plot.rect_in_view.adjusted(0, TOP, 0, -BOTTOM)

    def _xs(self) -> NDArray[np.float64]:
        area = self._area()
        aside = min(SIDE, area.width() / 8)
        return np.linspace(area.left() + aside, area.right() - aside, len(self.axes))

    # Brushing

    def mousePressEvent(self, event) -> None:
        place = event.pos()
        distances = np.abs(self._xs() - place.x()) if len(self.axes) > 1 else np.empty(0)
        if not distances.size or distances.min() > NEAR:
            event.ignore()
            return
        self._axis = self.axes[int(distances.argmin())]
        self._from = place.y()
        event.accept()

    def mouseMoveEvent(self, event) -> None:
        if self._axis is None:
            return
        area = self._area()
        ends = [(area.bottom() - y) / area.height() for y in (self._from, event.pos().y())]
        low, high = (min(max(end, 0.0), 1.0) for end in sorted(ends))
        self.brushes[self._axis.key] = (low, high)
        self._tell()

    def mouseReleaseEvent(self, event) -> None:
        axis, self._axis = self._axis, None
        if axis is not None and abs(event.pos().y() - self._from) < SHORT:
            self.brushes.pop(axis.key, None)
            self._tell()

    def _tell(self) -> None:
        self.update()
        self._brushed(self.inside())
