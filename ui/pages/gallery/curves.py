"""Loss and accuracy of all runs of a comparison in one plot."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.base.translation import tr
from core.gallery.comparison import ACCURACY, LOSS, Band, Comparison
from ui.pages.gallery.runs_plot import RunsPlot
from ui.pages.gallery.scales import log_floor, wants_log
from ui.pages.gallery.view import ComparisonView
from ui.plots import series
from ui.plots.item import resolve
from ui.plots.menus import add_choice
from ui.plots.plot_view import Data
from ui.plots.readout import ReadOut, Row
from ui.plots.run_styles import RunStyle
from ui.plots.scale import Scale, settle
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.ticks import number


class RunItems(NamedTuple):
    """The items of one run: the range over its seeds, its batches, its validation score."""

    band: series.Band
    batches: series.Curve
    scores: series.Curve


class FigurePlot(RunsPlot[RunItems]):
    """One figure of every run: the mean over the seeds, with a band for several seeds. If runs are
    validated, the line is the validation score and the batches are pale.
    """

    def __init__(self, view: CurvesView, figure: int, caption: str) -> None:
        super().__init__(view, caption, tr("steps"), percent=figure == ACCURACY)
        self._curves_view, self.figure = view, figure
        # What x counts: "steps" or "epochs".
        self.unit = "steps"
        self.batches: dict[str, Band] = {}
        self.scores: dict[str, Band] = {}

    def lines(self) -> dict[str, Band]:
        """The curve of each run: validation scores if there are any, else batches."""
        return {label: self.scores.get(label) or self.batches[label] for label in self.batches}

    def show_runs(self, comparison: Comparison) -> None:
        """Show the present state of the runs."""
        epochs = comparison.in_epochs
        runs = comparison.runs.values()
        self.batches = {run.label: run.band(self.figure, epochs) for run in runs}
        scores = {run.label: run.validation(self.figure, epochs) for run in runs}
        self.scores = {label: band for label, band in scores.items() if band.x.size}
        self.unit = "epochs" if epochs else "steps"
        self.x_name = tr("epochs") if epochs else tr("steps")
        self.make_items()
        y = self._scale()
        x = Scale(0.0, max(comparison.length, 1.0))
        self.set_home(x, y)
        for label, items in self.items_by_run.items():
            self._show_run(label, items, seeds=comparison.turn + 1)

    def items_of(self, style: RunStyle) -> RunItems:
        return RunItems(
            self.add(series.Band(style.color, 0.2)),
            self.add(series.Curve(style.color, dash=style.dash)),
            self.add(series.Curve(style.color, dash=style.dash)),
        )

    def _show_run(self, label: str, items: RunItems, seeds: int) -> None:
        view, scored = self.comparison_view, label in self.scores
        back = view.stands_back(label)
        width = 1.0 if back else 2.2 if view.emphasised else 1.6
        main, other = (items.scores, items.batches) if scored else (items.batches, items.scores)
        main.width, main.fade = width, 0.25 if back else 1.0
        other.width, other.fade = 1.0, 0.2 if back else 0.45
        for i, item in enumerate(items):
            # Highlighted runs are drawn above the others.
            item.setZValue(item.layer + i - (3 if back else 0))
        items.batches.set_data(self.batches[label].x, self.batches[label].mean)
        line = self.lines()[label]
        items.scores.set_data(*((line.x, line.mean) if scored else ((), ())))
        items.band.set_data(*((line.x, line.low, line.high) if seeds > 1 else ((), (), ())))
        items.band.setVisible(not back)

    def _scale(self) -> Scale:
        """The range of values to show."""
        bands = [*self.batches.values(), *self.scores.values()]
        highs = [_greatest(band.high) for band in self.lines().values()]
        highs = [high for high in highs if math.isfinite(high)]
        current = self.home_y or self.y_scale
        if not highs:
            return current
        low = min(_least(band.low) for band in bands)
        if self.percent:
            return Scale(settle(None, min(low, 0.999), 1.0).low, 1.0)
        log, ends = self._curves_view.log, [_last(b.mean) for b in self.lines().values()]
        if wants_log(highs, ends) if log is None else log:
            low = log_floor(highs, min(_least(band.low, above=0.0) for band in bands))
            return settle(current if current.log else None, low, max(highs), log=True)
        return settle(current if not current.log else None, min(low, 0.0), max(highs))

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        at = self.x_of(place.x())
        if self.home_x is None or not 0 <= at <= self.home_x.high:
            return None
        rows = []
        for label, band in self.lines().items():
            value, low, high = (_at(band.x, v, at) for v in (band.mean, band.low, band.high))
            text = self.text(value)
            if high > low and math.isfinite(value):
                text += f"  {self.text(low)} … {self.text(high)}"
            rows.append(Row(resolve(self.styles[label].color, style), tr(label), text))
        epochs = self.unit == "epochs"
        title = tr("epoch {epoch:.3g}", epoch=at) if epochs else tr("step {step:,}", step=round(at))
        return ReadOut(self.frame, self.px_of(at), title, rows)

    def text(self, value: float) -> str:
        """A value as text."""
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


class CurvesView(ComparisonView):
    """Loss and accuracy over the run, one colour per run."""

    key = "gallery_curves"
    title = "Learning curves"
    about = "Loss and accuracy of all runs in one plot"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.log: bool | None = None
        super().__init__(parent)
        self.log_action = QAction(tr("Logarithmic loss axis"), self)
        self.log_action.setToolTip(tr("Logarithmic or linear loss axis"))
        self.log_action.setData("log")
        self.log_action.setCheckable(True)
        self.log_action.triggered.connect(self.set_log)
        self.tools = (self.log_action,)

    def build(self) -> None:
        self.loss = self.add_plot(FigurePlot(self, LOSS, tr("Loss")))
        self.accuracy = self.add_plot(FigurePlot(self, ACCURACY, tr("Accuracy")))
        self.loss.link(self.accuracy)

    def show_runs(self, comparison: Comparison) -> None:
        for plot in (self.loss, self.accuracy):
            plot.show_runs(comparison)
        self.log_action.setChecked(self.loss.y_scale.log)

    def describe(self) -> tuple[Span, ...]:
        validated = tr("validation, batches pale")
        what = validated if self.loss.scores else tr("batches, smoothed")
        if self.comparison and self.comparison.plan.searches:
            what = tr("validation of the best trial so far")
        if self.comparison and self.comparison.turn > 0:
            seeds = tr("mean and range of {count} seeds", count=self.comparison.turn + 1)
            what = f"{what} · {seeds}"
        legend = self.legend()
        return (*legend, Span("  ·  "), Span(what)) if legend else (Span(what),)

    def add_actions(self, menu: QMenu) -> None:
        choices = {
            tr("Loss axis: automatic"): None,
            tr("Linear"): False,
            tr("Logarithmic"): True,
        }
        add_choice(menu, dict(choices), self.log, self.set_log)

    def set_log(self, log: object) -> None:
        """Make the loss axis logarithmic, linear, or (None) automatic."""
        self.log = None if log is None else bool(log)
        if self.comparison:
            self.show_comparison(self.comparison)

    def columns(self) -> Data:
        data: Data = {}
        for plot, figure in ((self.loss, "loss"), (self.accuracy, "accuracy")):
            for kind, bands in (("batches", plot.batches), ("validation", plot.scores)):
                for label, band in bands.items():
                    name = f"{label}: {kind} {figure}"
                    data[f"{label}: {kind} {plot.unit}"] = band.x
                    data[name] = band.mean
                    if self.comparison and self.comparison.turn > 0:
                        data[f"{name}, least"], data[f"{name}, greatest"] = band.low, band.high
        return data


def _at(x: np.ndarray, values: np.ndarray, at: float) -> float:
    """The value nearest to x; NaN beyond the ends."""
    known = np.isfinite(values)
    if not known.any():
        return math.nan
    x, values = x[known], values[known]
    step = (x[-1] - x[0]) / max(x.size - 1, 1)
    if at > x[-1] + 2 * step:
        return math.nan
    return float(values[np.abs(x - at).argmin()])


def _greatest(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max(initial=-math.inf))


def _least(values: np.ndarray, above: float = -math.inf) -> float:
    known = values[np.isfinite(values) & (values > above)]
    return float(known.min(initial=math.inf))


def _last(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else math.nan
