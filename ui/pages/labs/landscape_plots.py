"""The plots of lab 5: the loss along lines, over a plane, and as a surface that can be turned."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from core.base.translation import tr
from core.studies.contours import contours
from core.studies.landscape_jobs import Slice
from ui.plots import ramp
from ui.plots.plane import Segments, Trail
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.readout import ReadOut, Row
from ui.plots.relief import AZIMUTH, ELEVATION, Relief
from ui.plots.scale import Scale
from ui.plots.series import Curves, Dots, Image, Rules
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.ticks import number

Floats = NDArray[np.float64]

# One colour a network, in all three pictures.
ROLES = ("train", "validation")
LEVELS, FINE = 14, 240


class Heights:
    """What all pictures share: the range of the losses, and how a loss becomes a height 0…1."""

    def __init__(self, slices: Sequence[Slice], log: bool) -> None:
        values = np.concatenate([s.surface.losses.ravel() for s in slices] or [np.empty(0)])
        known = values[np.isfinite(values)]
        self.log = log and bool((known > 0).all()) and len(known) > 0
        self.low = float(known.min()) if len(known) else 0.0
        self.high = float(known.max()) if len(known) else 1.0
        if self.high <= self.low:
            self.high = self.low + 1e-9

    def of(self, losses: Floats) -> Floats:
        """Heights of losses; NaN where a loss is not finite."""
        with np.errstate(all="ignore"):
            if self.log:
                span = math.log(self.high / self.low)
                heights = np.log(losses / self.low) / span
            else:
                heights = (losses - self.low) / (self.high - self.low)
        return np.where(np.isfinite(losses), heights, np.nan)

    @property
    def levels(self) -> Floats:
        """Losses at which contours are drawn."""
        shares = np.arange(1, LEVELS) / LEVELS
        if self.log:
            return self.low * (self.high / self.low) ** shares
        return self.low + shares * (self.high - self.low)


class FanView(PlotView):
    """The loss along random lines: all lines of a network in one colour."""

    key = "lines"
    title = "Along random lines"
    about = "The loss along random lines through the network appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot(tr("loss"), "α", name_at_end=True))
        self.centre = self.plot.add(Rules("ghost"))
        self.lines = [self.plot.add(Curves(self._palette(role), 1.3, fade=0.75)) for role in ROLES]
        self.centre.set_data([0.0])
        self.slices: tuple[Slice, ...] = ()
        self.labels: tuple[str, ...] = ()

    @staticmethod
    def _palette(role: str):
        return lambda style, n: [style.role(role)] * n

    def show(self, slices: tuple[Slice, ...], labels: tuple[str, ...], log: bool) -> None:  # type: ignore[override]
        self.slices, self.labels = slices, labels
        if slices and log != self.plot.y_scale.log:
            self.plot.set_log(log)
        for i, lines in enumerate(self.lines):
            if i < len(slices):
                lines.set_data(slices[i].fan.steps, slices[i].fan.losses.T)
            else:
                lines.set_data([], np.empty((0, 1)))
        spans: list[Span] = []
        for each, label, role in zip(slices, labels, ROLES, strict=False):
            turns = tr(": {extrema:.1f} extrema a line", extrema=each.fan.mean_extrema)
            spans += [Span(label, role), Span(turns, "muted"), Span("  ")]
        self.set_subtitle(*spans[:-1])

    def columns(self) -> Data:
        columns: Data = {}
        for each, label in zip(self.slices, self.labels, strict=False):
            columns[f"{label} α"] = each.fan.steps
            for i, line in enumerate(each.fan.losses, 1):
                columns[f"{label} loss on line {i}"] = line
        return columns


class MapPlot(Plot):
    """A plane that reads out the loss at the nearest computed point."""

    slice: Slice | None = None

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        if self.slice is None:
            return None
        s = self.slice.surface
        x, y = self.x_of(place.x()), self.y_of(place.y())
        column, row = int(np.abs(s.x - x).argmin()), int(np.abs(s.y - y).argmin())
        at = f"α {number(float(s.x[column]))}, β {number(float(s.y[row]))}"
        loss = float(s.losses[row, column])
        value = number(loss) if math.isfinite(loss) else tr("not finite")
        return ReadOut(
            self.frame, self.px_of(float(s.x[column])), at, [Row(None, tr("loss"), value)]
        )


class MapView(PlotView):
    """Contours of the loss over a plane, with the path of the run where it is its own plane."""

    key = "contours"
    title = "Contours"
    about = "The loss over a plane through the network appears here"

    index = 0

    def build(self) -> None:
        self.plot = self.add_plot(MapPlot("β", "α", grid=False, name_at_end=True))
        self.image = self.plot.add(Image())
        self.contours = self.plot.add(
            Segments(lambda style: style.pale(style.text, 0.55), 0.8, layer=0.0)
        )
        self.trail = self.plot.add(Trail(ROLES[self.index], 1.8, 2.2))
        self.here = self.plot.add(Dots("text", 4.5, filled=False))
        self.slice: Slice | None = None

    def show(self, slice: Slice, label: str, heights: Heights, path: Floats | None) -> None:  # type: ignore[override]
        self.slice = self.plot.slice = slice
        s = slice.surface
        over = (float(s.x[0]), float(s.x[-1]), float(s.y[0]), float(s.y[-1]))
        level = ramp.enlarged(np.nan_to_num(heights.of(s.losses[::-1]), nan=1.0), FINE, FINE)
        self.image.set_colors(lambda style: banded(style, level), over)
        self.plot.set_home(Scale(*over[:2]), Scale(*over[2:]))
        self.contours.set_data(contours(s.x, s.y, s.losses, heights.levels))
        self.show_path(path)
        told = [Span(label, ROLES[self.index]), Span("  ")]
        if slice.plane.explained is not None:
            first, second = 100 * slice.plane.explained
            told.append(
                Span(
                    tr("variance {first:.0f} % and {second:.0f} %", first=first, second=second),
                    "muted",
                )
            )
        else:
            told.append(Span(tr("{side} × {side} points", side=s.side), "muted", True))
        self.set_subtitle(*told)

    def show_path(self, path: Floats | None) -> None:
        """The path as far as the present step; without one a mark at the network."""
        if path is None:
            self.trail.set_data([], [])
            self.here.set_data([0.0], [0.0])
        else:
            self.trail.set_data(path[:, 0], path[:, 1])
            self.here.set_data([], [])

    def columns(self) -> Data:
        return _points(self.slice)


class MapBeside(MapView):
    """The plane of the network that is compared with the first."""

    key = "contours_beside"
    index = 1


def banded(style: PaintStyle, level: NDArray[np.floating]) -> NDArray[np.uint32]:
    """Heights 0…1 as filled levels, the lowest in the card's own colour."""
    steps = np.floor(level * LEVELS) / LEVELS
    return ramp.colored(steps, 0.0, 1.0, ramp.towards(style.theme, style.theme.accent, 0.62))


