"""The outputs of a network over its input plane, with the samples on top."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from core.base.translation import Message, tr
from core.telemetry.pictures import DataPicture, Points, Surface, class_name
from ui.plots import ramp
from ui.plots.item import PlotObject
from ui.plots.pictures.surface_colors import Range, output_range, shaded, surface_colors
from ui.plots.plot import Plot
from ui.plots.plot_area import GAP
from ui.plots.points import nearest, paint_points, radius
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Scale
from ui.plots.series import Image
from ui.plots.style import PaintStyle
from ui.plots.text import LEFT, given, paint_label
from ui.plots.ticks import Tick, number

BAR, BAR_GAP = 10.0, 12.0
# Below this size there is no colour bar.
BAR_FITS = 240.0, 120.0
# Inputs whose ranges differ by less than this factor share one scale.
ALIKE = 1.6
PARTS = ("train", "validation")
NEAREST = {
    "train": Message("nearest, train"),
    "validation": Message("nearest, validation"),
}


class SurfacePlot(Plot):
    """A heat map over two inputs, in the data's units. `discrete` shows only on which side of the
    middle an output is; `parts` are those whose samples are drawn."""

    def __init__(self) -> None:
        super().__init__(grid=False, name_at_end=True)
        self.discrete = False
        self.parts: tuple[str, ...] = PARTS
        self.surface: Surface | None = None
        self.dataset: DataPicture | None = None
        self.range = output_range(None)
        self.iteration = 0
        self.image = self.add(Image())
        self.samples = self.add(Samples(self))
        self.add(ColorBar(self))

    # What is shown

    def set_data(self, surface: Surface, data: DataPicture | None, iteration: int) -> None:
        """Show the surface of one step."""
        self.iteration, self.surface = iteration, surface
        corners = np.array((surface.low, surface.high))
        if data:
            corners = corners * data.std + data.mean
        (x0, y0), (x1, y1) = corners.tolist()
        if data is not self.dataset:
            self.dataset, self.range = data, output_range(data)
            self.samples.update()
        self._set_plane(Scale(x0, x1), Scale(y0, y1))
        self.show_colors()

    def show_plane(self, reach: float) -> None:
        """Show an empty plane, to draw in before there are data."""
        self.surface = self.dataset = None
        self.range = output_range(None)
        self.image.set_colors(None)
        self.samples.update()
        self._set_plane(Scale(-reach, reach), Scale(-reach, reach))

    def show_colors(self) -> None:
        """Repaint the same surface after a setting has changed."""
        surface, data, discrete = self.surface, self.dataset, self.discrete
        if surface is not None and self.home_x and self.home_y:
            over = self.home_x.low, self.home_x.high, self.home_y.low, self.home_y.high
            self.image.set_colors(
                lambda style: surface_colors(surface, data, discrete, style.theme), over
            )

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Draw the samples of other parts."""
        self.parts = parts
        self.samples.update()

    def _set_plane(self, x: Scale, y: Scale) -> None:
        names = self.names()
        if (x, y, *names) == (self.home_x, self.home_y, self.x_name, self.caption):
            return
        self.x_name, self.caption = names
        self.box.setLimits(xMin=x.low, xMax=x.high, yMin=y.low, yMax=y.high)
        self.show_all()
        self.set_home(x, y)
        if self.view:
            self.view.relayout()

    def names(self) -> tuple[str, str]:
        """The names of the two inputs."""
        known = self.dataset.axes if self.dataset else ()
        return (known[0], known[1]) if len(known) == 2 else ("x₁", "x₂")

    def values_at(self, place: QPointF) -> tuple[float, float]:
        """The two inputs at a position."""
        return self.x_of(place.x()), self.y_of(place.y())

    # Layout

    def fitting(self, rect: QRectF, style: PaintStyle) -> QRectF:
        """The area that gives inputs of similar ranges one scale."""
        x, y = self.home_x or self.x_scale, self.home_y or self.y_scale
        ratio = x.span / y.span if y.span > 0 else 1.0
        if not 1 / ALIKE < ratio < ALIKE:
            return rect
        frame = self.frame_in(rect, style)
        width = min(frame.width(), frame.height() * ratio)
        height = min(frame.height(), frame.width() / ratio)
        aside, above = (frame.width() - width) / 2, (frame.height() - height) / 2
        return rect.adjusted(aside, above, -aside, -above)

    def gutter_right(self, style: PaintStyle) -> float:
        room = self.room
        if self._several() or room.width() < BAR_FITS[0] or room.height() < BAR_FITS[1]:
            return GAP * 2
        widths = (style.small_metrics.horizontalAdvance(t.label) for t in self.bar_ticks())
        return BAR_GAP + BAR + GAP + max(widths)

    @property
    def has_bar(self) -> bool:
        """Whether the colour bar is shown."""
        return self.rect_in_view.right() - self.frame.right() > BAR_GAP + BAR

    def bar_ticks(self) -> list[Tick]:
        """The labels of the colour bar, from top to bottom."""
        low, high = self.range
        return [Tick(v, _short(v)) for v in (high, self.range.middle, low)]

    def _several(self) -> bool:
        return self.surface is not None and self.surface.classes is not None

    # Read-out

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        if self.surface is None or not self.frame.contains(place):
            return None
        across, up = self.values_at(place)
        first, second = self.names()
        rows = [
            Row(None, first, number(across)),
            Row(None, second, number(up)),
            *self._output_rows(across, up, style),
            *self._nearest_rows(place, style),
        ]
        return ReadOut(self.frame, place.x(), tr("step {step:,}", step=self.iteration), rows)

    def _output_rows(self, across: float, up: float, style: PaintStyle) -> list[Row]:
        assert self.surface and self.home_x and self.home_y
        high, wide = self.surface.values.shape[1:]
        column, row = self.home_x.at(across) * (wide - 1), self.home_y.at(up) * (high - 1)
        value = _between(self.surface.values[0], row, column)
        if self.surface.classes is None:
            return [Row(None, tr("output"), number(value))]
        chosen = int(self.surface.classes[round(row), round(column)])
        known = max(self.dataset.classes if self.dataset else 0, chosen + 1)
        color = ramp.class_colors(style.theme, known)[chosen]
        return [Row(color, given(class_name(self.dataset, chosen)), f"{value:.3f}")]

    def _nearest_rows(self, place: QPointF, style: PaintStyle) -> list[Row]:
        best: tuple[float, str, Points, int] | None = None
        for part, points in self.samples.points():
            if len(points.targets):
                i, distance = nearest(*self.samples.places(points), place)
                if best is None or distance < best[0]:
                    best = distance, part, points, i
        if best is None:
            return []
        _, part, points, i = best
        color = self.samples.colors(points, style)[i]
        target = float(points.targets[i])
        classifies = self.dataset is not None and self.dataset.classifies
        says = given(class_name(self.dataset, int(target))) if classifies else ""
        where = ", ".join(number(float(v)) for v in points.inputs[i])
        return [
            Row(color, tr(NEAREST[part]), says or number(target)),
            Row(None, tr("at"), f"({where})"),
        ]


