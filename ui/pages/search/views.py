"""The search in plots: scores against settings, parallel coordinates, the best learning curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu

from core.base.translation import Message, tr
from core.experiment.space import Range
from core.search.job import SearchState
from core.search.plan import SearchPlan
from core.search.summary import BEST, short_name
from core.search.trial import TrialRecord
from ui.plots.curve_grid import CurveGrid, SmallCurves
from ui.plots.parallel import Coordinate, ParallelCoordinates
from ui.plots.picture_plot import PicturePlot
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.readout import ReadOut
from ui.plots.scale import Scale
from ui.plots.shapes import Dots, Rules, Zone
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.ticks import Tick, number
from ui.theme import blend
from ui.widgets.numbers import shown

# More lines or dots than this cannot be distinguished; the table has them all.
MOST_LINES = 1500
# Room beside the ends of a range, as a share of it.
MARGIN = 0.04
# The key of the last axis, and what is on it.
SCORE = "score"
SCORES = {"accuracy": Message("val accuracy"), "loss": Message("val loss")}


class SearchView(PlotView):
    """A plot of a search. `show_state` takes the results so far; `show_chosen` the brushed
    trials."""

    start = Message("Press Start to run the trials.")

    def __init__(self) -> None:
        super().__init__()
        self.state: SearchState | None = None
        self.chosen: frozenset[int] | None = None
        self.set_empty(True)

    def show_state(self, state: SearchState) -> None:
        """Show the present results."""
        self.state = state
        empty = not (state.records or state.running)
        self.ensure_built()
        self.set_empty(empty)
        if empty:
            self.set_subtitle()
        else:
            self.refresh()

    def show_chosen(self, chosen: frozenset[int] | None) -> None:
        """Highlight these trials; None: highlight none."""
        self.chosen = chosen
        if self.state and not self.is_empty:
            self.refresh()

    def refresh(self) -> None:
        """Give the items what `state` holds."""

    def columns(self) -> Data:
        return _columns(self.state) if self.state else {}


class ScatterView(SearchView):
    """The score of every trial against each setting that varies."""

    title = "Score by setting"
    about = "The score of every trial against each setting"

    def build(self) -> None:
        self._panels: list[_Panel] = []
        self._drawn_for: tuple[Sequence[Range], str] = (), ""

    def refresh(self) -> None:
        state = self.state
        assert state is not None
        if (state.plan.ranges, state.plan.score) != self._drawn_for:
            self._make_plots(state.plan)
        scored = [r for r in state.records if math.isfinite(r.score)]
        chosen = [r for r in scored if self.chosen is None or r.index in self.chosen]
        rest = [r for r in scored if self.chosen is not None and r.index not in self.chosen]
        tied = _tied(state)
        changes = state.stages[-1].narrowings if state.stages else ()
        if state.finished:
            changes = state.next_ranges
        for i, (panel, each) in enumerate(zip(self._panels, state.plan.ranges, strict=True)):
            panel.inside.set_data(*_points(each, chosen))
            panel.outside.set_data(*_points(each, rest))
            panel.ties.set_ends(*tied)
            change = changes[i] if i < len(changes) and each.scale != "choice" else None
            old, new = (change.before, change.after) if change else (None, None)
            panel.old.set_data([old.low, old.high] if old else [])
            panel.new.set_ends(*((new.low, new.high) if new else (math.nan, math.nan)))
            drawn_from = [each, *(stage.ranges[i] for stage in state.stages), new or each]
            panel.show_ends([end for r in drawn_from for end in (r.low, r.high)])
        self._describe(state, len(scored))

    def _make_plots(self, plan: SearchPlan) -> None:
        """The panels of a plan's first ranges, which hold every choice of later stages."""
        for plot in self.plots:
            self.scene().removeItem(plot)
        percent = plan.score == "accuracy"
        self.plots, self._panels = [], [_Panel(each, percent) for each in plan.ranges]
        self._drawn_for = plan.ranges, plan.score
        for panel in self._panels:
            self.add_plot(panel.plot)

    def _describe(self, state: SearchState, scored: int) -> None:
        lost = len(state.records) - scored
        spans = [Span(tr("{count} trials", count=scored), "train")]
        if state.finished and state.next_ranges:
            spans += [Span("  ·  "), Span(tr("shaded: next stage"))]
        elif len(state.stages) > 1:
            spans += [Span("  ·  "), Span(tr("dashed: ranges before"))]
        if lost:
            spans += [Span("  ·  "), Span(tr("{count} without a score", count=lost), "bad")]
        if state.running:
            spans += [Span("  ·  "), Span(tr("{count} running", count=len(state.running)))]
        self.set_subtitle(*spans)


