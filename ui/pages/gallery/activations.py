"""Histograms of the activations: a row for every run, a column for every layer, the same axes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtWidgets import QWidget

from core.base.translation import tr
from core.gallery.axes import Range, common, rebinned
from core.gallery.comparison import Comparison, Run
from core.gallery.experiment import Plan
from core.telemetry.frame import BINS, Frame
from ui.pages.gallery.view import ComparisonView
from ui.plots.pictures.histogram_matrix import FOOT, HEAD, Cell, HistogramMatrix
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.plot_view import Data
from ui.plots.text import Span

ROW, TALLEST_ROW = 46, 110


class ActivationsView(ComparisonView):
    """The activations of every layer of every run. Runs with the same activation function have
    the same axis, so that they can be compared."""

    key = "gallery_activations"
    title = "Activations"
    about = "Distribution of the activations of every layer, one row per run"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._axes: dict[str, Range] = {}
        self._groups: dict[str, str] = {}
        self._of: Comparison | None = None
        self._untrained = False
        super().__init__(parent)

    def build(self) -> None:
        self.matrix = HistogramMatrix()
        self.add_plot(SinglePicturePlot(self.matrix))

    def show_runs(self, comparison: Comparison) -> None:
        runs = [run for run in comparison.runs.values() if run.before and run.now]
        if comparison is not self._of or not self._axes:
            self._of, self._untrained = comparison, comparison.plan.steps == 0
            self._groups = {run.label: _group(run) for run in runs}
            self._axes = {}
        self._axes = self._settled_axes(runs)
        rows = {run.label: self._cells(run) for run in runs}
        ends = [label for label in rows if self.closes_group(label)]
        pale = [label for label in rows if self.stands_back(label)]
        self.matrix.set_data(rows, self._layer_names(runs), self.styles, ends, pale)

    def _settled_axes(self, runs: list[Run]) -> dict[str, Range]:
        """The axes for the present runs; an axis is kept while it still fits."""
        ranges: dict[str, list[Range]] = {}
        for run in runs:
            frame = run.now
            assert frame is not None
            for i in range(len(frame.layers)):
                ranges.setdefault(self._axis_of(run.label, frame, i), []).append(_range(frame, i))
        settled = {}
        for key, each in ranges.items():
            wanted, known = common(each), self._axes.get(key)
            serves = known is not None and known.high / 2 <= wanted.high <= known.high
            settled[key] = known if known and serves and known.low <= wanted.low else wanted
        return settled

    def _axis_of(self, label: str, frame: Frame, layer: int) -> str:
        return "output" if layer == len(frame.layers) - 1 else self._groups[label]

    def _cells(self, run: Run) -> list[Cell]:
        before, now = run.before, run.now
        assert before is not None
        assert now is not None
        assert before.activations is not None
        assert now.activations is not None
        untrained = now is before or self._untrained
        cells = []
        for i in range(len(before.layers)):
            axis = self._axes[self._axis_of(run.label, before, i)]
            first = rebinned(before.activations, i, axis)
            last = first if untrained else rebinned(now.activations, i, axis)
            cells.append(Cell(axis.low, axis.high, last, None if untrained else first))
        return cells

    def _layer_names(self, runs: list[Run]) -> list[str]:
        most: tuple[str, ...] = ()
        for run in runs:
            if run.before and len(run.before.layers) > len(most):
                most = run.before.layers
        return list(most)

    def closes_group(self, label: str) -> bool:
        """Whether the next row has other axes."""
        labels = list(self._groups)
        after = labels[labels.index(label) + 1 :]
        return not after or self._groups[after[0]] != self._groups[label]

    def wanted_height(self, plan: Plan) -> int:
        keys = [variant.spec.network.activation.key for variant in plan.variants]
        feet = 1 + sum(a != b for a, b in pairwise(keys))
        each = min(TALLEST_ROW, max(ROW, 240 // len(keys)))
        return int(len(keys) * each + HEAD + FOOT * feet + 10)

    def describe(self) -> tuple[Span, ...]:
        if self.comparison and self.comparison.plan.steps == 0:
            return (Span(tr("before the first step, one axis for each function")),)
        text = tr("now, and before the first step as outline; one axis for each function")
        return (Span(text),)

    def columns(self) -> Data:
        data: Data = {}
        for label, cells in self.matrix.cells.items():
            for column, cell in self.matrix.columns(cells):
                name = f"{label}, {self.matrix.names[column]}"
                edges = np.linspace(cell.low, cell.high, BINS + 1)
                data[f"{name}: from"], data[f"{name}: to"] = edges[:-1], edges[1:]
                data[f"{name}: share before"] = (cell.before or cell.now).inside
                data[f"{name}: share now"] = cell.now.inside
        return data


def _group(run: Run) -> str:
    return run.spec.network.activation.key


def _range(frame: Frame, layer: int) -> Range:
    histograms = frame.activations
    assert histograms is not None
    return Range(float(histograms.low[layer]), float(histograms.high[layer]))
