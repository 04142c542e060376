"""The plots of lab 4: the built curve and its parts, the error against N, trained networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent

from core.base.translation import tr
from core.studies import sawtooth
from core.studies.approximation import Bump, Error, Shallow, Target, build
from core.studies.learned import BUILT, Moment
from core.studies.towers import Function2, Tower, surface
from ui.pages.labs.handles import HandleView
from ui.plots import ramp
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView, beside
from ui.plots.scale import Scale, round_range
from ui.plots.series import Curve, Curves, Dots, Image
from ui.plots.style import PaintStyle
from ui.plots.text import Span

POINTS = 1201
# Handles are drawn for no more bumps than this.
MOST_HANDLES = 24
GRID = 90


class BuiltView(HandleView):
    """The target, the bumps placed so far, and their sum."""

    key = "built"
    title = "Built by hand"
    about = "The target and the network built for it appear here"
    on_draw: Callable[[tuple[tuple[float, float], ...]], Any] | None = None

    def build(self) -> None:
        self.plot = self.add_plot(Plot("y", "x", name_at_end=True))
        self.parts = self.plot.add(Curves(lambda style, n: [style.ghost] * n, 1.0, fade=0.7))
        self.target_curve = self.plot.add(Curve("validation", 2.0, tr("target")))
        self.sum = self.plot.add(Curve("train", 1.8, tr("network")))
        self.heights = self.plot.add(Dots("train", 4.0))
        self.edges = self.plot.add(Dots("text", 3.4, filled=False))
        self.target: Target | None = None
        self.bumps: Sequence[Bump] = ()
        self.drawing = False
        self._stroke: list[tuple[float, float]] | None = None

    def show_target(self, target: Target) -> None:
        x = np.linspace(0, 1, POINTS)
        self.target = target
        y = target.function(x)
        self._set_heights(min(0.0, float(y.min())), max(float(y.max()), 1e-9))
        self.target_curve.set_data(x, y)

    def clear(self) -> None:
        """Show neither a target nor a network: a plane to draw on."""
        self.target, self.bumps = None, ()
        self._set_heights(0.0, 1.0)
        for item in (self.target_curve, self.sum, self.parts, self.heights, self.edges):
            item.set_data([], [])
        self._describe()

    def _set_heights(self, low: float, high: float) -> None:
        self.plot.set_home(Scale(0.0, 1.0), round_range(low - 0.08 * (high - low), high))

    def _describe(self) -> None:
        legend = (
            Span(tr("target"), "validation"), Span(" · "), Span(tr("network"), "train"),
            Span("   "),
        )  # fmt: skip
        hint = tr("drag heights and steps") if self.places() else ""
        if self.drawing:
            hint = tr("drag over the plot to draw")
        self.set_subtitle(*(legend if self.target else ()), Span(hint, "muted", True))

    def show_bumps(self, bumps: Sequence[Bump], steepness: float) -> Shallow:
        """Show the sum of these bumps; the network that makes it is returned."""
        x = np.linspace(0, 1, POINTS)
        network = build(bumps, steepness)
        self.bumps = bumps
        self.sum.set_data(x, network(x))
        few = len(bumps) <= MOST_HANDLES
        shown = bumps if few else ()
        parts = [build([bump], steepness)(x) for bump in shown]
        self.parts.set_data(x, np.column_stack(parts) if parts else np.empty((POINTS, 0)))
        middles = [_middle(bump) for bump in shown]
        self.heights.set_data(middles, [bump.height for bump in shown])
        edges = [bump.right for bump in shown[:-1]]
        self.edges.set_data(edges, np.zeros(len(edges)))
        self._describe()
        return network

    def places(self) -> list[tuple[float, float]]:
        """Handles: 2i is the height of bump i, 2i + 1 the step between it and the next, however
        many bumps are shown."""
        if len(self.bumps) > MOST_HANDLES or self.drawing:
            return []
        each = [((_middle(bump), bump.height), (bump.right, 0.0)) for bump in self.bumps]
        return [place for pair in each for place in pair][:-1]

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        inside = self.plot.frame.contains(ev.position())
        if self.drawing and inside and ev.button() == Qt.MouseButton.LeftButton:
            self._stroke = [self.value_at(self.plot, ev.position())]
            return
        super().mousePressEvent(ev)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if self._stroke is None:
            super().mouseMoveEvent(ev)
            return
        self._stroke.append(self.value_at(self.plot, ev.position()))
        x, y = np.array(self._stroke).T
        self.target_curve.set_data(np.sort(x), y[np.argsort(x)])

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if self._stroke is None:
            super().mouseReleaseEvent(ev)
            return
        stroke, self._stroke = self._stroke, None
        if self.on_draw:
            self.on_draw(tuple(stroke))

    def columns(self) -> Data:
        if self.target is None:
            return {}
        x, network = self.sum.xs, self.sum.ys[:, 0]
        return {"x": x, "network": network, "target": self.target.function(x)}


def _middle(bump: Bump) -> float:
    return (max(bump.left, 0.0) + min(bump.right, 1.0)) / 2


class ErrorCountView(PlotView):
    """The best error for every number of bumps, and that of the present network."""

    key = "error_count"
    title = "Error against N"
    about = "The error against the number of bumps appears here"

    def build(self) -> None:
        self.plot = self.add_plot(
            Plot(tr("error"), tr("bumps N"), log=True, log_x=True, name_at_end=True)
        )
        self.mean = self.plot.add(Curve("train", 1.8, tr("mean"), floor=True))
        self.largest = self.plot.add(Curve("validation", 1.8, tr("largest"), floor=True))
        self.now = self.plot.add(Dots("text", 4.5, filled=False))
        self.set_subtitle(
            Span(tr("mean"), "train"), Span(" · "), Span(tr("largest"), "validation"),
            Span(" · "), Span(tr("○ the network shown")),
        )  # fmt: skip

    def show_errors(self, counts: Sequence[int], errors: Sequence[Error]) -> None:
        self.counts, self.errors = counts, errors
        self.mean.set_data(counts, [each.mean for each in errors])
        self.largest.set_data(counts, [each.largest for each in errors])

    def clear(self) -> None:
        self.show_errors((), ())
        self.now.set_data([], [])

    def show_now(self, count: int, now: Error) -> None:
        self.now.set_data([count] * 2 if count else [], [now.mean, now.largest] if count else [])

    def columns(self) -> Data:
        return {
            "bumps": np.array(self.counts, float),
            "mean error": np.array([each.mean for each in self.errors]),
            "largest error": np.array([each.largest for each in self.errors]),
        }


class TrainedView(PlotView):
    """The same network trained, from random weights and from the built ones."""

    key = "trained"
    title = "Trained"
    about = "The same network, trained from random weights over five seeds and from the built ones"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("y", "x", name_at_end=True))
        self.target_curve = self.plot.add(Curve("validation", 2.0, tr("target")))
        self.random = self.plot.add(Curves(lambda style, n: [style.ghost] * n, 1.2))
        self.from_built = self.plot.add(Curve("train", 1.8, tr("from the built weights")))
        self._columns: Data = {}

    def show_target(self, target: Target, like: Plot) -> None:
        x = np.linspace(0, 1, POINTS)
        self.plot.set_home(like.home_x, like.home_y)
        self.target_curve.set_data(x, target.function(x))

    def clear(self) -> None:
        for item in (self.target_curve, self.random, self.from_built):
            item.set_data([], [])

    def show_moment(self, moment: Moment) -> None:
        x = np.linspace(0, 1, POINTS)
        curves = {name: network(x) for name, network in moment.networks.items()}
        seeds = [y for name, y in curves.items() if name != BUILT]
        self.random.set_data(x, np.column_stack(seeds))
        self.from_built.set_data(x, curves[BUILT])
        self._columns = {"x": x, **curves}
        self.set_subtitle(
            Span(tr("target"), "validation"), Span(" · "), Span(tr("random starts"), "ghost"),
            Span(" · "), Span(tr("from the built weights"), "train"), Span(" · "),
            Span(tr("step {step:,}", step=moment.step)),
        )  # fmt: skip

    def columns(self) -> Data:
        return self._columns


class TowersView(PlotView):
    """The target over the unit square beside the towers placed so far."""

    key = "towers"
    title = "Towers"
    about = "The target and the towers appear here"

    def build(self) -> None:
        self.wanted = self.add_plot(Plot(tr("target"), "x", grid=False, name_at_end=True))
        self.made = self.add_plot(Plot(tr("network"), "x", grid=False, name_at_end=True))
        self.wanted_map, self.made_map = self.wanted.add(Image(False)), self.made.add(Image(False))
        for plot in (self.wanted, self.made):
            plot.set_home(Scale(0.0, 1.0), Scale(0.0, 1.0))

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        self.place(dict(zip(self.plots, beside(area, (0.5, 0.5)), strict=True)))

    def show_towers(self, target: Function2, towers: Sequence[Tower], steepness: float) -> Error:
        """Show both; the error over the square is returned."""
        middle = (np.arange(GRID) + 0.5) / GRID
        x, y = np.meshgrid(middle, middle[::-1])
        wanted, made = target(x, y), surface(towers, x, y, steepness)
        over = (0.0, 1.0, 0.0, 1.0)
        self.wanted_map.set_colors(lambda style: _heights(style, wanted), over)
        self.made_map.set_colors(lambda style: _heights(style, made), over)
        self._columns = {
            "x": x.ravel(),
            "y": y.ravel(),
            "target": wanted.ravel(),
            "network": made.ravel(),
        }
        away = np.abs(wanted - made)
        return Error(float(away.mean()), float(away.max()))

    def columns(self) -> Data:
        return self._columns


def _heights(style: PaintStyle, values: np.ndarray) -> np.ndarray:
    return ramp.colored(values, 0.0, 1.0, ramp.towards(style.theme, style.theme.accent, 0.9))


class SawtoothView(PlotView):
    """The sawtooth of k layers of two units."""

    key = "sawtooth"
    title = "Sawtooth"
    about = "The composed hat function appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("y", "x", name_at_end=True))
        self.plot.set_home(Scale(0.0, 1.0), Scale(0.0, 1.05))
        self.before = self.plot.add(Curve("ghost", 1.4, tr("one layer less")))
        self.curve = self.plot.add(Curve("train", 1.8, "y", smooth=False))

    def show_layers(self, layers: int) -> None:
        x = np.arange(2**12 + 1) / 2**12
        self.curve.set_data(x, sawtooth.deep(x, layers))
        self.before.set_data(
            x if layers > 1 else [], sawtooth.deep(x, layers - 1) if layers > 1 else []
        )
        self.set_subtitle(
            Span(tr("{layers} layers", layers=layers), "train"),
            Span(" · "),
            Span(tr("one less"), "ghost"),
        )

    def columns(self) -> Data:
        return {"x": self.curve.xs, "y": self.curve.ys[:, 0]}