class _Panel:
    """The scores against one setting: trials, ties with the best, old ranges and new."""

    def __init__(self, each: Range, percent: bool) -> None:
        self._log = each.scale == "log"
        self.plot = (
            ChoicePlot(each, percent)
            if each.scale == "choice"
            else Plot(tr(short_name(each.path)), log_x=self._log, percent=percent)
        )
        self.new = self.plot.add(Zone(math.nan, math.nan, "train", 0.08, upright=True))
        self.ties = self.plot.add(Zone(math.nan, math.nan, "good", 0.12))
        self.old = self.plot.add(Rules("muted", dash=(4, 3)))
        self.outside = self.plot.add(Dots("ghost", 2.4))
        self.inside = self.plot.add(Dots("train", 3.2, tr("score")))
        self.inside.text = _percent if percent else number

    def show_ends(self, ends: Sequence[float]) -> None:
        """Show the axis from the least of these values to the largest, with room for dots."""
        if isinstance(self.plot, ChoicePlot):
            return
        low, high = min(ends), max(ends)
        if self._log:
            aside = (high / low) ** MARGIN
            self.plot.set_home(Scale(low / aside, high * aside, log=True))
        else:
            aside = MARGIN * (high - low)
            self.plot.set_home(Scale(low - aside, high + aside))


class ChoicePlot(Plot):
    """A plot whose horizontal axis has the choices of a setting."""

    def __init__(self, each: Range, percent: bool) -> None:
        super().__init__(tr(short_name(each.path)), percent=percent)
        self._names = [_short(choice) for choice in each.choices]
        self.set_home(Scale(-0.5, len(self._names) - 0.5))

    def _x_ticks(self, style: PaintStyle) -> list[Tick]:
        """As many names as there is room for."""
        widest = max(map(style.metrics.horizontalAdvance, self._names)) + 8
        every = math.ceil(widest * len(self._names) / max(self.frame.width(), 1.0))
        return [Tick(i, name) for i, name in enumerate(self._names) if i % every == 0]

    def title_of(self, x: float) -> str:
        return self._names[min(max(round(x), 0), len(self._names) - 1)]


class ParallelView(SearchView):
    """Every trial as a line across all settings and the score. Drag along an axis to brush."""

    title = "Parallel coordinates"
    about = "Every trial as a line across all settings and its score"

    def build(self) -> None:
        self._plot = self.add_plot(PicturePlot())
        self._plot.box.setMouseEnabled(False, False)
        self.lines = self._plot.add(ParallelCoordinates(_score_colors, self._tell))
        self._shown: list[TrialRecord] = []
        self.on_brushed = lambda chosen: None

    def refresh(self) -> None:
        state = self.state
        assert state is not None
        score = state.plan.score
        best_first = state.best_first[:MOST_LINES]
        self._shown = best_first[::-1]
        ranges = [_widened(r, best_first) for r in state.plan.ranges]
        axes = [_coordinate(each, self._shown) for each in ranges]
        values = np.array([r.score for r in self._shown])
        low, high = (values.min(), values.max()) if values.size else (0.0, 1.0)
        shares = (values - low) / ((high - low) or 1.0)
        text = _percent if score == "accuracy" else number
        axes.append(Coordinate(SCORE, tr(SCORES[score]), text(low), text(high), shares))
        self.lines.set_data(axes, 1 - shares if score == "loss" else shares)
        self.set_subtitle(Span(tr("drag along an axis to choose trials")))

    def add_actions(self, menu: QMenu) -> None:
        if self.lines.brushes:
            menu.addAction(tr("Clear brushes"), self.lines.clear_brushes)

    def _tell(self, inside: NDArray[np.bool_]) -> None:
        chosen = frozenset(r.index for r, c in zip(self._shown, inside, strict=True) if c)
        self.on_brushed(None if inside.all() else chosen)


