"""Series of data as items: curves, bands, steps, dots, images, and lines across the plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from ui.plots import ramp
from ui.plots.item import BEHIND, MARGIN, Color, Extent, PlotObject, resolve
from ui.plots.points import paint_points
from ui.plots.readout import Row
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline, stroke
from ui.plots.style import PaintStyle
from ui.plots.ticks import number

LIMIT = 1e300


def extent_of(x: Floats, y: Floats, log: bool) -> Extent | None:
    """Least and greatest of finite values; on a logarithmic scale of positive ones."""
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


class Curves(PlotObject):
    """Lines over a common x that never falls: y has the shape (n,) or (n, lines).

    Points that are not finite are left out, and the line goes on behind them. `fade` mixes the
    colour with the card's. On a logarithmic scale what is not positive runs along the bottom if
    `floor` is set. A line that zigzags up and down at every x is drawn faster with `smooth` off.
    `fine` draws evenly thick strokes on the screen too, many times as slowly: for short curves
    at rest.
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
        """Show other points."""
        self.xs = np.asarray(x, dtype=np.float64)
        self.ys = _columns(np.asarray(y, dtype=np.float64))
        self._placed = None
        self.update()
        if self.plot:
            self.plot.data_changed()

    def splice(self, x: Floats, y: Floats, since: float | None = None) -> None:
        """Replace everything from the first of the given x on, and paint only that.

        `since` is where the new points begin to differ from those known, if they do so later.
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
        """Paint again what lies between two values of x."""
        plot = self.plot
        if plot is None:
            return
        left = max(plot.px_of(start), plot.frame.left()) - MARGIN
        right = min(plot.px_of(end), plot.frame.right()) + MARGIN
        self.touch(QRectF(left, plot.frame.top() - 1, right - left, plot.frame.height() + 2))

    def place(self) -> None:
        self._placed = None

    def extent(self) -> Extent | None:
        log = bool(self.plot and self.plot.y_scale.log)
        return extent_of(self.xs, self.ys, log) if self.xs.size else None

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        if not self.name or not self.xs.size or self.ys.shape[1] != 1:
            return []
        i = int(np.abs(self.xs - x).argmin())
        return [Row(self.colors(style)[0], self.name, self.text(float(self.ys[i, 0])))]

    def nearest_x(self, x: float) -> float | None:
        known = np.isfinite(self.xs)
        if not known.any():
            return None
        return float(self.xs[known][np.abs(self.xs[known] - x).argmin()])

    # Painting

    def colors(self, style: PaintStyle) -> list[QColor]:
        """One colour a line."""
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
            pen = QPen(color, self.width, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern(list(self.dash))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.drawPolyline(self._line.polygon)

    def _places(self) -> list[tuple[Floats, Floats]]:
        """Every line's points in logical pixels, those that are not finite left out."""
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
    """What lies between two curves over the same x, filled: a mean ± its standard deviation."""

    layer = BEHIND

    def __init__(self, color: Color, share: float = 0.16, name: str = "") -> None:
        super().__init__()
        self.color, self.share, self.name = color, share, name
        self.xs = self.low = self.high = np.empty(0)
        self._area = Polyline()

    def set_data(self, x: ArrayLike, low: ArrayLike, high: ArrayLike) -> None:
        """Show another band; where a value is not finite it is left out."""
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


def fill(
    painter: QPainter, polygon: QPolygonF, color: QColor, share: float, style: PaintStyle
) -> None:
    """Fill an area with a colour of which `share` covers what is below."""
    color = QColor(color)
    color.setAlphaF(share)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not style.live)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(polygon)
    painter.setBrush(Qt.BrushStyle.NoBrush)


class Zone(PlotObject):
    """A range of y values, shaded over the whole width of the plot."""

    layer = BEHIND - 10

    def __init__(self, low: float, high: float, color: Color = "good", share: float = 0.09) -> None:
        super().__init__()
        self.low, self.high, self.color, self.share = low, high, color, share

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        top, bottom = plot.py(np.array((self.high, self.low))).tolist()
        where = QRectF(plot.frame.left(), top, plot.frame.width(), bottom - top) & plot.frame
        painter.fillRect(where, style.pale(resolve(self.color, style), self.share))


class Steps(PlotObject):
    """A histogram: counts between edges as a filled step curve."""

    def __init__(self, color: Color, name: str = "", share: float = 0.42) -> None:
        super().__init__()
        self.color, self.name, self.share = color, name, share
        self.edges = np.empty(0)
        self.counts = np.empty(0)
        self._line = Polyline()

    def set_data(self, edges: ArrayLike, counts: ArrayLike) -> None:
        """Show n counts between n + 1 edges."""
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

    `kinds` number the shapes, for colours are never the only difference. Hollow ones have
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
        """Show other points."""
        self.xs, self.ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.kinds = kinds
        self.update()
        if self.plot:
            self.plot.data_changed()

    def extent(self) -> Extent | None:
        return extent_of(self.xs, self.ys, bool(self.plot and self.plot.y_scale.log))

    def rows(self, x: float, style: PaintStyle) -> list[Row]:
        if not self.name or not self.xs.size:
            return []
        i = int(np.abs(self.xs - x).argmin())
        return [Row(self._colors(style)[i], self.name, self.text(float(self.ys[i])))]

    def nearest_x(self, x: float) -> float | None:
        return float(self.xs[np.abs(self.xs - x).argmin()]) if self.xs.size else None

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

    `set_colors` takes what makes the colours of a theme, as the same image may be exported in
    another one; `ramp` has what turns numbers into colours.
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
        """Show other colours over the values (x low, x high, y low, y high)."""
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
    """Straight lines across the plot, upright at values of x or level at values of y."""

    def __init__(
        self, color: Color = "muted", *, upright: bool = True, dash: Sequence[float] = (2, 3)
    ) -> None:
        super().__init__()
        self.color, self.upright, self.dash = color, upright, list(dash)
        self.at: NDArray[np.float64] = np.empty(0)

    def set_data(self, at: ArrayLike) -> None:
        """Draw the lines elsewhere."""
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


def _columns(y: Floats) -> Floats:
    return y[:, None] if y.ndim == 1 else y
