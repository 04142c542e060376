"""Marks, areas and lines as items: dots, images, histograms, zones, rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from ui.plots import ramp
from ui.plots.item import BEHIND, MARGIN, Color, Extent, PlotObject, extent_of, nearest, resolve
from ui.plots.points import paint_points
from ui.plots.readout import Row
from ui.plots.stroke import Polyline
from ui.plots.style import PaintStyle
from ui.plots.ticks import number


class Zone(PlotObject):
    """A range of y values, shaded over the whole width of the plot; `upright`, one of x values."""

    layer = BEHIND - 10

    def __init__(
        self,
        low: float,
        high: float,
        color: Color = "good",
        share: float = 0.09,
        upright: bool = False,
    ) -> None:
        super().__init__()
        self.low, self.high, self.color, self.share = low, high, color, share
        self.upright = upright

    def set_ends(self, low: float, high: float) -> None:
        """Shade another range; nothing where an end is NaN."""
        self.low, self.high = low, high
        self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        ends = np.array((self.low, self.high))
        if not np.isfinite(ends).all():
            return
        frame = plot.frame
        if self.upright:
            left, right = plot.px(ends).tolist()
            where = QRectF(left, frame.top(), right - left, frame.height())
        else:
            bottom, top = plot.py(ends).tolist()
            where = QRectF(frame.left(), top, frame.width(), bottom - top)
        painter.fillRect(where & frame, style.pale(resolve(self.color, style), self.share))


class Steps(PlotObject):
    """A histogram: counts between edges as a filled step curve."""

    def __init__(self, color: Color, name: str = "", share: float = 0.42) -> None:
        super().__init__()
        self.color, self.name, self.share = color, name, share
        self.edges = np.empty(0)
        self.counts = np.empty(0)
        self._line = Polyline()

    def set_data(self, edges: ArrayLike, counts: ArrayLike) -> None:
        """Set n counts between n + 1 edges."""
        self.edges = np.asarray(edges, dtype=np.float64)
        self.counts = np.asarray(counts, dtype=np.float64)
        self.update()
        if self.plot:
            self.plot.data_changed()

    def extent(self) -> Extent | None:
        if not self.counts.size:
            return None
        known = extent_of(self.edges, np.append(self.counts, 0.0), log=False)
        return (*known[:2], 0.0, known[3]) if known else None

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        i = int(self.edges.searchsorted(x, side="right")) - 1
        if not self.name or not 0 <= i < self.counts.size:
            return []
        return [Row(resolve(self.color, style), self.name, number(float(self.counts[i])))]

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        if not self.counts.size:
            return
        points = self._line.points(2 * self.edges.size)
        points[0::2, 0] = points[1::2, 0] = plot.px(self.edges)
        tops = plot.py(self.counts)
        base = float(plot.py(np.zeros(1))[0])
        points[0, 1] = points[-1, 1] = base
        points[1:-1:2, 1] = points[2:-1:2, 1] = tops
        color = resolve(self.color, style)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(style.hairline(color))
        painter.setBrush(style.brush(style.pale(color, self.share)))
        painter.drawPolygon(self._line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)


class Dots(PlotObject):
    """Marks at points, all in one colour unless `colors` gives one for each.

    `kinds` number the shapes, so that colour is never the only difference. Marks are hollow with
    `filled` off.
    """

    def __init__(
        self,
        color: Color,
        radius: float = 3.2,
        name: str = "",
        *,
        colors: Callable[[PaintStyle], Sequence[QColor]] | None = None,
        filled: bool = True,
        rim: Color = "card",
    ) -> None:
        super().__init__()
        self.color, self.radius, self.name = color, radius, name
        self.palette, self.filled, self.rim = colors, filled, rim
        self.xs = self.ys = np.empty(0)
        self.kinds: Sequence[int] | None = None
        self.text: Callable[[float], str] = number

    def set_data(self, x: ArrayLike, y: ArrayLike, kinds: Sequence[int] | None = None) -> None:
        """Set the points."""
        self.xs, self.ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.kinds = kinds
        self.update()
        if self.plot:
            self.plot.data_changed()

    def extent(self) -> Extent | None:
        return extent_of(self.xs, self.ys, bool(self.plot and self.plot.y_scale.log))

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        i = nearest(self.xs, x) if self.name else None
        if i is None:
            return []
        return [Row(self._colors(style)[i], self.name, self.text(float(self.ys[i])))]

    def nearest_x(self, x: float) -> float | None:
        i = nearest(self.xs, x)
        return None if i is None else float(self.xs[i])

    def _colors(self, style: PaintStyle) -> list[QColor]:
        if self.palette:
            return list(self.palette(style))
        return [resolve(self.color, style)] * self.xs.size

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        known = np.isfinite(self.xs) & np.isfinite(self.ys)
        px, py = plot.px(self.xs), plot.py(self.ys)
        near = self.radius + MARGIN
        known &= (px > exposed.left() - near) & (px < exposed.right() + near)
        chosen = np.flatnonzero(known).tolist()
        if not chosen:
            return
        kinds = self.kinds or [0] * self.xs.size
        colors = self._colors(style)
        paint_points(
            painter, px[chosen], py[chosen], [kinds[i] for i in chosen],
            [colors[i] for i in chosen], self.filled, self.radius, resolve(self.rim, style), style,
        )  # fmt: skip


class Image(PlotObject):
    """An array of colours over a rectangle of values, first row at the top.

    `set_colors` takes a function from style to colours, as an image may be exported in another
    theme; `ramp` maps numbers to colours.
    """

    layer = BEHIND

    def __init__(self, smooth: bool = True) -> None:
        super().__init__()
        self.smooth = smooth
        self.over = (0.0, 1.0, 0.0, 1.0)
        self._make: Callable[[PaintStyle], ramp.Colors] | None = None
        self._image: QImage | None = None
        self._made_for: object = None

    def set_colors(
        self, make: Callable[[PaintStyle], ramp.Colors] | None, over: Extent | None = None
    ) -> None:
        """Set the colours over the values (x low, x high, y low, y high)."""
        self._make, self._image = make, None
        if over:
            self.over = over
        self.update()
        if self.plot:
            self.plot.data_changed()

    def extent(self) -> Extent | None:
        return self.over if self._make else None

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        if self._make is None or plot is None:
            return
        if self._image is None or self._made_for is not style.theme:
            self._image, self._made_for = ramp.image(self._make(style)), style.theme
        left, right = plot.px(np.array(self.over[:2])).tolist()
        bottom, top = plot.py(np.array(self.over[2:])).tolist()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)


class Rules(PlotObject):
    """Straight lines across the plot, vertical at values of x or horizontal at values of y."""

    def __init__(
        self, color: Color = "muted", *, upright: bool = True, dash: Sequence[float] = (2, 3)
    ) -> None:
        super().__init__()
        self.color, self.upright, self.dash = color, upright, list(dash)
        self.at: NDArray[np.float64] = np.empty(0)

    def set_data(self, at: ArrayLike) -> None:
        """Set the values of the lines."""
        fresh = np.asarray(at, dtype=np.float64)
        if not np.array_equal(fresh, self.at):
            self.at = fresh
            self.update()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        if plot is None or not self.at.size:
            return
        pen = QPen(resolve(self.color, style), 1)
        if self.dash:
            pen.setStyle(Qt.PenStyle.CustomDashLine)
            pen.setDashPattern(self.dash)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        frame = plot.frame
        for place in (plot.px(self.at) if self.upright else plot.py(self.at)).tolist():
            if not math.isfinite(place):
                continue
            p = math.floor(place) + 0.5
            if self.upright and exposed.left() - 1 <= p <= exposed.right() + 1:
                painter.drawLine(QPointF(p, frame.top()), QPointF(p, frame.bottom()))
            elif not self.upright:
                painter.drawLine(QLineF(frame.left(), p, frame.right(), p))
