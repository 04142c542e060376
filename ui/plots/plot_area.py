"""Where a plot lies in its view, and where values lie in the plot."""

from __future__ import annotations

from typing import Any, Protocol

import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsGridLayout

from ui.plots.scale import Floats, Scale
from ui.plots.style import PaintStyle
from ui.plots.ticks import Tick, ticks

# Between the frame and the labels of its axes.
GAP = 6.0
# Least distance between ticks, in logical pixels.
X_SPACING, Y_SPACING = 74.0, 27.0
MOST_Y_TICKS = 7


class ViewOfPlots(Protocol):
    """What a plot needs of the widget that shows it."""

    @property
    def style_now(self) -> PaintStyle: ...

    @property
    def bounds(self) -> QRectF: ...

    def relayout(self) -> None: ...


class PlotArea(pg.GraphicsWidget):
    """A ViewBox between two axes, with scales, ticks and a layout of our own. Axes and items know
    no more of a plot than this. All places are logical pixels of the view.

    It is no `pg.PlotItem`: each of those creates 44 hidden widgets for a menu, which take half a
    megabyte and 8 ms.

    `room` is what the view leaves to the plot, `rect_in_view` what the plot takes of it, and
    `frame` the area within the axes.
    """

    def __init__(
        self, box: pg.ViewBox, axes: dict[str, pg.AxisItem], x_scale: Scale, y_scale: Scale
    ) -> None:
        self.view: ViewOfPlots | None = None
        self.room = self.rect_in_view = self.frame = QRectF()
        self.x_scale, self.y_scale = x_scale, y_scale
        self.x_ticks: list[Tick] = []
        self.y_ticks: list[Tick] = []
        self.caption = self.x_name = ""
        self.percent = self.name_at_end = False
        self.axes_shown = self.grid = self.tick_marks = True
        self._placing = False
        super().__init__()
        self._axes = axes
        self._parts = QGraphicsGridLayout(self)
        self._parts.setSpacing(0)
        self._parts.setRowStretchFactor(0, 1)
        self._parts.setColumnStretchFactor(1, 1)
        self._parts.addItem(box, 0, 1)
        for axis, row, column in ((axes["left"], 0, 0), (axes["bottom"], 1, 1)):
            axis.linkToView(box)
            # Above images; what an item draws over the axes has a z of at least 1.
            axis.setZValue(0.5)
            axis.setFlag(axis.GraphicsItemFlag.ItemNegativeZStacksBehindParent)
            self._parts.addItem(axis, row, column)

    # What subclasses say

    def data_changed(self) -> None:
        """An item shows other data."""

    @property
    def zoomed(self) -> bool:
        """Whether the user has moved an axis."""
        return False

    def gutter_right(self, style: PaintStyle) -> float:
        """Width to the right of the frame, for example for names of lines."""
        return GAP * 2

    def getAxis(self, name: str) -> Any:
        """The axis "left" or "bottom"."""
        return self._axes[name]

    # Layout

    def lay_out(self, rect: QRectF, style: PaintStyle) -> None:
        """Place the plot, its axes and all items within `rect`."""
        self.room = QRectF(rect)
        self.rect_in_view = self.fitting(rect, style)
        self.frame = self.frame_in(self.rect_in_view, style)
        self.x_ticks = self._x_ticks(style) if self.axes_shown else []
        self._place_box()

    def fitting(self, rect: QRectF, style: PaintStyle) -> QRectF:
        """The part of a rectangle that the plot uses; all of it unless it has a fixed aspect
        ratio."""
        return rect

    def frame_in(self, rect: QRectF, style: PaintStyle) -> QRectF:
        """The area within the axes of a plot in this rectangle."""
        line = style.small_metrics.height()
        top = line + 4 if self.caption else (line / 2 if self.axes_shown else 0.0)
        bottom = line + GAP if self.axes_shown else 0.0
        height = max(rect.height() - top - bottom, 10.0)
        self.y_ticks = self._y_ticks(height)
        left, right = self.gutter_left(style), self.gutter_right(style)
        return QRectF(
            round(rect.left() + left),
            round(rect.top() + top),
            round(max(rect.width() - left - right, 10.0)),
            round(height),
        )

    def _place_box(self) -> None:
        """Position the box and its axes."""
        rect, frame, layout = self.rect_in_view, self.frame, self._parts
        self._placing = True
        try:
            layout.setContentsMargins(0, frame.top() - rect.top(), rect.right() - frame.right(), 0)
            left, bottom = self.getAxis("left"), self.getAxis("bottom")
            left.setWidth(frame.left() - rect.left())
            bottom.setHeight(max(rect.bottom() - frame.bottom(), 0))
            self.setGeometry(rect)
            layout.activate()
            left.update()
            bottom.update()
        finally:
            self._placing = False

    def gutter_left(self, style: PaintStyle) -> float:
        """Width for the labels of the left axis."""
        if not self.axes_shown:
            return 0.0
        widths = (style.small_metrics.horizontalAdvance(tick.label) for tick in self.y_ticks)
        return max(widths, default=0.0) + GAP + 2

    def _y_ticks(self, height: float) -> list[Tick]:
        if not self.axes_shown:
            return []
        marks = ticks(self.y_scale, min(int(height / Y_SPACING), MOST_Y_TICKS))
        if not self.percent:
            return marks
        return [Tick(tick.value, f"{100 * tick.value:.4g} %") for tick in marks]

    def _x_ticks(self, style: PaintStyle) -> list[Tick]:
        return ticks(self.x_scale, int(self.frame.width() / X_SPACING))

    def axis_at(self, place: QPointF) -> str:
        """The axis at a position: "left", "bottom", or "" for none."""
        rect, frame = self.rect_in_view, self.frame
        if not self.axes_shown or not rect.contains(place) or frame.contains(place):
            return ""
        if place.x() < frame.left() and place.y() <= frame.bottom():
            return "left"
        return "bottom" if place.y() > frame.bottom() else ""

    # Where values lie

    def px(self, values: Floats) -> Floats:
        """Horizontal positions of values, in logical pixels of the view."""
        return self.x_scale.place(values, self.frame.left(), self.frame.width())

    def py(self, values: Floats) -> Floats:
        """Vertical positions of values."""
        return self.y_scale.place(values, self.frame.bottom(), -self.frame.height())

    def px_of(self, value: float) -> float:
        """Horizontal position of one value."""
        return self.frame.left() + self.frame.width() * self.x_scale.at(value)

    def x_of(self, place: float) -> float:
        """The value at a horizontal position."""
        return self.x_scale.value((place - self.frame.left()) / max(self.frame.width(), 1.0))

    def y_of(self, place: float) -> float:
        """The value at a vertical position."""
        return self.y_scale.value((self.frame.bottom() - place) / max(self.frame.height(), 1.0))
