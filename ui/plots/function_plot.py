"""A function and its derivative in a small plot with fixed axes and a one-line read-out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from ui.plots.item import FRONT, PlotObject
from ui.plots.plot import Plot
from ui.plots.readout import ReadOut
from ui.plots.scale import Floats, Scale
from ui.plots.series import Curve, Rules
from ui.plots.style import PaintStyle
from ui.plots.text import LEFT, Span, paint_label, paint_spans, plain

INSET, BASELINE = 8.0, 16.0


class FunctionPlot(Plot):
    """f solid, f′ dashed, over x from −`reach` to `reach` and values from `low` to `high`.

    The ranges are fixed, so that slopes can be compared. `reading` makes the read-out for a value
    of x; without a pointer the curves are named instead.
    """

    def __init__(self, reach: float, low: float, high: float, reading: Callable[[float], str]):
        super().__init__(axes=False, grid=False)
        self.box.setMouseEnabled(x=False, y=False)
        self.reach, self._reading = reach, reading
        self.pointed: float | None = None
        self.set_home(x=Scale(-reach, reach), y=Scale(low, high))
        self.add(Rules("border", upright=False, dash=())).set_data((0.0, 1.0))
        self.add(Rules("border", dash=())).set_data((0.0,))
        self.add(UnitLabel())
        self.slope = self.add(Curve("muted", 1.5, dash=(3, 2.5)))
        self.function = self.add(Curve("accent", 2.0, fine=True))
        self.cross_line = self.add(Rules("muted", dash=()))
        self.words = self.add(Words())

    def set_functions(self, x: Floats, f: Floats, slope: Floats) -> None:
        """Show another function and its derivative."""
        self.function.set_data(x, f)
        self.slope.set_data(x, slope)

    def spans(self) -> tuple[Span, ...]:
        """The text in the corner: the values under the pointer, or the names of the curves."""
        if self.pointed is not None:
            return (Span(self._reading(self.pointed), "text"),)
        return Span("f", "accent"), Span("  "), Span("f′", "muted")

    def point_at(self, x: float | None) -> None:
        """Show the values at x, or none."""
        if x != self.pointed:
            self.pointed = x if x is not None and abs(x) <= self.reach else None
            self.cross_line.set_data([] if self.pointed is None else [self.pointed])
            self.words.update()

    def data_changed(self) -> None:
        """Do nothing: the ranges are fixed."""

    def gutter_right(self, style: PaintStyle) -> float:
        return 0.0

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        self.point_at(self.x_of(place.x()))
        return None


class UnitLabel(PlotObject):
    """A small 1 beside the horizontal line at that value."""

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert plot is not None
        place = plot.y_scale.at(1.0)
        y = plot.frame.bottom() - place * plot.frame.height()
        where = QRectF(plot.px_of(0.0) - 10, y - 15, 10, 14)
        paint_label(painter, where, LEFT, "1", style.muted, style)


class Words(PlotObject):
    """The text in the corner of a `FunctionPlot`."""

    layer = FRONT

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        plot = self.plot
        assert isinstance(plot, FunctionPlot)
        frame, spans = plot.frame, plot.spans()
        if plot.pointed is not None:
            width = style.metrics.horizontalAdvance(plain(spans)) + 8
            background = style.role("field")
            painter.fillRect(
                QRectF(frame.left() + INSET - 4, frame.top() + 2, width, 18), background
            )
        left, baseline = frame.left() + INSET, frame.top() + BASELINE
        paint_spans(painter, left, baseline, frame.width() - INSET, spans, style)
