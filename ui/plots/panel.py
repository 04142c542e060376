"""One plot: its place, its axes, and what stands still in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from ui.plots.ink import Ink
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats, Scale
from ui.plots.text import LEFT, RIGHT, paint_label
from ui.plots.ticks import Tick, ticks

__all__ = ["GAP", "Panel", "ReadOut", "Row"]

GAP = 6.0
# Least distance between ticks, in logical pixels.
X_SPACING, Y_SPACING = 74.0, 27.0
MOST_Y_TICKS = 7


class Panel:
    """A rectangle with a horizontal and a vertical scale.

    `place` lays the panel out, `paint_still` paints grid, axes and tick labels (kept as a picture
    between frames), `paint_data` what changes with every frame.
    """

    def __init__(self, caption: str = "", x_name: str = "", log: bool = False) -> None:
        self.caption, self.x_name = caption, x_name
        self.x = Scale(0.0, 10.0)
        self.y = Scale(0.01, 1.0, log=True) if log else Scale(0.0, 1.0)
        self.percent = False
        self.rect = self.plot = QRectF()
        self.x_ticks: list[Tick] = []
        self.y_ticks: list[Tick] = []

    # Layout

    def place(self, rect: QRectF, ink: Ink) -> None:
        """Lay the panel out within `rect`."""
        line = ink.small_metrics.height()
        top = line + 4 if self.caption else line / 2
        bottom = line + GAP
        self.rect = rect
        height = rect.height() - top - bottom
        self.y_ticks = self._label(ticks(self.y, min(int(height / Y_SPACING), MOST_Y_TICKS)))
        left = self.gutter_left(ink)
        right = self.gutter_right(ink)
        self.plot = QRectF(
            round(rect.left() + left),
            round(rect.top() + top),
            round(max(rect.width() - left - right, 10.0)),
            round(max(height, 10.0)),
        )
        self.x_ticks = self._x_ticks(ink)

    def gutter_left(self, ink: Ink) -> float:
        widths = (ink.small_metrics.horizontalAdvance(tick.label) for tick in self.y_ticks)
        return max(widths, default=0.0) + GAP + 2

    def gutter_right(self, ink: Ink) -> float:
        return GAP * 2

    def _x_ticks(self, ink: Ink) -> list[Tick]:
        return ticks(self.x, int(self.plot.width() / X_SPACING))

    def _label(self, marks: list[Tick]) -> list[Tick]:
        if not self.percent:
            return marks
        return [Tick(tick.value, f"{100 * tick.value:.4g} %") for tick in marks]

    # Where values lie

    def px(self, values: Floats) -> Floats:
        """Horizontal places of values, in logical pixels."""
        return self.x.place(values, self.plot.left(), self.plot.width())

    def px_of(self, value: float) -> float:
        """Horizontal place of one value."""
        return self.plot.left() + self.plot.width() * self.x.at(value)

    def py(self, values: Floats) -> Floats:
        """Vertical places of values, in logical pixels."""
        return self.y.place(values, self.plot.bottom(), -self.plot.height())

    def x_of(self, place: float) -> float:
        """The value at a horizontal place."""
        return self.x.value((place - self.plot.left()) / self.plot.width())

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        """Everything that does not change with the data."""
        self._paint_grid(painter, ink)
        self._paint_x_labels(painter, ink)
        if self.caption:
            where = QRectF(self.plot.left(), self.rect.top() - 2, self.plot.width(), 14)
            paint_label(painter, where, LEFT, self.caption, ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        """Everything that does, as far as it lies within `clip`."""

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        """The values at a place, for the read-out."""
        return None

    def _paint_grid(self, painter: QPainter, ink: Ink) -> None:
        plot, line = self.plot, ink.small_metrics.height()
        labels = QRectF(self.rect.left(), 0, plot.left() - self.rect.left() - GAP, line)
        for tick in self.y_ticks:
            y = plot.bottom() - plot.height() * self.y.at(tick.value)
            painter.fillRect(QRectF(plot.left(), round(y), plot.width(), 1), ink.grid)
            labels.moveTop(y - line / 2)
            paint_label(painter, labels, RIGHT, tick.label, ink.muted, ink)
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), ink.axis)

    def _paint_x_labels(self, painter: QPainter, ink: Ink) -> None:
        plot, metrics = self.plot, ink.small_metrics
        for i, tick in enumerate(self.x_ticks):
            x = self.px_of(tick.value)
            painter.fillRect(QRectF(round(x), plot.bottom(), 1, 4), ink.axis)
            half = metrics.horizontalAdvance(tick.label) / 2
            # The first one names the unit: there is always room before the next.
            text = tick.label if i else f"{tick.label} {self.x_name}"
            where = QRectF(min(x - half, self.rect.right() - 2 * half), plot.bottom() + 4, 160, 14)
            paint_label(painter, where, LEFT, text, ink.muted, ink)