class Samples(PlotObject):
    """The samples of a surface's data: classes by colour and shape, validation hollow."""

    def __init__(self, surface: SurfacePlot) -> None:
        super().__init__()
        self._surface = surface
        # Samples change with the data only, the surface below them in every frame.
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    def fit(self) -> None:
        # Samples at the edge may overhang the frame, unless zoomed in.
        self.clipped = self._surface.zoomed
        super().fit()

    def points(self) -> list[tuple[str, Points]]:
        """The parts that are drawn."""
        data, parts = self._surface.dataset, self._surface.parts
        return [(part, data.points[part]) for part in parts if data and part in data.points]

    def places(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """The positions of samples, in logical pixels."""
        inputs = points.inputs.astype(np.float64)
        return self._surface.px(inputs[:, 0]), self._surface.py(inputs[:, 1])

    def colors(self, points: Points, style: PaintStyle) -> list[QColor]:
        """The colours of samples: by class, or by target on the colour bar."""
        data = self._surface.dataset
        assert data
        if data.classifies:
            classes = ramp.class_colors(style.theme, data.classes)
            return [classes[int(i)] for i in points.targets]
        low, high = self._surface.range
        shades = ramp.colored(points.targets, low, high, ramp.signed(style.theme))
        return [QColor(shade) for shade in shades.tolist()]

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self._surface
        if plot.dataset is None:
            return
        classifies, known = plot.dataset.classifies, self.points()
        size = radius(sum(len(p.targets) for _, p in known), plot.frame.width())
        # The outline separates samples from the surface, which may have the same colour.
        rim = style.card if classifies else style.pale(style.text, 0.45)
        for part, some in known:
            x, y = self.places(some)
            kinds = some.targets.astype(int).tolist() if classifies else [0] * len(some.targets)
            filled = part == "train"
            paint_points(painter, x, y, kinds, self.colors(some, style), filled, size, rim, style)


class ColorBar(PlotObject):
    """The colour bar beside a surface."""

    clipped = False

    def __init__(self, surface: SurfacePlot) -> None:
        super().__init__()
        self._surface = surface

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self._surface
        if not plot.has_bar:
            return
        frame = plot.frame
        bar = QRectF(frame.right() + BAR_GAP, frame.top(), BAR, frame.height())
        if not exposed.intersects(bar.adjusted(0, -8, 80, 8)):
            return
        over: Range = plot.range
        values = np.linspace(over.high, over.low, 64)[:, None]
        painter.drawImage(bar, ramp.image(shaded(values, over, plot.discrete, style.theme)))
        line = style.small_metrics.height()
        for tick, share in zip(plot.bar_ticks(), (1.0, 0.5, 0.0), strict=True):
            y = bar.bottom() - share * bar.height() - line / 2
            y = min(max(y, bar.top() - 2), bar.bottom() - line + 2)
            where = QRectF(bar.right() + GAP, y, 80, line)
            paint_label(painter, where, LEFT, tick.label, style.muted, style)


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−").replace("e+0", "e")


def _between(values: np.ndarray, row: float, column: float) -> float:
    """The value between four grid points."""
    i = int(np.clip(row, 0, values.shape[0] - 2))
    j = int(np.clip(column, 0, values.shape[1] - 2))
    up, right = row - i, column - j
    (a, b), (c, d) = values[i : i + 2, j : j + 2].astype(float).tolist()
    return (a * (1 - right) + b * right) * (1 - up) + (c * (1 - right) + d * right) * up
