"""Loss and accuracy of all runs of a comparison, over each other"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QWidget

from core.gallery.comparison import ACCURACY, LOSS, Band, Comparison
from ui.pages.gallery.scales import log_floor, wants_log
from ui.pages.gallery.styles import draw, fill
from ui.pages.gallery.view import ComparisonView
from ui.plots.canvas import beside
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut, Row
from ui.plots.scale import Scale, settle
from ui.plots.stroke import Polyline
from ui.plots.text import Span
from ui.plots.ticks import number
from ui.views.canvas_view import Data, add_choice


class RunsPanel(Panel):
    """One figure of every run: the mean over the seeds, and a band where there are several.

    Where runs are validated the validation score is the line and the batches stand back.
    """

    def __init__(self, view: CurvesView, figure: int, caption: str) -> None:
        super().__init__(caption, "steps")
        self._view, self.figure = view, figure
        self.percent = figure == ACCURACY
        self.batches: dict[str, Band] = {}
        self.scores: dict[str, Band] = {}
        self._line = Polyline()

    def lines(self) -> dict[str, Band]:
        """What stands for each run."""
        return {label: self.scores.get(label) or self.batches[label] for label in self.batches}

    def absorb(self, comparison: Comparison) -> bool:
        epochs = comparison.in_epochs
        runs = comparison.runs.values()
        self.batches = {run.label: run.band(self.figure, epochs) for run in runs}
        scores = {run.label: run.validation(self.figure, epochs) for run in runs}
        self.scores = {label: band for label, band in scores.items() if band.x.size}
        self.x_name = "epochs" if epochs else "steps"
        x = Scale(0.0, max(comparison.length, 1.0))
        y = self._scale()
        changed = (x, y) != (self.x, self.y)
        self.x, self.y = x, y
        return changed

    def _scale(self) -> Scale:
        bands = [*self.batches.values(), *self.scores.values()]
        highs = [_most(band.high) for band in self.lines().values()]
        highs = [high for high in highs if math.isfinite(high)]
        if not highs:
            return self.y
        low = min(_least(band.low) for band in bands)
        if self.percent:
            return Scale(settle(None, min(low, 0.999), 1.0).low, 1.0)
        high = max(highs)
        ends = [_last(band.mean) for band in self.lines().values()]
        if wants_log(highs, ends) if self._view.log is None else self._view.log:
            low = log_floor(highs, min(_least(band.low, above=0.0) for band in bands))
            return settle(self.y if self.y.log else None, low, high, log=True)
        return settle(self.y if not self.y.log else None, min(low, 0.0), high)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        painter.setClipRect(clip & self.plot.adjusted(0, -1, 1, 1))
        order = sorted(self.batches, key=lambda label: not self._view.stands_back(label))
        for label in order:
            self._paint_band(painter, ink, label)
        for label in order:
            self._paint_run(painter, ink, label)
        # Not restore(): an SVG would go on with the narrow clip.
        painter.setClipRect(clip)

    def _paint_band(self, painter: QPainter, ink: Ink, label: str) -> None:
        comparison = self._view.comparison
        if comparison is None or comparison.turn < 1 or self._view.stands_back(label):
            return
        band, color = self.lines()[label], self._view.styles[label].color
        low, high = self.py(band.low), self.py(band.high)
        fill(painter, self._line, self.px(band.x), low, high, color)

    def _paint_run(self, painter: QPainter, ink: Ink, label: str) -> None:
        style, line = self._view.styles[label], self._line
        back = self._view.stands_back(label)
        batches, scores = self.batches[label], self.scores.get(label)
        if scores:
            pale = ink.pale(style.color, 0.2 if back else 0.45)
            x, y = self.px(batches.x), self.py(batches.mean)
            draw(painter, line, x, y, style, ink, 1.0, pale)
        main = scores or batches
        color = ink.pale(style.color, 0.25) if back else style.color
        width = 1.0 if back else 2.2 if self._view.emphasised else 1.6
        x, y = self.px(main.x), self.py(main.mean)
        draw(painter, line, x, y, style, ink, width, color)

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        at = self.x_of(place.x())
        if not 0 <= at <= self.x.high:
            return None
        rows = []
        for label, band in self.lines().items():
            value, low, high = (_at(band.x, v, at) for v in (band.mean, band.low, band.high))
            text = self.text(value)
            if high > low and math.isfinite(value):
                text += f"  {self.text(low)} … {self.text(high)}"
            rows.append(Row(self._view.styles[label].color, label, text))
        title = f"epoch {at:.3g}" if self.x_name == "epochs" else f"step {at:,.0f}"
        return ReadOut(self.plot, self.px_of(at), title, rows)

    def text(self, value: float) -> str:
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number(value)


class CurvesView(ComparisonView):
    """Loss and accuracy over the run, one colour a run."""

    key = "gallery_curves"
    title = "Learning curves"
    about = "Loss and accuracy of all runs, over each other"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log: bool | None = None
        self.loss = RunsPanel(self, LOSS, "Loss")
        self.accuracy = RunsPanel(self, ACCURACY, "Accuracy")
        self.panels = [self.loss, self.accuracy]

    def absorb(self, comparison: Comparison) -> bool:
        loss, accuracy = self.loss.absorb(comparison), self.accuracy.absorb(comparison)
        return loss or accuracy

    def arrange(self, area: QRectF, ink: Ink) -> None:
        for panel, part in zip(self.panels, beside(area, (0.5, 0.5)), strict=True):
            panel.place(part, ink)

    def describe(self) -> tuple[Span, ...]:
        what = "validation, batches pale" if self.loss.scores else "batches, smoothed"
        if self.comparison and self.comparison.turn > 0:
            what += f" · mean and range of {self.comparison.turn + 1} seeds"
        legend = self.legend()
        return (*legend, Span("  ·  "), Span(what)) if legend else (Span(what),)

    def add_actions(self, menu: QMenu) -> None:
        choices = {"Loss axis as fits": None, "Linear": False, "Logarithmic": True}
        add_choice(menu, dict(choices), self.log, self.set_log)

    def set_log(self, log: bool | None) -> None:
        """A logarithmic axis for the loss, a linear one, or (None) whichever fits."""
        self.log = log
        if self.comparison:
            self.show_comparison(self.comparison)

    def columns(self) -> Data:
        data: Data = {}
        for panel, figure in ((self.loss, "loss"), (self.accuracy, "accuracy")):
            for kind, bands in (("batches", panel.batches), ("validation", panel.scores)):
                for label, band in bands.items():
                    name = f"{label}: {kind} {figure}"
                    data[f"{label}: {kind} {panel.x_name}"] = band.x
                    data[name] = band.mean
                    if self.comparison and self.comparison.turn > 0:
                        data[f"{name}, least"], data[f"{name}, greatest"] = band.low, band.high
        return data


def _at(x: np.ndarray, values: np.ndarray, at: float) -> float:
    """The value nearest to a place where there is one; NaN beyond the ends."""
    known = np.isfinite(values)
    if not known.any():
        return math.nan
    x, values = x[known], values[known]
    step = (x[-1] - x[0]) / max(x.size - 1, 1)
    if at > x[-1] + 2 * step:
        return math.nan
    return float(values[np.abs(x - at).argmin()])


def _most(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max(initial=-math.inf))


def _least(values: np.ndarray, above: float = -math.inf) -> float:
    known = values[np.isfinite(values) & (values > above)]
    return float(known.min(initial=math.inf))


def _last(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else math.nan
