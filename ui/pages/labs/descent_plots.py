"""The plots of lab 1: the data with the lines, the error with the paths, b against updates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.base.translation import Message, tr
from core.studies.gradient_descent import METHODS, LeastSquares, Path
from ui.pages.labs.handles import HandleView
from ui.plots import ramp
from ui.plots.plane import Segments, Trail
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.scale import Scale, round_range
from ui.plots.series import Curve, Curves, Dots, Image, Rules
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.theme import Theme

COLORS: dict[str, Callable[[Theme], str]] = {
    "batch": lambda theme: theme.train,
    "cyclic": lambda theme: theme.validation,
    "random": lambda theme: theme.pin0,
    "mini_batch": lambda theme: theme.good,
}
ROLES = {"batch": "train", "cyclic": "validation", "random": "pin0", "mini_batch": "good"}
SHORT = {
    "batch": Message("Batch"),
    "cyclic": Message("Cyclic"),
    "random": Message("Random"),
    "mini_batch": Message("Mini-batch"),
}
CURVE_POINTS, GRID = 401, 240


class _Mixin:
    """What the page passes to the three views."""

    problem: LeastSquares
    paths: dict[str, Path]
    shown: tuple[str, ...] = ()

    def _legend(self) -> list[Span]:
        spans: list[Span] = []
        for key in self.shown:
            spans += [Span(tr(SHORT[key]), ROLES[key]), Span(" · ")]
        return spans[:-1]


class DataView(HandleView, _Mixin):
    """The points, and each method's present line."""

    key = "data"
    title = "Data"
    about = "The points and the lines fitted to them appear here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("y", "x", name_at_end=True))
        self.residuals = self.plot.add(Segments("ghost", 1.0))
        self.lines = {k: self.plot.add(Curve(ROLES[k], 2.0, tr(METHODS[k].label))) for k in METHODS}
        self.dots = self.plot.add(Dots("text", 5.0, tr("sample")))

    def set_problem(self, problem: LeastSquares, state, paths: dict[str, Path]) -> None:
        self.problem, self.paths, self.state = problem, paths, state
        self.shown = state.methods
        points = np.array(state.points)
        if self._held is None:
            x_low, x_high = min(0.0, points[:, 0].min()), max(1.0, points[:, 0].max())
            y_low, y_high = min(0.0, points[:, 1].min()), max(1.0, points[:, 1].max())
            aside, above = 0.15 * (x_high - x_low), 0.2 * (y_high - y_low)
            self.plot.set_home(
                Scale(x_low, x_high + aside),
                round_range(y_low - (above if y_low < 0 else 0), y_high + above),
            )
        self.dots.set_data(points[:, 0], points[:, 1])
        self.set_subtitle(
            Span(tr("drag points, double-click adds, Alt+click deletes"), "muted", True)
        )

    def show_step(self, at: int) -> None:
        ends = np.array([self.plot.x_scale.low, self.plot.x_scale.high])
        span = ends[1] - ends[0]
        x = np.array([ends[0] - span, ends[1] + span])
        points = np.array(self.state.points)
        for key, line in self.lines.items():
            path = self.paths[key]
            theta = path.theta[min(at, path.updates)]
            shown = key in self.shown
            line.set_data(x if shown else [], self._predict(theta, x) if shown else [])
        path = self.paths[self.state.explained]
        t = min(at, path.updates)
        rows = list(path.rows[t]) if t < path.updates else []
        predicted = self._predict(path.theta[t], points[rows, 0]) if rows else np.empty(0)
        chosen = points[rows]
        self.residuals.set_data(
            np.column_stack([chosen[:, 0], chosen[:, 1], chosen[:, 0], predicted]) if rows else []
        )

    def _predict(self, theta: np.ndarray, x: np.ndarray) -> np.ndarray:
        """ŷ at inputs in the data's own units."""
        if len(theta) == 1:
            return theta[0] * x
        if self.state.standardize:
            own = np.array(self.state.points)[:, 0]
            x = (x - own.mean()) / own.std()
        return theta[0] * x + theta[1]

    def columns(self) -> Data:
        points = np.array(self.state.points)
        return {"x": points[:, 0], "y": points[:, 1]}


