"""A confusion matrix: true classes in rows, predicted classes in columns."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.base.translation import Message, tr
from core.telemetry.pictures import Confusion
from ui.plots import ramp
from ui.plots.item import PlotObject
from ui.plots.plot import Plot
from ui.plots.plot_area import GAP
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Scale
from ui.plots.style import PaintStyle
from ui.plots.text import given
from ui.plots.ticks import Tick, count
from ui.theme import Theme, channels

# The longer side of a cell is at most this many times the shorter one.
FLAT = 2.2
BETWEEN = 1.0
# A number is written only where this many pixels remain beside it.
PADDING = 3.0
# Names of rows take at most this share of the width.
MOST_NAMES = 0.32
RECALL, PRECISION = Message("Recall"), Message("Precision")


class ConfusionMatrix(PlotObject):
    """The cells, in a plot whose coordinates count rows and columns. Correct predictions are blue,
    shaded by their share of the row; errors orange, by its square root, so that a few are visible.
    The common cell of the other classes contains both and has the colour of the larger part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown: Confusion | None = None
        self.names: list[str] = []
        self._columns: list[int] = [0]
        self._rows: list[int] = [0]

    def set_data(self, data: Confusion, names: list[str]) -> None:
        """Set the counts of one validation."""
        self.shown, self.names = data, names
        self.update()

    def shares(self) -> NDArray[np.float64]:
        """Each count's share of its row."""
        assert self.shown
        counts = self.shown.counts.astype(float)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def place(self) -> None:
        """Divide the frame into cells of whole pixels."""
        if self.plot:
            edges = np.arange(len(self.names) + 1, dtype=np.float64)
            self._columns = np.rint(self.plot.px(edges)).astype(int).tolist()
            self._rows = np.rint(self.plot.py(-edges)).astype(int).tolist()

    def cell(self, row: int, column: int) -> QRectF:
        """The rectangle of one cell."""
        left, top = self._columns[column], self._rows[row]
        width, height = self._columns[column + 1] - left, self._rows[row + 1] - top
        return QRectF(left, top, width - BETWEEN, height - BETWEEN)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if self.shown is None:
            return
        colors = self._colors(style).tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        counts = self.shown.counts.tolist()
        fits = self.cell(0, 0).height() >= style.small_metrics.ascent() + 1
        for row, line in enumerate(counts):
            for column, n in enumerate(line):
                where, color = self.cell(row, column), colors[row][column]
                if not where.intersects(exposed):
                    continue
                painter.fillRect(where, QColor(color))
                if n and fits:
                    _write(painter, style, where, count(n), color)

    def _colors(self, style: PaintStyle) -> NDArray[np.uint32]:
        assert self.shown
        shares = self.shares()
        right = ramp.towards(style.theme, style.theme.positive)
        wrong = ramp.towards(style.theme, style.theme.negative)
        colors = ramp.colored(np.sqrt(shares), 0.0, 1.0, wrong)
        recall = np.nan_to_num(self.shown.recall)
        mainly = np.flatnonzero(2 * recall >= shares.diagonal())
        colors[mainly, mainly] = ramp.colored(recall[mainly], 0.0, 1.0, right)
        # Empty cells differ a little from the card.
        empty = np.uint32(QColor(style.pale(style.text, 0.04)).rgba())
        return np.where(self.shown.counts == 0, empty, colors)

    def labels(self) -> list[str]:
        """The names of the classes in the user's language."""
        return list(map(given, self.names))

    def read(self, place: QPointF) -> ReadOut | None:
        """The read-out of one cell."""
        plot = self.plot
        if self.shown is None or plot is None or not plot.frame.contains(place):
            return None
        last = len(self.names) - 1
        row = min(max(int(-plot.y_of(place.y())), 0), last)
        column = min(max(int(plot.x_of(place.x())), 0), last)
        total, some = int(self.shown.counts[row].sum()), int(self.shown.counts[row, column])
        found = int(self.shown.found[row])
        true, predicted = self.names[row], self.names[column]
        rows = [
            Row(None, tr("true"), given(true)),
            Row(None, tr("predicted"), given(predicted)),
            Row(None, tr("samples"), tr("{some:,} of {total:,}", some=some, total=total)),
            Row(None, tr("share of the row"), f"{100 * some / max(total, 1):.1f} %"),
            Row(None, tr("recall of {name}", name=true), _percent(self.shown.recall[row], 1)),
            Row(
                None,
                tr("precision of {name}", name=predicted),
                _percent(self.shown.precision[column], 1),
            ),
        ]
        if row == column and found != some:
            correct = tr("{some:,} of {total:,}", some=found, total=some)
            rows.insert(3, Row(None, tr("correct"), correct))
        cell = self.cell(row, column)
        spot = QRectF(cell.right(), cell.top(), 0, 0)
        return ReadOut(spot, cell.right(), tr("step {step:,}", step=self.shown.iteration), rows)


