"""The base of everything that is drawn in a plot.

Items are children of their plot and paint in logical pixels of the widget, to which `plot.px` and
`plot.py` map values. Their pens and fonts come from the view's `PaintStyle` at paint time, so the
same item paints the screen, a file and another theme.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.plots.plot_area import PlotArea
from ui.plots.readout import Row
from ui.plots.scale import Floats
from ui.plots.style import PaintStyle
from ui.plots.text import OneOf

# A colour: the theme's for a role, one of several, or what a function makes of the style.
Color = str | OneOf | Callable[[PaintStyle], QColor]
# Least and greatest x, then y, of what an item shows.
Extent = tuple[float, float, float, float]

# Values beyond this are not shown: ranges must stay finite.
LIMIT = 1e300

# Layers of a plot, from the back to the front.
BACK, BEHIND, DATA, FRONT = -50.0, -20.0, 1.0, 2.0
# What is painted for an exposed strip reaches so many pixels beyond it.
MARGIN = 3.0


class PlotObject(pg.GraphicsObject):
    """An item of a plot. Subclasses paint in `draw`.

    `clipped` items are cut off at the plot's frame; others may paint anywhere in the plot's
    rectangle. The bounding rectangle is constant between layouts.
    """

    clipped = True
    layer = DATA
    name = ""

    def __init__(self) -> None:
        super().__init__()
        self.plot: PlotArea | None = None
        self._bounds = QRectF()
        self._failed = False
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    # To be implemented by subclasses

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        """Paint at least what lies within `exposed`."""
        raise NotImplementedError

    def place(self) -> None:
        """The plot's layout or ranges have changed: discard cached pixel positions."""

    def extent(self) -> Extent | None:
        """The range of the item's values; None if the plot's range is not to depend on it."""
        return None

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        """The rows of the read-out at x."""
        return []

    def nearest_x(self, x: float) -> float | None:
        """The item's x value nearest to another, for the read-out to snap to."""
        return None

    # Shared helpers

    def attach(self, plot: PlotArea) -> None:
        """Add the item to a plot."""
        self.plot = plot
        self.setParentItem(plot)
        self.setZValue(self.layer)
        self.fit()

    def fit(self) -> None:
        """Adopt the plot's rectangle."""
        plot = self.plot
        if plot is None:
            return
        self.setPos(-plot.pos())
        bounds = plot.frame.adjusted(-1, -2, 2, 2) if self.clipped else plot.rect_in_view
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = QRectF(bounds)
        self.place()
        self.update()

    def update_part(self, part: QRectF) -> None:
        """Repaint only a part, given in logical pixels."""
        self.update(QRectF(part.toAlignedRect()))

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        plot = self.plot
        if plot is None or plot.view is None:
            return
        exposed = QRectF(option.exposedRect)  # type: ignore[attr-defined]
        if not self.clipped:
            self._draw(painter, plot.view.style_now, exposed)
            return
        part = exposed & plot.frame.adjusted(0, -1, 1, 1)
        if part.isEmpty():
            return
        # Whole pixels: anything else is clipped slowly, and lines are cut in other places.
        part = QRectF(part.toAlignedRect())
        painter.setClipRect(part)
        self._draw(painter, plot.view.style_now, part)
        # Not by restore(): an SVG would go on with the narrow clip.
        painter.setClipRect(plot.view.bounds)

    def _draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        """Draw; an error is reported once and does not stop the other items."""
        try:
            self.draw(painter, style, exposed)
        except Exception:
            if not self._failed:
                self._failed = True
                sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]


def resolve(color: Color, style: PaintStyle) -> QColor:
    """The colour in the style's theme."""
    if isinstance(color, str):
        return QColor(color) if color.startswith("#") else style.role(color)
    return color.of(style.theme) if isinstance(color, OneOf) else color(style)


def nearest(xs: Floats, x: float) -> int | None:
    """The index of the finite value nearest to another; None without one."""
    away = np.where(np.isfinite(xs), np.abs(xs - x), np.inf)
    return int(away.argmin()) if np.isfinite(away).any() else None


def extent_of(x: Floats, y: Floats, log: bool) -> Extent | None:
    """Minimum and maximum of the finite values; on a logarithmic scale, of the positive ones."""
    fine = np.abs(y) < LIMIT
    if log:
        fine &= y > 0
    if not fine.any():
        return None
    known = y[fine]
    across = x[np.isfinite(x)]
    if not across.size:
        return None
    return float(across.min()), float(across.max()), float(known.min()), float(known.max())