class CurvesView(SearchView):
    """The learning curves of the best trials, training dashed and validation solid."""

    title = "Best trials"
    about = "The learning curves of the best 20 trials"

    def build(self) -> None:
        self._plot = self.add_plot(_GridPlot())
        self._plot.box.setMouseEnabled(False, False)
        self.grid = self._plot.grid_item
        self._best: list[TrialRecord] = []

    def refresh(self) -> None:
        state = self.state
        assert state is not None
        score = state.plan.score
        running = [r for r in state.running if r.epochs > 1][: BEST // 2]
        best = self._best = state.best_first[: BEST - len(running)]
        titled = [
            (tr("Best-{place}  {score}", place=i, score=_score(r, score)), r)
            for i, r in enumerate(best, 1)
        ]
        titled += [(tr("trial {index}, running", index=r.index), r) for r in running]
        panels = [SmallCurves(title, *_curves(record, score)) for title, record in titled]
        low, high = _bounds(panels, score)
        self.grid.set_data(panels, low, high, score == "accuracy")
        self.set_subtitle(
            Span(tr("training, dashed"), "train"),
            Span("  ·  "),
            Span(tr("validation"), "validation"),
            Span("  ·  "),
            Span(tr("accuracy by epoch") if score == "accuracy" else tr("loss by epoch")),
        )

    def columns(self) -> Data:
        return _curve_columns(self.state, self._best) if self.state else {}


class _GridPlot(PicturePlot):
    """A plot whose read-out is that of its grid."""

    def __init__(self) -> None:
        super().__init__()
        self.grid_item = self.add(CurveGrid())

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        return self.grid_item.read(place, style)


def _tied(state: SearchState) -> tuple[float, float]:
    """The scores within one standard error of the best; NaN where it is not known."""
    best = state.best_first
    if not best or not math.isfinite(best[0].standard_error):
        return math.nan, math.nan
    first = best[0]
    other = first.score + first.standard_error * (1 if state.plan.score == "loss" else -1)
    return min(first.score, other), max(first.score, other)


def _score(record: TrialRecord, score: str) -> str:
    return f"{record.score:.2f}" if score == "accuracy" else number(record.score)


def _percent(value: float) -> str:
    return f"{100 * value:.4g} %"


def _points(each: Range, records: Sequence[TrialRecord]) -> tuple[NDArray, NDArray]:
    """Values and scores; the value of a choice is its index in the list of choices."""
    values = [record.parameters[each.path] for record in records]
    if each.scale == "choice":
        places = [float(each.choices.index(value)) for value in values]
        return np.array(places), np.array([record.score for record in records])
    return np.array(values, float), np.array([record.score for record in records])


def _widened(each: Range, records: Sequence[TrialRecord]) -> Range:
    """The range with the values of later stages in it."""
    from dataclasses import replace

    if each.scale == "choice" or not records:
        return each
    values = [record.parameters[each.path] for record in records]
    return replace(each, low=min(each.low, *values), high=max(each.high, *values))


def _coordinate(each: Range, records: Sequence[TrialRecord]) -> Coordinate:
    positions = np.array([each.position(record.parameters[each.path]) for record in records])
    if each.scale == "choice":
        low, high = (_short(each.choices[i]) for i in (0, -1))
    else:
        low, high = (shown(float(each.text(end))) for end in (each.low, each.high))
    return Coordinate(each.path, tr(short_name(each.path)), low, high, positions)


def _short(value: object) -> str:
    return str(value)[:14]


def _score_colors(style: PaintStyle, values: NDArray[np.float64]) -> list[QColor]:
    """From pale grey, the worst, to the colour of training, the best."""
    return [
        style.pale(blend(style.ghost, style.train, share), 0.25 + 0.75 * share)
        for share in np.round(values, 2).tolist()
    ]


def _curves(record: TrialRecord, score: str) -> tuple[NDArray, NDArray]:
    train = record.train_accuracy if score == "accuracy" else record.train_loss
    return np.array(train), np.array(record.curve(score))


def _bounds(panels: Sequence[SmallCurves], score: str) -> tuple[float, float]:
    """The common scale: 0…100 % of accuracies, of losses up to what nearly all curves need."""
    if score == "accuracy":
        return 0.0, 1.0
    values = np.concatenate([np.concatenate((p.train, p.validation)) for p in panels] or [[1.0]])
    values = values[np.isfinite(values)]
    return 0.0, float(np.quantile(values, 0.95)) if values.size else 1.0


def _columns(state: SearchState) -> Data:
    """Every trial that is over, a column for each setting."""
    records = state.records
    columns: Data = {"trial": np.array([r.index for r in records])}
    for each in state.plan.ranges:
        columns[each.path] = np.array([r.parameters[each.path] for r in records], dtype=object)
    columns["score"] = np.array([r.score for r in records])
    columns["standard error"] = np.array([r.standard_error for r in records])
    return columns


def _curve_columns(state: SearchState, best: Sequence[TrialRecord]) -> Data:
    longest = max((record.epochs for record in best), default=0)
    columns: Data = {"epoch": np.arange(1, longest + 1)}
    for place, record in enumerate(best, 1):
        for name, curve in zip(
            ("train", "validation"), _curves(record, state.plan.score), strict=True
        ):
            columns[f"best {place} {name}"] = np.pad(
                curve, (0, longest - len(curve)), constant_values=np.nan
            )
    return columns
