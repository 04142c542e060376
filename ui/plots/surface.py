"""The outputs of a network over its input plane, with the samples on top."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.telemetry.pictures import DataPicture, Points, Surface
from ui.plots import ramp
from ui.plots.ink import Ink
from ui.plots.panel import GAP, X_SPACING, Panel, ReadOut, Row
from ui.plots.points import nearest, paint_points, radius
from ui.plots.scale import Scale
from ui.plots.surface_colors import output_range, shaded, surface_colors
from ui.plots.text import LEFT, RIGHT, paint_label
from ui.plots.ticks import Tick, number, ticks

BAR, BAR_GAP = 10.0, 12.0
# Inputs whose spans differ by less than this factor are drawn to one scale.
ALIKE = 1.6


class SurfacePanel(Panel):
    """A heat map over two inputs. `discrete` shows on which side of the middle an output lies."""

    def __init__(self) -> None:
        super().__init__()
        self.discrete = False
        self.parts: tuple[str, ...] = ("train", "validation")
        self.surface: Surface | None = None
        self.data: DataPicture | None = None
        self.range = output_range(None)
        self.iteration = 0
        self._image: QImage | None = None
        self._image_of: tuple[object, ...] = ()
        self._overlay: QPixmap | None = None

    def absorb(self, surface: Surface, data: DataPicture | None, iteration: int) -> bool:
        """Take the surface of one moment; whether axes have changed."""
        self.iteration = iteration
        before = self.x, self.y, self.data
        self.surface, self.data = surface, data
        self.range = output_range(data)
        corners = np.array((surface.low, surface.high))
        if data:
            corners = corners * data.std + data.mean
        (x0, y0), (x1, y1) = corners.tolist()
        self.x, self.y = Scale(x0, x1), Scale(y0, y1)
        return before != (self.x, self.y, data)

    def blank(self, reach: float) -> None:
        """An empty plane, to draw in before there is anything to show."""
        self.surface = self.data = None
        self.x = self.y = Scale(-reach, reach)

    def values_at(self, place: QPointF) -> tuple[float, float]:
        """The two inputs at a place."""
        up = (self.plot.bottom() - place.y()) / self.plot.height()
        return self.x_of(place.x()), self.y.value(up)

    def names(self) -> tuple[str, str]:
        """What the two axes stand for."""
        known = self.data.axes if self.data else ()
        return (known[0], known[1]) if len(known) == 2 else ("x₁", "x₂")

    # Layout

    def place(self, rect: QRectF, ink: Ink) -> None:
        self.caption = self.names()[1]
        super().place(rect, ink)
        self._overlay = None
        plot, bar = self.plot, self._bar_room(ink)
        width, height = plot.width() - bar, plot.height()
        ratio = self.x.span / self.y.span if self.y.span > 0 else 1.0
        if 1 / ALIKE < ratio < ALIKE:
            width, height = min(width, height * ratio), min(height, width / ratio)
        left = plot.left() + max(0.0, (plot.width() - bar - width) / 2)
        top = plot.top() + (plot.height() - height) / 2
        self.plot = QRectF(round(left), round(top), max(round(width), 10), max(round(height), 10))
        self.x_ticks = self._fitting_ticks(ink)

    def _bar_room(self, ink: Ink) -> float:
        """Width that the scale of colours needs, 0 where there is none."""
        if self._several() or self.rect.width() < 240 or self.rect.height() < 120:
            return 0.0
        widths = (ink.small_metrics.horizontalAdvance(tick.label) for tick in self._bar_ticks())
        return BAR_GAP + BAR + GAP + max(widths)

    def _bar_ticks(self) -> list[Tick]:
        """From the top down."""
        low, high = self.range
        return [Tick(v, _short(v)) for v in (high, self.range.middle, low)]

    def _several(self) -> bool:
        return self.surface is not None and self.surface.classes is not None

    def _fitting_ticks(self, ink: Ink) -> list[Tick]:
        """Ticks that leave room for the name of the axis at its end."""
        marks = ticks(self.x, int(self.plot.width() / X_SPACING * 1.4))
        end = self.plot.right() - ink.small_metrics.horizontalAdvance(self.names()[0]) - 8
        width = ink.small_metrics.horizontalAdvance
        return [t for t in marks if self.px_of(t.value) + width(t.label) / 2 < end]

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        self._paint_axes(painter, ink)
        if self._bar_room(ink):
            self._paint_bar(painter, ink)

    def _paint_axes(self, painter: QPainter, ink: Ink) -> None:
        plot, line = self.plot, ink.small_metrics.height()
        for tick in self.y_ticks:
            y = plot.bottom() - plot.height() * self.y.at(tick.value)
            painter.fillRect(QRectF(plot.left() - 4, round(y), 4, 1), ink.axis)
            where = QRectF(plot.left() - 64, y - line / 2, 64 - GAP, line)
            paint_label(painter, where, RIGHT, tick.label, ink.muted, ink)
        self._paint_x_labels(painter, ink)
        name, above = self.names()
        where = QRectF(plot.left(), plot.bottom() + 4, plot.width(), line)
        paint_label(painter, where, RIGHT, name, ink.muted, ink)
        where = QRectF(plot.left(), plot.top() - line - 2, plot.width(), line)
        paint_label(painter, where, LEFT, above, ink.muted, ink)

    def _paint_bar(self, painter: QPainter, ink: Ink) -> None:
        plot = self.plot
        bar = QRectF(plot.right() + BAR_GAP, plot.top(), BAR, plot.height())
        values = np.linspace(self.range.high, self.range.low, 64)[:, None]
        colors = shaded(values, self.range, self.discrete, ink.theme)
        painter.drawImage(bar, ramp.image(colors))
        line = ink.small_metrics.height()
        for tick, share in zip(self._bar_ticks(), (1.0, 0.5, 0.0), strict=True):
            y = min(max(bar.bottom() - share * bar.height() - line / 2, bar.top() - 2),
                    bar.bottom() - line + 2)  # fmt: skip
            where = QRectF(bar.right() + GAP, y, 80, line)
            paint_label(painter, where, LEFT, tick.label, ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if self.surface is None or (clip & self.dirty()).isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.plot, self._picture(ink))
        if not ink.live:
            self._paint_samples(painter, ink)
            return
        if self._overlay is None:
            self._overlay = self._samples_picture(ink)
        painter.drawPixmap(self.dirty().topLeft(), self._overlay)

    def dirty(self) -> QRectF:
        return self.plot.adjusted(-6, -6, 6, 6)

    def _picture(self, ink: Ink) -> QImage:
        assert self.surface
        of = self.surface, ink.theme, self.discrete, self.range
        if self._image is None or any(a is not b for a, b in zip(of, self._image_of, strict=True)):
            colors = surface_colors(self.surface, self.data, self.discrete, ink.theme)
            self._image, self._image_of = ramp.image(colors), of
        return self._image

    def _samples_picture(self, ink: Ink) -> QPixmap:
        where = self.dirty()
        size = (where.size() * ink.ratio).toSize()
        picture = QPixmap(size)
        picture.setDevicePixelRatio(ink.ratio)
        picture.fill(QColor(0, 0, 0, 0))
        with QPainter(picture) as painter:
            painter.translate(-where.topLeft())
            self._paint_samples(painter, ink)
        return picture

    def _paint_samples(self, painter: QPainter, ink: Ink) -> None:
        if self.data is None:
            return
        points = [(part, self.data.points[part]) for part in self.parts if part in self.data.points]
        size = radius(sum(len(p.targets) for _, p in points), self.plot.width())
        for part, some in points:
            x, y = self._places(some)
            colors = self._point_colors(some, ink)
            kinds = self._kinds(some)
            filled = part == "train"
            paint_points(painter, x, y, kinds, colors, filled, size, self._rim(ink), ink)

    def _rim(self, ink: Ink) -> QColor:
        """What sets points off from the picture: those of a number near the middle are as pale."""
        return ink.card if self.data and self.data.classifies else ink.pale(ink.text, 0.45)

    def _places(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        inputs = points.inputs.astype(np.float64)
        return self.px(inputs[:, 0]), self.py(inputs[:, 1])

    def _kinds(self, points: Points) -> list[int]:
        if self.data and self.data.classifies:
            return points.targets.astype(int).tolist()
        return [0] * len(points.targets)

    def _point_colors(self, points: Points, ink: Ink) -> list[QColor]:
        assert self.data
        if self.data.classifies:
            classes = ramp.class_colors(ink.theme, self.data.classes)
            return [classes[i] for i in self._kinds(points)]
        low, high = self.range
        shades = ramp.colored(points.targets, low, high, ramp.signed(ink.theme))
        return [QColor(shade) for shade in shades.tolist()]

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        if self.surface is None or not self.plot.contains(place):
            return None
        across, up = self.values_at(place)
        first, second = self.names()
        rows = [
            Row(None, first, number(across)),
            Row(None, second, number(up)),
            *self._output_rows(place, ink),
            *self._nearest_rows(place, ink),
        ]
        return ReadOut(self.plot, place.x(), f"step {self.iteration:,}", rows)

    def _output_rows(self, place: QPointF, ink: Ink) -> list[Row]:
        assert self.surface
        high, wide = self.surface.values.shape[1:]
        column = (place.x() - self.plot.left()) / self.plot.width() * (wide - 1)
        row = (self.plot.bottom() - place.y()) / self.plot.height() * (high - 1)
        value = _between(self.surface.values[0], row, column)
        if self.surface.classes is None:
            return [Row(None, "output", number(value))]
        chosen = int(self.surface.classes[round(row), round(column)])
        colors = ramp.class_colors(
            ink.theme, max(self.data.classes if self.data else 0, chosen + 1)
        )
        return [Row(colors[chosen], class_name(self.data, chosen), f"{value:.3f}")]

    def _nearest_rows(self, place: QPointF, ink: Ink) -> list[Row]:
        best: tuple[float, str, Points, int] | None = None
        for part in self.parts:
            points = self.data.points.get(part) if self.data else None
            if points is not None and len(points.targets):
                i, distance = nearest(*self._places(points), place)
                if best is None or distance < best[0]:
                    best = distance, part, points, i
        if best is None:
            return []
        _, part, points, i = best
        color = self._point_colors(points, ink)[i]
        target = float(points.targets[i])
        says = class_name(self.data, int(target)) if self.data and self.data.classifies else ""
        where = ", ".join(number(float(v)) for v in points.inputs[i])
        return [
            Row(color, f"nearest, {part}", says or number(target)),
            Row(None, "at", f"({where})"),
        ]


def class_name(data: DataPicture | None, i: int) -> str:
    """What a class is called."""
    return data.class_names[i] if data and i < len(data.class_names) else f"class {i}"


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−").replace("e+0", "e")


def _between(values: np.ndarray, row: float, column: float) -> float:
    """The value between four grid points."""
    i = int(np.clip(row, 0, values.shape[0] - 2))
    j = int(np.clip(column, 0, values.shape[1] - 2))
    up, right = row - i, column - j
    (a, b), (c, d) = values[i : i + 2, j : j + 2].astype(float).tolist()
    return (a * (1 - right) + b * right) * (1 - up) + (c * (1 - right) + d * right) * up