class ReliefView(PlotView):
    """The loss over a plane as a surface; dragging turns it, both of a page together."""

    key = "surface"
    title = "Surface"
    about = "The loss over a plane, as a surface, appears here"

    index = 0

    def __init__(self) -> None:
        self.others: list[ReliefView] = []
        self._from: QPointF | None = None
        super().__init__()

    def build(self) -> None:
        self.plot = self.add_plot(Plot(axes=False, grid=False))
        self.relief = self.plot.add(Relief())
        self.slice: Slice | None = None

    def show(self, slice: Slice, label: str, heights: Heights, path: Floats | None) -> None:  # type: ignore[override]
        self.slice, self._heights = slice, heights
        self.show_path(path)
        hint = Span(tr("drag to turn"), "muted", True)
        self.set_subtitle(Span(label, ROLES[self.index]), Span("  "), hint)

    def show_path(self, path: Floats | None) -> None:
        """The surface with the path as far as the present step."""
        assert self.slice is not None
        s = self.slice.surface
        on_top = None if path is None else self._lifted(path)
        self.relief.set_data(self._heights.of(s.losses), on_top)

    def _lifted(self, path: Floats) -> Floats:
        """The path on the surface, over −1…1."""
        assert self.slice is not None
        s = self.slice.surface
        x = 2 * (path[:, 0] - s.x[0]) / (s.x[-1] - s.x[0]) - 1
        y = 2 * (path[:, 1] - s.y[0]) / (s.y[-1] - s.y[0]) - 1
        columns = np.clip(np.rint((x + 1) / 2 * (s.side - 1)), 0, s.side - 1).astype(int)
        rows = np.clip(np.rint((y + 1) / 2 * (s.side - 1)), 0, s.side - 1).astype(int)
        z = self._heights.of(s.losses[rows, columns])
        return np.column_stack([x, y, np.nan_to_num(z, nan=1.0) + 0.02])

    def turn(self, azimuth: float, elevation: float) -> None:
        """Look from another side."""
        for view in (self, *self.others):
            if view._built:
                view.relief.azimuth, view.relief.elevation = azimuth, elevation
                view.relief.update()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        if ev.button() == Qt.MouseButton.LeftButton and self._built:
            self._from = ev.position()
            self._angles = self.relief.azimuth, self.relief.elevation
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            super().mousePressEvent(ev)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if self._from is None:
            return
        moved = ev.position() - self._from
        elevation = min(max(self._angles[1] + 0.4 * moved.y(), 5.0), 89.0)
        self.turn(self._angles[0] + 0.5 * moved.x(), elevation)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if self._from is None:
            super().mouseReleaseEvent(ev)
        self._from = None
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.turn(AZIMUTH, ELEVATION)

    def columns(self) -> Data:
        return _points(self.slice)


class ReliefBeside(ReliefView):
    """The surface of the network that is compared with the first."""

    key = "surface_beside"
    index = 1


def _points(plane: Slice | None) -> Data:
    """The loss at every point of a plane, one row each."""
    if plane is None:
        return {}
    a, b = np.meshgrid(plane.surface.x, plane.surface.y)
    return {"α": a.ravel(), "β": b.ravel(), "loss": plane.surface.losses.ravel()}
