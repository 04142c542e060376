"""The thumbnail on a card: recorded runs of the experiment in the theme's colours."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPixmap

from core.gallery.axes import Shape
from core.gallery.experiment import Experiment
from core.gallery.recording import recorded
from ui.pages.gallery.scales import log_floor, wants_log
from ui.plots.item import PlotObject
from ui.plots.pictures.histogram_matrix import Cell, HistogramMatrix
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView
from ui.plots.run_styles import RunStyle, run_styles
from ui.plots.scale import Floats, Scale, round_range
from ui.plots.series import Curve, Dots, Rules
from ui.plots.snapshot import pixmap
from ui.plots.style import PaintStyle
from ui.theme import Theme

LEAST, DECADES = 1e-30, 12.0
DOT = 2.2
# Horizontal grid lines, as shares of the height.
LEVELS = 0.25, 0.5, 0.75, 1.0


def picture(experiment: Experiment, size: QSize, theme: Theme, ratio: float) -> QPixmap:
    """A thumbnail of an experiment's recorded runs; empty if nothing is recorded."""
    view = _painter()
    view.show_experiment(experiment)
    return pixmap(view, size, theme, ratio)


class BarePlot(Plot):
    """Lines from edge to edge, without axes."""

    def __init__(self) -> None:
        super().__init__(axes=False)

    def gutter_right(self, style: PaintStyle) -> float:
        return 0.0


class RecordedRuns(PlotView):
    """Recorded curves, gradients or histograms without axes or labels."""

    def build(self) -> None:
        self.lines = self.add_plot(BarePlot())
        self.grid = self.lines.add(Rules("grid", upright=False, dash=()))
        self.ground = self.lines.add(Rules(lambda style: style.axis, upright=False, dash=()))
        self.matrix = HistogramMatrix()
        self.matrix.bare = True
        self.matrix_plot = self.add_plot(SinglePicturePlot(self.matrix))
        self._items: list[PlotObject] = []
        self._shows_matrix = False

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        shown = self.matrix_plot if self._shows_matrix else self.lines
        self.place({shown: self.bounds.adjusted(0, 0, 0, -1)})

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the record of another experiment."""
        self.ensure_built()
        for item in self._items:
            self.lines.remove(item)
        self._items = []
        record = recorded().get(experiment.key)
        self.set_empty(not record)
        if not record:
            return
        runs = {label: np.array(values, float) for label, values in record["runs"].items()}
        labels = [variant.label for variant in experiment.plans[record["data"]].variants]
        kind = experiment.views[0]
        self._shows_matrix = kind == "activations"
        if self._shows_matrix:
            self._show_histograms(runs)
        else:
            self._show_lines(runs, run_styles(labels), dots=kind == "gradients")

    def _show_lines(self, runs: dict[str, Floats], styles: dict[str, RunStyle], dots: bool) -> None:
        scale = _scale(list(runs.values()), log=dots)
        longest = max(values.size for values in runs.values())
        if scale.log != self.lines.y_scale.log:
            self.lines.set_log(scale.log)
        self.lines.set_home(Scale(0.0, float(longest)), scale)
        self.grid.set_data([scale.value(share) for share in LEVELS])
        self.ground.set_data([scale.low])
        for label, values in runs.items():
            if label not in styles:
                continue
            color, dash = styles[label]
            x = np.arange(values.size) + 0.5
            y = np.where(np.isfinite(values), np.maximum(values, LEAST), np.nan)
            items: list[Curve | Dots] = [Curve(color, 1.4, dash=dash)]
            if dots:
                items.append(Dots(color, DOT, rim=color))
            for item in items:
                self._items.append(self.lines.add(item))
                item.set_data(x, y)

    def _show_histograms(self, runs: dict[str, Floats]) -> None:
        rows = {
            label: [Cell(0.0, 1.0, Shape(shares, 0.0, 0.0, 0.0)) for shares in values]
            for label, values in runs.items()
        }
        # As in the views, where the output layer has the last colour; it is left out here.
        names = [""] * (max(map(len, rows.values())) + 1)
        self.matrix.set_data(rows, names, run_styles(list(runs)))


@cache
def _painter() -> RecordedRuns:
    """The view that draws all thumbnails, one after another."""
    return RecordedRuns()


def _scale(runs: list[Floats], log: bool) -> Scale:
    known = [values[np.isfinite(values) & (values > LEAST)] for values in runs]
    known = [values for values in known if values.size]
    if not known:
        return Scale(0.0, 1.0)
    highs = [float(values.max()) for values in known]
    low, high = min(float(values.min()) for values in known), max(highs)
    if log:
        return round_range(max(low, high * 10.0**-DECADES), high, log=True)
    if wants_log(highs, [float(values[-1]) for values in known]):
        return round_range(log_floor(highs, low), high, log=True)
    return Scale(0.0, 1.04 * high)
