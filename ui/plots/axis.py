"""Axes with our ticks: round values, powers of ten, percent, or names."""

from __future__ import annotations

import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.plots.item import BACK, PlotObject
from ui.plots.plot_area import GAP, PlotArea
from ui.plots.style import PaintStyle
from ui.plots.text import LEFT, RIGHT, paint_label

# How far the labels of the first and last tick may extend beyond the axis, in pixels.
OVERHANG = 60.0


class Axis(pg.AxisItem):
    """The left or bottom axis of a plot, which gives it the ticks. Wheel and drag over it zoom and
    pan this axis alone.
    """

    def __init__(self, orientation: str, plot: PlotArea) -> None:
        super().__init__(orientation, showValues=False)
        self._plot = plot
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    @property
    def is_left(self) -> bool:
        return self.orientation == "left"

    def linkedViewChanged(self, view: object, newRange: object = None) -> None:
        """Do nothing: the plot sets the ticks."""

    def boundingRect(self) -> QRectF:
        rect = self.mapRectFromParent(self.geometry())
        if self.is_left:
            return rect.adjusted(-2, -9, 2, 9)
        return rect.adjusted(-OVERHANG, -1, OVERHANG, 2)

    def paint(
        self, p: QPainter, opt: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        plot = self._plot
        if plot.view is None:
            return
        origin = self.mapFromScene(0.0, 0.0)
        p.translate(origin)
        if self.is_left:
            self._paint_left(p, plot, plot.view.style_now)
        else:
            self._paint_bottom(p, plot, plot.view.style_now)
        p.translate(-origin)

    def _paint_left(self, painter: QPainter, plot: PlotArea, style: PaintStyle) -> None:
        line, frame = style.small_metrics.height(), plot.frame
        labels = QRectF(frame.left() - 200, 0, 200 - GAP, line)
        for tick in plot.y_ticks:
            y = frame.bottom() - frame.height() * plot.y_scale.at(tick.value)
            labels.moveTop(y - line / 2)
            paint_label(painter, labels, RIGHT, tick.label, style.muted, style)

    def _paint_bottom(self, painter: QPainter, plot: PlotArea, style: PaintStyle) -> None:
        frame, metrics = plot.frame, style.small_metrics
        painter.fillRect(QRectF(frame.left(), frame.bottom(), frame.width(), 1), style.axis)
        end = plot.rect_in_view.right()
        name_left = end
        if plot.x_name and plot.name_at_end:
            name_left = frame.right() - metrics.horizontalAdvance(plot.x_name)
            where = QRectF(name_left, frame.bottom() + 4, 200, metrics.height())
            paint_label(painter, where, LEFT, plot.x_name, style.muted, style)
        for i, tick in enumerate(plot.x_ticks):
            x = plot.px_of(tick.value)
            half = metrics.horizontalAdvance(tick.label) / 2
            if plot.name_at_end and x + half > name_left - 8:
                continue
            if plot.tick_marks:
                painter.fillRect(QRectF(round(x), frame.bottom(), 1, 4), style.axis)
            # The first one names the unit: there is always room before the next.
            named = plot.x_name and not plot.name_at_end and not i
            text = f"{tick.label} {plot.x_name}" if named else tick.label
            where = QRectF(min(x - half, end - 2 * half), frame.bottom() + 4, 200, 14)
            paint_label(painter, where, LEFT, text, style.muted, style)


class Grid(PlotObject):
    """Faint horizontal lines at the ticks, and the plot's caption above them."""

    clipped = False
    layer = BACK

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        frame = plot.frame
        for tick in plot.y_ticks if plot.grid else ():
            y = frame.bottom() - frame.height() * plot.y_scale.at(tick.value)
            painter.fillRect(QRectF(frame.left(), round(y), frame.width(), 1), style.grid)
        if plot.caption:
            where = QRectF(frame.left(), plot.rect_in_view.top() - 2, frame.width(), 14)
            if exposed.intersects(where):
                paint_label(painter, where, LEFT, plot.caption, style.muted, style)
