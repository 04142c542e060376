"""Histograms of the activations: a row for every run, a column for every layer, the same axes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from core.gallery.axes import Range, common, rebinned
from core.gallery.comparison import Comparison, Run
from core.gallery.experiment import Plan
from core.telemetry.frame import BINS, Frame
from ui.pages.gallery.matrix import FOOT, HEAD, Cell, MatrixPanel
from ui.pages.gallery.view import ComparisonView
from ui.plots.ink import Ink
from ui.plots.text import Span
from ui.views.canvas_view import Data

ROW, TALLEST_ROW = 46, 110


class ActivationsView(ComparisonView):
    """The activations of every layer of every run. Runs with the same activation function have
    the same axis, so that they can be compared."""

    key = "gallery_activations"
    title = "Activations"
    about = "How the activations of each layer are spread, run below run"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = MatrixPanel(self)
        self.panels = [self.matrix]
        self._axes: dict[str, Range] = {}
        self._groups: dict[str, str] = {}
        self._comparison: Comparison | None = None
        self._untrained = False

    def absorb(self, comparison: Comparison) -> bool:
        runs = [run for run in comparison.runs.values() if run.before and run.now]
        if comparison is not self._comparison or not self._axes:
            self._comparison, self._untrained = comparison, comparison.plan.steps == 0
            self._groups = {run.label: _group(run) for run in runs}
            self._axes = {}
        axes = self._axes
        self._axes = self._settled_axes(runs)
        known, places = self.matrix.rows, {}
        for label, cells in known.items():
            places[label] = [cell.plot for cell in cells]
        names = self._layer_names(runs)
        rows = {run.label: self._cells(run) for run in runs}
        changed = (names, axes, list(rows)) != (self.matrix.names, self._axes, list(known))
        self.matrix.rows, self.matrix.names = rows, names
        for label, cells in rows.items():
            for cell, plot in zip(cells, places.get(label, []), strict=False):
                cell.plot = plot
        return changed or any(len(rows[label]) != len(known[label]) for label in rows)

    def _settled_axes(self, runs: list[Run]) -> dict[str, Range]:
        """The axes that suit the runs as they are now; known ones stay while they serve."""
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
            cells.append(Cell(axis, first, last))
        return cells

    def _layer_names(self, runs: list[Run]) -> list[str]:
        most: tuple[str, ...] = ()
        for run in runs:
            if run.before and len(run.before.layers) > len(most):
                most = run.before.layers
        return list(most)

    def closes_group(self, label: str) -> bool:
        """Whether the axes of this run's row do not go on in the next row."""
        labels = list(self._groups)
        after = labels[labels.index(label) + 1 :]
        return not after or self._groups[after[0]] != self._groups[label]

    def wanted_height(self, plan: Plan) -> int:
        keys = [variant.spec.network.activation.key for variant in plan.variants]
        feet = 1 + sum(a != b for a, b in pairwise(keys))
        each = min(TALLEST_ROW, max(ROW, 240 // len(keys)))
        return int(len(keys) * each + HEAD + FOOT * feet + 10)

    def arrange(self, area: QRectF, ink: Ink) -> None:
        self.matrix.place(area, ink)

    def describe(self) -> tuple[Span, ...]:
        if self.comparison and self.comparison.plan.steps == 0:
            return (Span("before the first step, one axis for each function"),)
        return (Span("now, and before the first step as outline; one axis for each function"),)

    def columns(self) -> Data:
        data: Data = {}
        for label, cells in self.matrix.rows.items():
            for column, cell in self.matrix.columns(cells):
                name = f"{label}, {self.matrix.names[column]}"
                edges = np.linspace(cell.axis.low, cell.axis.high, BINS + 1)
                data[f"{name}: from"], data[f"{name}: to"] = edges[:-1], edges[1:]
                data[f"{name}: share before"] = cell.before.inside
                data[f"{name}: share now"] = cell.now.inside
        return data


def _group(run: Run) -> str:
    return run.spec.network.activation.key


def _range(frame: Frame, layer: int) -> Range:
    histograms = frame.activations
    assert histograms is not None
    return Range(float(histograms.low[layer]), float(histograms.high[layer]))
