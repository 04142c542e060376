"""Histograms of the activations: a row for every run, a column for every layer, the same axes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from core.gallery.axes import Range, Shape, common, rebinned
from core.gallery.comparison import Comparison, Run
from core.gallery.experiment import Plan
from core.telemetry import BINS, Frame
from ui.gallery.styles import paint_swatch
from ui.gallery.view import ComparisonView
from ui.plot.ink import Ink
from ui.plot.panel import Panel, ReadOut, Row
from ui.plot.scale import Floats
from ui.plot.stroke import Polyline
from ui.plot.text import CENTER, LEFT, RIGHT, Span, paint_label
from ui.plot.ticks import number
from ui.views.view import Data

ROW, TALLEST_ROW = 46, 110
HEAD, FOOT = 18.0, 16.0
BETWEEN, APART = 12.0, 8.0
LABEL = 200.0
# A bin this many times as tall as any other is cut off, so that the rest can be seen.
TOWER, CUT = 2.5, 1.3
# Less than this share of the values beyond the axis goes without saying.
FEW = 0.01


class Cell:
    """A layer of a run: where it is drawn, its axis, and what it looked like before and now."""

    def __init__(self, axis: Range, before: Shape, now: Shape) -> None:
        self.axis, self.before, self.now = axis, before, now
        self.plot = QRectF()


class MatrixPanel(Panel):
    """Rows of runs, columns of layers; the state before the first step is an outline."""

    def __init__(self, view: ActivationsView) -> None:
        super().__init__()
        self._view = view
        self.rows: dict[str, list[Cell]] = {}
        self.names: list[str] = []
        self._line = Polyline()

    def place(self, rect: QRectF, ink: Ink) -> None:
        self.rect = self.plot = rect
        if not self.rows:
            return
        widest = max(ink.small_metrics.horizontalAdvance(label) for label in self.rows)
        left = min(widest + 40, LABEL)
        width = (rect.width() - left) / max(len(self.names), 1)
        feet = sum(self._view.closes_group(label) for label in self.rows)
        height = (rect.height() - HEAD - FOOT * feet) / len(self.rows)
        y = rect.top() + HEAD
        for label, cells in self.rows.items():
            top, bottom = round(y), round(y + height - APART)
            for column, cell in self.columns(cells):
                x = round(rect.left() + left + column * width)
                cell.plot = QRectF(x, top, round(width - BETWEEN), bottom - top)
            y += height + (FOOT if self._view.closes_group(label) else 0.0)

    def columns(self, cells: list[Cell]) -> list[tuple[int, Cell]]:
        """The cells of a row with their columns: the output stands in the last one."""
        last = len(self.names) - 1
        return [(last if cell is cells[-1] else i, cell) for i, cell in enumerate(cells)]

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        for label, cells in self.rows.items():
            self._paint_label(painter, ink, label, cells[0].plot)
            for cell in cells:
                line = QRectF(cell.plot.left(), cell.plot.bottom(), cell.plot.width(), 1)
                painter.fillRect(line, ink.axis)
        self._paint_heads(painter, ink)

    def _paint_label(self, painter: QPainter, ink: Ink, label: str, plot: QRectF) -> None:
        middle = plot.center().y()
        left = self.rect.left()
        paint_swatch(painter, QPointF(left, middle), self._view.styles[label])
        room = plot.left() - left - 34
        text = ink.small_metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        back = self._view.stands_back(label)
        color = ink.pale(ink.text, 0.4) if back else ink.text
        paint_label(painter, QRectF(left + 24, middle - 8, room + 10, 16), LEFT, text, color, ink)

    def _paint_heads(self, painter: QPainter, ink: Ink) -> None:
        """The layers' names above, the axes' ends below where they hold for all rows."""
        named: set[int] = set()
        colors = ink.layer_colors(len(self.names))
        for cells in self.rows.values():
            for column, cell in self.columns(cells):
                if column in named:
                    continue
                named.add(column)
                plot = cell.plot
                where = QRectF(plot.left() - 10, self.rect.top() - 2, plot.width() + 20, HEAD - 4)
                paint_label(painter, where, CENTER, self.names[column], colors[column], ink)
        for label, cells in self.rows.items():
            if self._view.closes_group(label):
                for cell in cells:
                    self._paint_ends(painter, ink, cell)

    def _paint_ends(self, painter: QPainter, ink: Ink, cell: Cell) -> None:
        plot = cell.plot
        where = QRectF(plot.left(), plot.bottom() + 1, plot.width(), 13)
        low, high = _short(cell.axis.low), _short(cell.axis.high)
        if ink.small_metrics.horizontalAdvance(low + high) < plot.width() - 8:
            paint_label(painter, where, LEFT, low, ink.muted, ink)
            paint_label(painter, where, RIGHT, high, ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        for label, cells in self.rows.items():
            back = self._view.stands_back(label)
            for column, cell in self.columns(cells):
                if not (clip & cell.plot).isEmpty():
                    color = ink.layer_colors(len(self.names))[column]
                    self._paint_cell(painter, ink, cell, color, back)

    def _paint_cell(
        self, painter: QPainter, ink: Ink, cell: Cell, color: QColor, back: bool
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        edges = cell.plot.left() + cell.plot.width() * np.arange(BINS + 1) / BINS
        edges = np.rint(edges * ink.ratio) / ink.ratio
        self._outline(cell.plot, edges, cell.now)
        painter.setPen(ink.hairline(ink.pale(color, 0.4) if back else color))
        painter.setBrush(ink.brush(ink.pale(color, 0.15 if back else 0.42)))
        painter.drawPolygon(self._line.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if cell.before is not cell.now:
            self._outline(cell.plot, edges, cell.before)
            painter.setPen(ink.hairline(ink.pale(ink.text, 0.3 if back else 0.75)))
            painter.drawPolyline(self._line.polygon)
        self._paint_beyond(painter, ink, cell)

    def _outline(self, plot: QRectF, edges: Floats, shape: Shape) -> None:
        points = self._line.points(2 * BINS + 2)
        points[0:-1:2, 0] = points[1::2, 0] = edges
        tops = plot.bottom() - np.minimum(shape.inside / _full(shape), 1.0) * (plot.height() - 2)
        points[:, 1] = plot.bottom()
        points[1:-1:2, 1] = points[2:-1:2, 1] = tops

    def _paint_beyond(self, painter: QPainter, ink: Ink, cell: Cell) -> None:
        """The share of values beyond the axis."""
        where = QRectF(cell.plot.left() - 2, cell.plot.top() - 1, cell.plot.width() + 4, 13)
        shape = cell.now
        for share, text, align in ((shape.under, "‹ {}", LEFT), (shape.over, "{} ›", RIGHT)):
            if share > FEW:
                words = text.format(f"{100 * share:.0f} %")
                paint_label(painter, where, align, words, ink.muted, ink)
        if shape.missing > 0:
            where.moveTop(cell.plot.center().y() - 6)
            paint_label(painter, where, CENTER, "NaN", QColor(ink.theme.bad), ink)

    # Reading off

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        for label, cells in self.rows.items():
            for column, cell in self.columns(cells):
                if cell.plot.adjusted(-4, -4, 4, 4).contains(place):
                    color = ink.layer_colors(len(self.names))[column]
                    return self._read_bin(place, f"{label}, {self.names[column]}", cell, color)
        return None

    def _read_bin(self, place: QPointF, title: str, cell: Cell, color: QColor) -> ReadOut:
        share = (place.x() - cell.plot.left()) / cell.plot.width()
        at = int(np.clip(share * BINS, 0, BINS - 1))
        width = (cell.axis.high - cell.axis.low) / BINS
        low = cell.axis.low + at * width
        rows = [Row(color, f"{number(low)} … {number(low + width)}", "")]
        moments = [("now", cell.now)]
        if cell.before is not cell.now:
            moments.insert(0, ("before the first step", cell.before))
        for name, shape in moments:
            rows.append(Row(None, name, f"{100 * shape.inside[at]:.1f} %"))
            if shape.over + shape.under > FEW:
                beyond = f"{100 * (shape.over + shape.under):.1f} %"
                rows.append(Row(None, "beyond the axis", beyond))
        x = cell.plot.left() + (at + 0.5) * cell.plot.width() / BINS
        return ReadOut(cell.plot, x, title, rows)


class ActivationsView(ComparisonView):
    """The activations of every layer of every run. Runs with the same activation function have
    the same axis, so that they can be compared."""

    key = "gallery_activations"
    title = "Activations"
    about = "How the activations of each layer are spread, run below run."

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
        """How high this view should be for the runs of a plan."""
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


def _full(shape: Shape) -> float:
    """The share that is drawn at full height: that of the tallest bin, unless it towers."""
    second, most = np.partition(shape.inside, -2)[-2:]
    if second > 0 and most > TOWER * second:
        most = CUT * second
    # With all values inside and evenly spread each bin has as much: less is shown as less.
    return max(float(most), 1 / BINS)


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}".replace("-", "−").replace("e+0", "e")
