"""Curves and bands as items; see `shapes` for dots, images and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.plots.item import BEHIND, MARGIN, Color, Extent, PlotObject, extent_of, nearest, resolve
from ui.plots.readout import Row
from ui.plots.scale import Floats
from ui.plots.shapes import Dots, Image, Rules, Steps, Zone
from ui.plots.stroke import Polyline, fill, stroke
from ui.plots.style import PaintStyle
from ui.plots.ticks import number

__all__ = ["Band", "Curve", "Curves", "Dots", "Image", "Rules", "Steps", "Zone"]


class Curves(PlotObject):
    """Lines over a common, non-decreasing x: y has the shape (n,) or (n, lines).

    Points that are not finite are left out and bridged. `fade` blends the colour with the card's.
    With `floor`, values that are not positive run along the bottom of a logarithmic scale. Zigzags
    are drawn faster with `smooth` off. `fine` draws evenly thick strokes on the screen too, which
    is many times slower: for short static curves.
    """

    def __init__(
        self,
        colors: Callable[[PaintStyle, int], Sequence[QColor]],
        width: float = 1.5,
        name: str = "",
        *,
        fade: float = 1.0,
        smooth: bool = True,
        floor: bool = False,
        fine: bool = False,
        dash: Sequence[float] = (),
        layer: float | None = None,
    ) -> None:
        super().__init__()
        self.palette, self.width, self.name = colors, width, name
        self.fine = fine
        self.fade, self.smooth, self.floor, self.dash = fade, smooth, floor, tuple(dash)
        if layer is not None:
            self.layer = layer
        self.xs = np.empty(0)
        self.ys = np.empty((0, 1))
        self.text: Callable[[float], str] = number
        self._placed: list[tuple[Floats, Floats]] | None = None
        self._line = Polyline()

    # Data

    def set_data(self, x: ArrayLike, y: ArrayLike) -> None:
        """Set the points."""
        self.xs = np.asarray(x, dtype=np.float64)
        self.ys = _columns(np.asarray(y, dtype=np.float64))
        self._placed = None
        self.update()
        if self.plot:
            self.plot.data_changed()

    def splice(self, x: Floats, y: Floats, since: float | None = None) -> None:
        """Replace all points from the first given x on, and repaint only those. `since` is where
        the new points begin to differ from the old ones, if later.
        """
        if not x.size:
            return
        keep = int(self.xs.searchsorted(x[0] - 1e-9))
        y = _columns(y)
        if y.shape[1] != self.ys.shape[1]:
            keep = 0
        end = float(self.xs[-1]) if self.xs.size else x[0]
        start = float(self.xs[keep - 1]) if keep else float(x[0])
        start = start if since is None else max(start, since)
        self.xs = np.concatenate((self.xs[:keep], x))
        self.ys = np.concatenate((self.ys[:keep], y)) if keep else y
        self._placed = None
        self.update_between(start, max(end, float(x[-1])))

    def update_between(self, start: float, end: float) -> None:
        """Repaint the part between two values of x."""
        plot = self.plot
        if plot is None:
            return
        left = max(plot.px_of(start), plot.frame.left()) - MARGIN
        right = min(plot.px_of(end), plot.frame.right()) + MARGIN
        self.update_part(QRectF(left, plot.frame.top() - 1, right - left, plot.frame.height() + 2))

    def place(self) -> None:
        self._placed = None

    def extent(self) -> Extent | None:
        log = bool(self.plot and self.plot.y_scale.log)
        return extent_of(self.xs, self.ys, log) if self.xs.size else None

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        if not self.name or self.ys.shape[1] != 1:
            return []
        i = nearest(self.xs, x)
        if i is None:
            return []
        return [Row(self.colors(style)[0], self.name, self.text(float(self.ys[i, 0])))]

    def nearest_x(self, x: float) -> float | None:
        i = nearest(self.xs, x)
        return None if i is None else float(self.xs[i])

    # Painting

    def colors(self, style: PaintStyle) -> list[QColor]:
        """One colour per line."""
        found = list(self.palette(style, self.ys.shape[1]))
        return [style.pale(color, self.fade) for color in found] if self.fade < 1 else found

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if self._placed is None:
            self._placed = self._places()
        low, high = exposed.left() - 2 * MARGIN, exposed.right() + 2 * MARGIN
        for (x, y), color in zip(self._placed, self.colors(style), strict=True):
            if not x.size:
                continue
            start = max(0, int(x.searchsorted(low)) - 1)
            stop = int(x.searchsorted(high)) + 1
            if self._line.load(x[start:stop], y[start:stop]):
                self._stroke(painter, style, color)

    def _stroke(self, painter: QPainter, style: PaintStyle, color: QColor) -> None:
        if self.fine and not self.dash:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(style.pen(color, self.width))
            painter.drawPolyline(self._line.polygon)
        elif not self.dash:
            stroke(painter, self._line, color, self.width, style, self.smooth)
        else:
            pen = QPen(color, self.width * style.theme.line_scale, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern(list(self.dash))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.drawPolyline(self._line.polygon)

    def _places(self) -> list[tuple[Floats, Floats]]:
        """Every line's finite points in logical pixels."""
        plot = self.plot
        assert plot is not None
        px, py = plot.px(self.xs), plot.py(self.ys)
        if self.floor and plot.y_scale.log:
            py = np.minimum(py, plot.frame.bottom() + 0.5)
        known = np.isfinite(self.ys) & np.isfinite(self.xs)[:, None]
        if known.all():
            return [(px, py[:, i]) for i in range(py.shape[1])]
        return [(px[known[:, i]], py[known[:, i], i]) for i in range(py.shape[1])]


class Curve(Curves):
    """One line, `name`d for the read-out."""

    def __init__(self, color: Color, width: float = 1.5, name: str = "", **how: Any) -> None:
        super().__init__(lambda style, n: [resolve(self.color, style)] * n, width, name, **how)
        self.color = color


class Band(PlotObject):
    """The filled area between two curves over the same x, such as mean ± standard deviation."""

    layer = BEHIND

    def __init__(self, color: Color, share: float = 0.16, name: str = "") -> None:
        super().__init__()
        self.color, self.share, self.name = color, share, name
        self.xs = self.low = self.high = np.empty(0)
        self._area = Polyline()

    def set_data(self, x: ArrayLike, low: ArrayLike, high: ArrayLike) -> None:
        """Set the band; values that are not finite are left out."""
        x, low, high = (np.asarray(a, dtype=np.float64) for a in (x, low, high))
        known = np.isfinite(low) & np.isfinite(high) & np.isfinite(x)
        self.xs, self.low, self.high = x[known], low[known], high[known]
        self.update()
        if self.plot:
            self.plot.data_changed()

    def extent(self) -> Extent | None:
        log = bool(self.plot and self.plot.y_scale.log)
        twice = np.concatenate((self.xs, self.xs))
        return extent_of(twice, np.concatenate((self.low, self.high)), log)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        if self.xs.size < 2:
            return
        x = plot.px(self.xs)
        outline = np.concatenate((x, x[::-1]))
        edge = np.concatenate((plot.py(self.low), plot.py(self.high[::-1])))
        if self._area.load(outline, edge):
            fill(painter, self._area.polygon, resolve(self.color, style), self.share, style)


def _columns(y: Floats) -> Floats:
    return y[:, None] if y.ndim == 1 else y