class Margins(PlotObject):
    """Recall at the end of each row, precision below each column."""

    clipped = False

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        if not isinstance(plot, ConfusionPlot) or not plot.has_margins or plot.zoomed:
            return
        matrix, frame, line = plot.matrix, plot.frame, style.small_metrics.height()
        if matrix.shown is None:
            return
        names_top = frame.bottom() + 4
        below, left = names_top + line + 1, frame.right() + GAP
        for i, share in enumerate(matrix.shown.recall.tolist()):
            top = matrix.cell(i, i).center().y() - line / 2
            style.write(painter, left, top, _percent(share), style.text)
        for i, share in enumerate(matrix.shown.precision.tolist()):
            text, middle = _percent(share), matrix.cell(i, i).center().x()
            style.write(painter, middle - style.width(text) / 2, below, text, style.text)
        style.write(painter, left, names_top, tr(RECALL), style.muted)
        room = frame.left() - GAP - plot.rect_in_view.left()
        name = tr(PRECISION) if style.width(tr(PRECISION)) <= room else tr("Prec.")
        style.write(painter, frame.left() - GAP - style.width(name), below, name, style.muted)


class ConfusionPlot(Plot):
    """The matrix with the names of its classes beside and below it, as large as fits, and where
    there is room with recall and precision."""

    def __init__(self) -> None:
        super().__init__(grid=False)
        self.tick_marks = False
        self.has_margins = False
        self.matrix = self.add(ConfusionMatrix())
        self.margins = self.add(Margins())

    def set_data(self, data: Confusion, names: list[str]) -> None:
        """Set the counts of one validation."""
        other = names != self.matrix.names
        self.matrix.set_data(data, names)
        self.margins.update()
        if other:
            n = float(len(names))
            self.box.setLimits(xMin=0.0, xMax=n, yMin=-n, yMax=0.0)
            self.show_all()
            self.set_home(Scale(0.0, n), Scale(-n, 0.0))
            if self.view:
                self.view.relayout()

    def fitting(self, rect: QRectF, style: PaintStyle) -> QRectF:
        """The area covered by cells of an acceptable shape."""
        n, line = max(len(self.matrix.names), 1), style.small_metrics.height()
        above, below = (line + 4 if self.caption else 2.0), line + GAP
        self.has_margins = True
        gutter = self.gutter_left(style) + self.gutter_right(style)
        wide, high = rect.width() - gutter, rect.height() - above - below - line - 1
        self.has_margins = wide / n >= style.width("100 %") + 2 and high / n >= line
        if not self.has_margins:
            gutter = self.gutter_left(style)
            wide, high = rect.width() - gutter, rect.height() - above - below
        else:
            below += line + 1
        cell_high = max(high / n, 2.0)
        cell_wide = max(min(wide / n, FLAT * cell_high), 2.0)
        cell_high = min(cell_high, FLAT * cell_wide)
        spare = max(0.0, (wide - n * cell_wide) / 2)
        height = n * cell_high + above + below
        return QRectF(rect.left() + spare, rect.top(), n * cell_wide + gutter, height)

    def frame_in(self, rect: QRectF, style: PaintStyle) -> QRectF:
        line = style.small_metrics.height() + 1
        return super().frame_in(rect.adjusted(0, 0, 0, -line if self.has_margins else 0), style)

    def gutter_left(self, style: PaintStyle) -> float:
        names = self.matrix.labels()
        widest = max(map(style.small_metrics.horizontalAdvance, names), default=0.0)
        if self.has_margins:
            widest = max(widest, style.width(tr(PRECISION)))
        return min(widest + 2, MOST_NAMES * self.room.width()) + GAP

    def gutter_right(self, style: PaintStyle) -> float:
        return GAP + max(map(style.width, (tr(RECALL), "100 %"))) if self.has_margins else 0.0

    def _y_ticks(self, height: float) -> list[Tick]:
        if self.view is None:
            return []
        style, names = self.view.style_now, self.matrix.labels()
        line = style.small_metrics.height() + 1
        stride = max(1, math.ceil(line * self.y_scale.span / max(height, 1.0)))
        room = self.gutter_left(style) - GAP
        shown = range(0, len(names), stride)
        marks = [Tick(-i - 0.5, _elided(names[i], room, style)) for i in shown]
        return [tick for tick in marks if self.y_scale.holds(tick.value, tick.value)]

    def _x_ticks(self, style: PaintStyle) -> list[Tick]:
        names = self.matrix.labels()
        width = self.frame.width() / self.x_scale.span
        longest = max(map(style.small_metrics.horizontalAdvance, names), default=0.0)
        few = width < 20 and longest + 3 > width
        stride = max(1, math.ceil((min(longest, 34) + 4) / width)) if few else 1
        room = width * stride - 2
        marks = [
            Tick(i + 0.5, _elided(names[i], room, style)) for i in range(0, len(names), stride)
        ]
        return [tick for tick in marks if self.x_scale.holds(tick.value, tick.value)]

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        return self.matrix.read(place)


def _percent(share: float, digits: int = 0) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def _write(painter: QPainter, style: PaintStyle, where: QRectF, text: str, background: int) -> None:
    """A number in its cell, if there is room for it."""
    width = style.width(text)
    if width > where.width() - PADDING:
        return
    top = where.center().y() - style.small_metrics.height() / 2 + 0.5
    style.write(
        painter, where.center().x() - width / 2, top, text, legible(background, style.theme)
    )


@lru_cache(maxsize=1024)
def legible(background: int, theme: Theme) -> QColor:
    """The theme's text or card colour, white or black: the one with most contrast to the
    background."""
    colors = (QColor(color) for color in (theme.text, theme.card, "#ffffff", "#000000"))
    return max(colors, key=lambda color: _contrast(color, QColor(background)))


def _contrast(a: QColor, b: QColor) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(color)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _elided(text: str, room: float, style: PaintStyle) -> str:
    """Elide in the middle: class names often differ only at their ends."""
    return style.small_metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
