"""One plot of a card: pyqtgraph's ViewBox with our axes, ranges and read-out."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np
import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QPointF, QRectF, Signal

from core.base.translation import tr
from ui.plots.axis import Axis, Grid
from ui.plots.item import PlotObject
from ui.plots.plot_area import PlotArea
from ui.plots.readout import ReadOut
from ui.plots.scale import Scale, settle
from ui.plots.style import PaintStyle
from ui.plots.ticks import number

Item = TypeVar("Item", bound=PlotObject)

# Logarithms and values beyond this are not shown: ranges must stay finite.
MOST_DECADES, MOST = 300.0, 1e300


class PlotBox(pg.ViewBox):
    """The area within the axes: handles wheel and drags, paints nothing."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.borderRect.hide()
        # Our items clip themselves: an SVG would go on with the clip of a box that has ended.
        self.setFlag(self.GraphicsItemFlag.ItemClipsChildrenToShape, False)
        self.setFlag(self.GraphicsItemFlag.ItemIsFocusable, False)
        self._usual_mode = self.PanMode

    def paint(self, p: object, opt: object, widget: object = None) -> None:
        """Do nothing: the view fills the background, the axes draw the lines."""

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Drag pans, with Shift it selects a box to zoom to; the right button stretches."""
        box = ev.modifiers() & pg.QtCore.Qt.KeyboardModifier.ShiftModifier
        if ev.isStart():
            self._usual_mode = self.state["mouseMode"]
            if box and axis is None:
                self.state["mouseMode"] = self.RectMode
        try:
            super().mouseDragEvent(ev, axis)
        finally:
            if ev.isFinish():
                self.state["mouseMode"] = self._usual_mode

    def keyPressEvent(self, ev: Any) -> None:
        ev.ignore()


class Plot(PlotArea):
    """Items over two axes whose ranges follow the data until the user zooms.

    `add` takes any `PlotObject`, such as those of `ui.plots.series`. Ranges end at round numbers
    and contain all items' data; `set_home` sets them explicitly. An axis that the user has zoomed
    stays until `show_all`. All positions are in logical pixels of the view.
    """

    ranges_changed = Signal()
    # The axes that the user has moved: (x, y).
    moved_by_user = Signal(bool, bool)

    def __init__(
        self,
        caption: str = "",
        x_name: str = "",
        *,
        log: bool = False,
        log_x: bool = False,
        percent: bool = False,
        axes: bool = True,
        grid: bool = True,
        name_at_end: bool = False,
    ) -> None:
        self.objects: list[PlotObject] = []
        self.home_x: Scale | None = None
        self.home_y: Scale | None = None
        self.follows_x = self.follows_y = True
        self.linked: list[Plot] = []
        self._setting = False
        self.box = PlotBox()
        super().__init__(
            self.box,
            {"left": Axis("left", self), "bottom": Axis("bottom", self)},
            Scale(1.0, 10.0, log=True) if log_x else Scale(0.0, 10.0),
            Scale(0.01, 1.0, log=True) if log else Scale(0.0, 1.0),
        )
        self.caption, self.x_name, self.name_at_end = caption, x_name, name_at_end
        self.percent, self.axes_shown, self.grid = percent, axes, grid
        # Room beside the first and the last point along x, as a share of the whole: for dots.
        self.margin_x = 0.0
        for name in ("left", "bottom"):
            self.getAxis(name).setVisible(axes)
        self.box.sigRangeChanged.connect(self._range_moved)
        self.add(Grid())
        self._apply()

    # To be implemented by subclasses

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        """The read-out at a position: the values of every named item."""
        near = self.x_of(place.x())
        known = [x for o in self.objects if (x := o.nearest_x(near)) is not None]
        x = min(known, key=lambda v: abs(self.x_scale.at(v) - self.x_scale.at(near)), default=near)
        rows = [row for o in self.objects for row in o.rows(x, style)]
        if not rows:
            return None
        return ReadOut(self.frame, self.px_of(x), self.title_of(x), rows)

    def title_of(self, x: float) -> str:
        """The first line of the read-out."""
        if self.x_name == tr("steps"):
            return tr("step {step:,}", step=round(x))
        return f"{self.x_name} {number(x)}".strip()

    # Items

    def add(self, item: Item) -> Item:
        """Put an item into the plot."""
        self.objects.append(item)
        item.attach(self)
        return item

    def remove(self, item: PlotObject) -> None:
        """Take an item out of the plot."""
        self.objects.remove(item)
        item.plot = None
        if self.scene():
            self.scene().removeItem(item)
        item.setParentItem(None)  # type: ignore[arg-type]

    def data_changed(self) -> None:
        """An item's data have changed: update the ranges that follow the data."""
        x, y = self.home_x or self._settled(0), self.home_y or self._settled(1)
        self.set_ranges(
            x if self.follows_x else self.x_scale, y if self.follows_y else self.y_scale
        )

    def _settled(self, axis: int) -> Scale:
        """The range that contains all items' data along one axis."""
        known = [e for o in self.objects if (e := o.extent()) is not None]
        scale = self.y_scale if axis else self.x_scale
        follows = self.follows_y if axis else self.follows_x
        low = min((e[2 * axis] for e in known), default=math.inf)
        high = max((e[2 * axis + 1] for e in known), default=-math.inf)
        if axis == 0 and not scale.log:
            # Along x the data fill the plot: rounding would leave a part of it empty.
            if not low <= high:
                return scale
            aside = self.margin_x * (high - low) or (0.0 if low < high else 0.5)
            return Scale(low - aside, high + aside)
        return settle(scale if follows else None, low, high, scale.log)

    # Ranges

    def set_home(self, x: Scale | None = None, y: Scale | None = None) -> bool:
        """Set the ranges to show unless the user zooms; return whether anything moved."""
        self.home_x, self.home_y = x or self.home_x, y or self.home_y
        new_x = self.home_x if self.home_x and self.follows_x else self.x_scale
        new_y = self.home_y if self.home_y and self.follows_y else self.y_scale
        if self.home_y and self.home_y.log != self.y_scale.log:
            new_y, self.follows_y = self.home_y, True
        return self.set_ranges(new_x, new_y)

    def set_ranges(self, x: Scale, y: Scale) -> bool:
        """Set the visible ranges; return whether they changed."""
        if (x, y) == (self.x_scale, self.y_scale):
            return False
        self.x_scale, self.y_scale = x, y
        self._apply()
        self._ranges_changed()
        return True

    def set_log(self, log: bool) -> None:
        """Make the vertical axis logarithmic or linear."""
        if log != self.y_scale.log:
            self.y_scale = Scale(0.01, 1.0, log=True) if log else Scale(0.0, 1.0)
            self.home_y, self.follows_y = None, True
            self._apply()
            self.data_changed()
            self._ranges_changed()

    def set_log_x(self, log: bool) -> None:
        """Make the horizontal axis logarithmic or linear."""
        if log != self.x_scale.log:
            self.x_scale = Scale(1.0, 10.0, log=True) if log else Scale(0.0, 10.0)
            self.home_x, self.follows_x = None, True
            self._apply()
            self.data_changed()
            self._ranges_changed()

    @property
    def zoomed(self) -> bool:
        """Whether the user has moved an axis."""
        return not (self.follows_x and self.follows_y)

    def show_all(self, x: bool = True, y: bool = True) -> None:
        """Show everything again, and follow the data along these axes."""
        self.follows_x, self.follows_y = self.follows_x or x, self.follows_y or y
        self.data_changed()
        if x:
            for other in self.linked:
                other.follows_x = True
                other.data_changed()
        self.moved_by_user.emit(x, y)

    def zoom_x(self, factor: float, around: float) -> None:
        """Scale the range along x by `factor`, keeping the value `around` in place."""
        at = self.x_scale.at(around)
        start, length = at - factor * at, factor
        x = Scale(self.x_scale.value(start), self.x_scale.value(start + length), self.x_scale.log)
        self._take(x, self.y_scale)

    def link(self, *others: Plot) -> None:
        """Link the horizontal axes of these plots and this one."""
        group = [self, *others]
        for plot in group:
            plot.linked = [other for other in group if other is not plot]

    def _range_moved(self, *_: object) -> None:
        """The box's range has changed: by the user, unless `_apply` did it."""
        if self._setting or self._placing:
            return
        (x0, x1), (y0, y1) = self.box.viewRange()
        self._take(_scale(x0, x1, self.x_scale), _scale(y0, y1, self.y_scale))

    def _take(self, x: Scale, y: Scale) -> None:
        """Adopt the range chosen by the user."""
        by_x, by_y = _differ(x, self.x_scale), _differ(y, self.y_scale)
        x, y = x if by_x else self.x_scale, y if by_y else self.y_scale
        self._stop_following(by_x, by_y)
        self.x_scale, self.y_scale = x, y
        self._apply()
        self._ranges_changed()
        for other in self.linked if by_x else ():
            other.follows_x = False
            other.set_ranges(x, other.y_scale)
        self.moved_by_user.emit(by_x, by_y)

    def _stop_following(self, x: bool, y: bool) -> None:
        """Stop following the data along these axes."""
        self.follows_x, self.follows_y = self.follows_x and not x, self.follows_y and not y

    def _apply(self) -> None:
        """Set the box's ranges."""
        self._setting = True
        try:
            self.box.setRange(xRange=_ends(self.x_scale), yRange=_ends(self.y_scale), padding=0)
        finally:
            self._setting = False

    def _ranges_changed(self) -> None:
        if self.view:
            self.lay_out(self.room, self.view.style_now)
        self.ranges_changed.emit()

    def lay_out(self, rect: QRectF, style: PaintStyle) -> None:
        super().lay_out(rect, style)
        for item in self.objects:
            item.fit()


def _ends(scale: Scale) -> tuple[float, float]:
    """The ends of a scale in the box's coordinates: logarithms if it is logarithmic."""
    return (math.log10(scale.low), math.log10(scale.high)) if scale.log else (scale.low, scale.high)


def _scale(low: float, high: float, like: Scale) -> Scale:
    """The scale between two ends in the box's coordinates; `like` where they are out of bounds."""
    most = MOST_DECADES if like.log else MOST
    low, high = max(low, -most), min(high, most)
    if not low < high:
        return like
    return Scale(10.0**low, 10.0**high, True) if like.log else Scale(low, high)


def _differ(a: Scale, b: Scale) -> bool:
    """Whether two ranges differ by more than rounding."""
    first, second = np.array(_ends(a)), np.array(_ends(b))
    return bool(np.abs(first - second).max() > 1e-7 * max(second[1] - second[0], 1e-300))