class ErrorView(HandleView, _Mixin):
    """E over the parameter with every sample's own parabola, or as contours over (w, b)."""

    key = "error"
    title = "Error"
    about = "The error and the paths over it appear here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("E", "b", name_at_end=True))
        self.map = self.plot.add(Image())
        own = self.plot.add(Curves(lambda style, n: [style.ghost] * n, 1.0, fade=0.6))
        self.own, self.total = own, self.plot.add(Curve("muted", 1.8, "E"))
        self.best = self.plot.add(Rules("ghost"))
        self.trails = {k: self.plot.add(Trail(ROLES[k], 1.4, 2.4)) for k in METHODS}
        self.minimum = self.plot.add(Dots("text", 4.0, filled=False))

    def set_problem(self, problem: LeastSquares, state, paths: dict[str, Path]) -> None:
        self.problem, self.paths, self.state = problem, paths, state
        self.shown = state.methods
        try:
            self.center = problem.minimum()
        except ValueError:
            self.center = np.zeros(problem.X.shape[1])
        two = len(self.center) == 2
        self.plot.caption, self.plot.x_name = ("b", "w") if two else ("E", "b")
        self.plot.grid = not two
        if self._held is None:
            self._choose_range()
        if two:
            self._show_map()
        else:
            self._show_parabola()
        self.set_subtitle(*self._legend(), Span("  "), Span(tr("drag the start"), "muted", True))

    def _choose_range(self) -> None:
        start = np.array([self.state.start, self.state.start_intercept])[: len(self.center)]
        reach = np.maximum(1.25 * np.abs(start - self.center), 1.0)
        low, high = self.center - reach, self.center + reach
        if len(self.center) == 2:
            self.plot.set_home(Scale(low[0], high[0]), Scale(low[1], high[1]))
            return
        top = float(self.problem.error(np.array([[high[0]], [low[0]]])).max())
        self.plot.set_home(Scale(float(low[0]), float(high[0])), round_range(0.0, max(top, 1e-9)))

    def _show_parabola(self) -> None:
        self.map.set_colors(None)
        x = self.plot.x_scale
        b = np.linspace(x.low - x.span, x.high + x.span, 3 * CURVE_POINTS)
        self.own.set_data(b, self.problem.sample_errors(b[:, None]))
        self.total.set_data(b, self.problem.error(b[:, None]))
        self.best.set_data(self.center)
        self.minimum.set_data(self.center, self.problem.error(self.center[None]))

    def _show_map(self) -> None:
        self.own.set_data([], np.empty((0, 1)))
        self.total.set_data([], [])
        self.best.set_data([])
        x, y = self.plot.home_x, self.plot.home_y
        assert x is not None and y is not None
        over = (x.low, x.high, y.low, y.high)
        w, b = np.meshgrid(np.linspace(*over[:2], GRID), np.linspace(over[3], over[2], GRID))
        e = self.problem.error(np.stack([w, b], axis=-1))
        lowest = float(self.problem.error(self.center[None])[0])
        # The square root spaces the levels of a paraboloid evenly.
        level = np.sqrt(np.maximum(e - lowest, 0))
        self.map.set_colors(lambda style: banded(style, level), over)
        self.minimum.set_data([self.center[0]], [self.center[1]])

    def show_step(self, at: int) -> None:
        for key, trail in self.trails.items():
            path = self.paths[key]
            theta = path.theta[: at + 1] if key in self.shown else path.theta[:0]
            if len(self.center) == 2:
                trail.set_data(theta[:, 0], theta[:, 1])
            else:
                trail.set_data(theta[:, 0], path.error[: len(theta)])

    def columns(self) -> Data:
        columns: Data = {}
        for key in self.shown:
            path = self.paths[key]
            for i, name in enumerate(("b",) if path.theta.shape[1] == 1 else ("w", "b")):
                columns[f"{key} {name}"] = path.theta[:, i]
            columns[f"{key} E"] = path.error
        return columns


class PathView(PlotView, _Mixin):
    """The parameter against updates or samples seen."""

    key = "path"
    title = "Parameter"
    about = "The parameter against updates appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("b", tr("updates"), name_at_end=True))
        self.best = self.plot.add(Rules("ghost", upright=False))
        self.all = {k: self.plot.add(Curve(ROLES[k], 1.0, fade=0.35)) for k in METHODS}
        self.done = {k: self.plot.add(Curve(ROLES[k], 2.0, tr(METHODS[k].label))) for k in METHODS}

    def set_problem(self, problem: LeastSquares, state, paths: dict[str, Path]) -> None:
        self.problem, self.paths, self.state = problem, paths, state
        self.shown = state.methods
        self.plot.caption = "w" if state.model == "line" else "b"
        by_samples = state.against == "samples"
        self.plot.x_name = tr("samples seen") if by_samples else tr("updates")
        try:
            self.best.set_data(problem.minimum()[:1])
        except ValueError:
            self.best.set_data([])
        self.set_subtitle(*self._legend())

    def _x(self, path: Path) -> np.ndarray:
        return path.seen if self.state.against == "samples" else np.arange(path.updates + 1)

    def show_step(self, at: int) -> None:
        last = max((float(self._x(self.paths[k])[-1]) for k in self.shown), default=1.0)
        if self.state.against == "samples" and self.shown:
            # Up to where the fewest have been seen: beyond it there is nothing to compare.
            last = min(last, 4.0 * self.state.updates)
        seen = [self.paths[k].theta[: at + 1, 0] for k in self.shown]
        start = [self.state.start, *self.best.at.tolist()]
        values = np.concatenate([*seen, start]) if seen else np.array(start)
        values = values[np.isfinite(values)]
        low, high = float(values.min()), float(values.max())
        self.plot.set_home(Scale(0.0, max(last, 1.0)), round_range(low, high))
        for key in METHODS:
            path, x = self.paths[key], self._x(self.paths[key])
            shown = key in self.shown
            self.all[key].set_data(x if shown else [], path.theta[:, 0] if shown else [])
            self.done[key].set_data(
                x[: at + 1] if shown else [], path.theta[: at + 1, 0] if shown else []
            )

    def columns(self) -> Data:
        columns: Data = {}
        for key in self.shown:
            path = self.paths[key]
            against = "samples seen" if self.state.against == "samples" else "updates"
            columns[f"{key} {against}"] = self._x(path).astype(float)
            columns[f"{key} {self.plot.caption}"] = path.theta[:, 0]
        return columns


def banded(style: PaintStyle, level: np.ndarray, bands: int = 14) -> np.ndarray:
    """Filled levels: the values cut into bands, the lowest in the card's own colour."""
    top = float(np.nanmax(level[np.isfinite(level)], initial=0.0)) or 1.0
    steps = np.floor(level / top * bands) / bands
    return ramp.colored(steps, 0.0, 1.0, ramp.towards(style.theme, style.theme.accent, 0.55))
