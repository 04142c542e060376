"""The plots of lab 2: the surface with the paths, f against steps, and f against the rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtGui import QColor

from core.base.translation import tr
from core.catalogue.surfaces import Point, Surface
from core.studies.optimizer_race import FAR, Race, Sweep
from ui.pages.labs.handles import HandleView
from ui.plots import ramp
from ui.plots.plane import Arrow, Trail
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.scale import Scale
from ui.plots.series import Curve, Dots, Image, Rules
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.theme import Theme, current

# One colour for each racer, readable on both themes; the last are for those that come later.
COLORS: dict[str, str] = {
    "sgd": "#8a8f98", "momentum": "#e4572e", "nag": "#f29e1f", "adagrad": "#a98600",
    "rmsprop": "#3f9b4b", "adadelta": "#14a098", "adam": "#3b7ddd", "nadam": "#29a9e0",
    "adamw": "#8566d9", "adamax": "#c858b8", "amsgrad": "#9c5a2e", "lion": "#d81e5b",
    "lbfgs": "#6f8f1f", "newton": "#5d6bb0",
}  # fmt: skip
SPARE = ("#b07aa1", "#76b7b2", "#c98c5a")
GRID_X, GRID_Y, BANDS = 260, 200, 18
# The sweep shows values from here on at first: double precision does not distinguish smaller ones
# from the minimum unless that is 0.
LOWEST = 1e-16
# What is drawn where the lowest f is known and not 0; in the names of exported columns.
ABOVE = "f - f_min"
# Room above and below curves of which only a part is shown, as a share of that part.
MARGIN = 0.05


def color_of(key: str) -> str:
    """The colour of a racer."""
    return COLORS.get(key) or SPARE[sum(map(ord, key)) % len(SPARE)]


def heights_in_window(surface: Surface, curves: Iterable[Curve]) -> Scale | None:
    """The part of the curves' range in which f is in the window; None if that is all of it.

    Where f falls without bound, a descent that falls with it would flatten all others.
    """
    drawn = np.concatenate([curve.ys for curve in curves] or [np.empty(0)])
    least, greatest = surface.value_range()
    inside = drawn[(drawn >= least) & (drawn <= greatest)]
    if not inside.size or inside.size == np.count_nonzero(np.isfinite(drawn)):
        return None
    low, high = float(inside.min()), float(inside.max())
    margin = MARGIN * (high - low) or 1.0
    return Scale(low - margin, high + margin)


class MapView(HandleView):
    """The surface as filled levels; paths of all racers from all starts."""

    key = "surface"
    title = "Surface"
    about = "The surface and the paths over it appear here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("y", "x", grid=False, name_at_end=True))
        self.map = self.plot.add(Image())
        self.minima = self.plot.add(Dots("text", 4.0, filled=False))
        self.trails: dict[tuple[str, int], Trail] = {}
        self.starts = self.plot.add(Dots("text", 5.0, filled=False, rim="text"))
        self.gradient = self.plot.add(Arrow("bad"))
        self.velocity = self.plot.add(Arrow("validation"))
        self.step = self.plot.add(Arrow("text", 2.2))
        self._race: Race | None = None
        self.set_subtitle(
            Span(tr("−gradient"), "bad"),
            Span(" · "),
            Span(tr("velocity"), "validation"),
            Span(" · "),
            Span(tr("step"), "text"),
            Span("   "),
            Span(tr("drag the start, double-click adds one, Alt+click deletes"), "muted", True),
        )

    def show_surface(self, surface: Surface, window: tuple[float, float, float, float]) -> float:
        """Draw the levels; the share of the window in which f has a value."""
        x0, x1, y0, y1 = window
        self.plot.set_home(Scale(x0, x1), Scale(y0, y1))
        x, y = np.meshgrid(np.linspace(x0, x1, GRID_X), np.linspace(y1, y0, GRID_Y))
        with np.errstate(all="ignore"):
            f = np.asarray(surface.value(x, y), float)
        known = np.isfinite(f)
        if known.any():
            # Levels at quantiles: every band covers the same area, however wild the surface.
            cuts = np.quantile(f[known], np.linspace(0, 1, BANDS + 1)[1:-1])
            level = np.searchsorted(cuts, f) / (BANDS - 1)
            self.map.set_colors(lambda style: _levels(style, level, known), window)
        else:
            self.map.set_colors(None)
        minima = np.array(surface.minima, float).reshape(-1, 2)
        self.minima.set_data(minima[:, 0], minima[:, 1])
        return float(known.mean())

    def clear_surface(self) -> None:
        self.map.set_colors(None)
        self.minima.set_data([], [])

    def shown_window(self) -> tuple[float, float, float, float]:
        """The part of the plane that is shown now: x from, x to, y from, y to."""
        x, y = self.plot.x_scale, self.plot.y_scale
        return x.low, x.high, y.low, y.high

    def show_starts(self, starts: Sequence[Point]) -> None:
        places = np.array(starts, float).reshape(-1, 2)
        self.starts.set_data(places[:, 0], places[:, 1])

    def clear_race(self) -> None:
        while self.trails:
            self.plot.remove(self.trails.popitem()[1])
        self.show_vectors(None, None, None, None)
        self._race = None

    def show_race(self, race: Race, at: int) -> None:
        wanted = {(key, i) for key in race.runs for i in range(len(race.starts))}
        for gone in self.trails.keys() - wanted:
            self.plot.remove(self.trails.pop(gone))
        for key, i in wanted:
            if (key, i) not in self.trails:
                self.trails[key, i] = self.plot.add(Trail(color_of(key)))
            path = race.runs[key].path[: at + 1, i]
            self.trails[key, i].set_data(path[:, 0], path[:, 1])
        self._race = race

    def show_vectors(
        self,
        place: Sequence[float] | None,
        gradient: Sequence[float] | None,
        velocity: Sequence[float] | None,
        step: Sequence[float] | None,
    ) -> None:
        """Gradient and velocity in their direction, at most a sixth of the window long; the step
        at its true length."""
        for arrow, vector in ((self.gradient, gradient), (self.velocity, velocity)):
            tip = None
            if place is not None and vector is not None:
                tip = self._shortened(place, vector)
            arrow.set_data(place or (0, 0), tip)
        tip = None
        if place is not None and step is not None:
            tip = (place[0] + step[0], place[1] + step[1])
        self.step.set_data(place or (0, 0), tip)

    def _shortened(self, place: Sequence[float], vector: Sequence[float]) -> tuple[float, float]:
        spans = self.plot.x_scale.span, self.plot.y_scale.span
        share = max(abs(vector[0]) / spans[0], abs(vector[1]) / spans[1], 1e-300) * 6
        scale = 1 / share if share > 1 else 1.0
        return place[0] + scale * vector[0], place[1] + scale * vector[1]

    def columns(self) -> Data:
        columns: Data = {}
        for key, run in self._race.runs.items() if self._race else ():
            for i in range(run.path.shape[1]):
                for axis, name in enumerate("xy"):
                    columns[f"{key} {i + 1} {name}"] = run.path[:, i, axis]
        return columns


def _levels(style: PaintStyle, level: np.ndarray, known: np.ndarray) -> np.ndarray:
    colors = ramp.colored(level, 0.0, 1.0, ramp.towards(style.theme, style.theme.accent, 0.5))
    colors[~known] = np.uint32(QColor(style.theme.border).rgba())
    return colors


class CurveView(PlotView):
    """f, or the distance to the nearest minimum, against steps for the first start."""

    key = "descent"
    title = "Descent"
    about = "f against steps appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("f", tr("steps"), log=True, name_at_end=True))
        self.curves: dict[str, Curve] = {}
        self._columns: Data = {}
        self.now = self.plot.add(Rules("ghost"))

    def show_race(self, race: Race, labels: dict[str, str], distance: bool) -> None:
        surface, lowest = race.surface, race.lowest
        by_distance = distance and bool(surface.minima)
        log = by_distance or lowest is not None
        self.plot.caption, drawn = "f", "f"
        if by_distance:
            self.plot.caption, drawn = tr("distance to the nearest minimum"), "distance"
        elif lowest:
            self.plot.caption = f"f − f_min, f_min = {lowest:.6g}".replace("-", "−")
            drawn = ABOVE
        self.plot.set_log(log)
        for gone in self.curves.keys() - race.runs.keys():
            self.plot.remove(self.curves.pop(gone))
        self._columns = (
            {"step": np.arange(float(len(next(iter(race.runs.values())).path)))}
            if race.runs
            else {}
        )
        for key, run in race.runs.items():
            y = run.distance(surface.minima) if by_distance else run.f[:, 0]
            if lowest is not None and not by_distance:
                y = y - lowest
            if key not in self.curves:
                self.curves[key] = self.plot.add(
                    Curve(color_of(key), 1.6, tr(labels[key]), floor=True)
                )
            self._columns[f"{labels[key]} {drawn}"] = y
            self.curves[key].set_data(self._columns["step"], y)
        self.plot.home_y = None if log else heights_in_window(surface, self.curves.values())
        self.plot.data_changed()
        self.set_subtitle(Span(tr("from the first start") if len(race.starts) > 1 else ""))

    def clear(self) -> None:
        self._columns = {}
        _remove_all(self.plot, self.curves)
        self.now.set_data([])

    def show_step(self, at: int) -> None:
        self.now.set_data([at])

    def columns(self) -> Data:
        return self._columns


class SweepView(PlotView):
    """f after N steps against the rate: which rules tolerate a bad one."""

    key = "sweep"
    title = "Rate sweep"
    about = "f after some steps against the learning rate appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("f", tr("rate η"), log=True, log_x=True, name_at_end=True))
        self.curves: dict[str, Curve] = {}
        self._columns: Data = {}
        self.rates = self.plot.add(Rules("ghost"))

    def show_sweep(self, swept: Sweep, labels: dict[str, str]) -> None:
        self.set_empty(False)
        lowest = swept.lowest
        log = lowest is not None
        self.plot.set_log(log)
        value = "f − f_min" if lowest else "f"
        self.plot.caption = tr("{value} after {steps:,} steps", value=value, steps=swept.steps)
        for gone in self.curves.keys() - set(swept.keys):
            self.plot.remove(self.curves.pop(gone))
        self._columns = {"rate": swept.rates}
        for key, f in zip(swept.keys, swept.f, strict=True):
            y = f - lowest if lowest is not None else f
            # Where a rate diverges the curve ends: it is not drawn at the top of the plot.
            y = np.where(np.abs(y) < FAR, y, np.nan)
            if key not in self.curves:
                self.curves[key] = self.plot.add(
                    Curve(color_of(key), 1.6, tr(labels[key]), floor=True)
                )
            self.curves[key].set_data(swept.rates, y)
            self._columns[f"{labels[key]} {ABOVE if lowest else 'f'}"] = y
        rates = Scale(float(swept.rates[0]), float(swept.rates[-1]), True)
        heights = None if log else heights_in_window(swept.surface, self.curves.values())
        told = tr("a curve ends where its rate diverges")
        drawn = np.concatenate([curve.ys for curve in self.curves.values()] or [np.empty(0)])
        drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
        if log and len(drawn) and drawn.min() < LOWEST:
            # One rule that arrives exactly would compress all other curves.
            heights = Scale(LOWEST, 2 * float(drawn.max()), True)
            told = tr("curves end at divergence · cut at 10⁻¹⁶")
        self.plot.home_x, self.plot.home_y = rates, heights
        self.plot.data_changed()
        self.set_subtitle(Span(told))

    def clear(self) -> None:
        """No curves, as nothing races."""
        self._columns = {}
        _remove_all(self.plot, self.curves)
        self.set_subtitle()
        self.set_empty(False)

    def columns(self) -> Data:
        return self._columns


def _remove_all(plot: Plot, curves: dict[str, Curve]) -> None:
    while curves:
        plot.remove(curves.popitem()[1])


def swatch(key: str) -> str:
    """A coloured dot for texts."""
    return f"<span style='color:{color_of(key)}'>●</span>"


def muted(theme: Theme | None = None) -> str:
    return (theme or current()).muted
