"""Gradient magnitudes of every layer, before the first step and now."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from core.base.translation import tr
from core.gallery.comparison import Comparison
from core.telemetry.frame import Frame
from ui.pages.gallery.runs_plot import RunsPlot
from ui.pages.gallery.view import ComparisonView
from ui.plots.item import resolve
from ui.plots.plot_view import Data, beside
from ui.plots.readout import ReadOut, Row
from ui.plots.run_styles import RunStyle, faded
from ui.plots.scale import Floats, Scale, settle
from ui.plots.series import Curve, Dots
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.ticks import Tick, number

# Smaller values are rounding errors and are drawn at the bottom.
LEAST, DECADES = 1e-30, 14.0
DOT = 3.0


class DepthsPlot(RunsPlot[tuple[Curve, Dots]]):
    """Mean |dE/dW| over depth, one line per run."""

    def __init__(self, view: GradientsView, caption: str) -> None:
        super().__init__(view, caption, log=True)
        self.tick_marks = False
        self._gradients_view = view
        self.frames: dict[str, Frame] = {}
        self.layers = 1

    def show_frames(self, frames: dict[str, Frame], layers: int, y: Scale) -> None:
        """Show the gradients of these frames over `depth` layers."""
        self.frames, self.layers = frames, layers
        self.make_items()
        self.set_home(Scale(0.0, float(layers)), y)
        for label, (line, dots) in self.items_by_run.items():
            back = self.comparison_view.stands_back(label)
            for item in (line, dots):
                item.setZValue(item.layer - (1 if back else 0))
            line.fade = 0.25 if back else 1.0
            dots.color = dots.rim = faded(self.styles[label].color, line.fade)
            values = frames[label].gradient if label in frames else np.empty(0)
            # NaN is left out, values that are too small are drawn at the bottom.
            shown = np.where(np.isfinite(values), np.maximum(values, y.low), np.nan)
            x = self.centers(values.size)
            line.set_data(x, shown)
            dots.set_data(x, shown)

    def centers(self, n: int) -> Floats:
        """The x values of the first n layers."""
        return np.arange(n, dtype=np.float64) + 0.5

    def items_of(self, style: RunStyle) -> tuple[Curve, Dots]:
        line = self.add(Curve(style.color, 1.3, dash=style.dash))
        return line, self.add(Dots(style.color, DOT, rim=style.color))

    def _x_ticks(self, style: PaintStyle) -> list[Tick]:
        name = self._gradients_view.layer_name
        marks = [Tick(i + 0.5, name(i)) for i in range(self.layers)]
        widest = max(style.small_metrics.horizontalAdvance(t.label) for t in marks) + 6
        room = max(self.frame.width(), 1.0) / self.x_scale.span
        stride = max(1, int(np.ceil(widest / room)))
        shown = [t for i, t in enumerate(marks) if (self.layers - 1 - i) % stride == 0]
        return [tick for tick in shown if self.x_scale.holds(tick.value, tick.value)]

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        i = min(max(int(self.x_of(place.x())), 0), self.layers - 1)
        rows = [
            Row(resolve(self.styles[label].color, style), tr(label), _shown(frame, i))
            for label, frame in self.frames.items()
            if i < frame.gradient.size
        ]
        name = self._gradients_view.layer_name(i)
        title = tr("layer {number}", number=name) if name.isdecimal() else tr("output")
        return ReadOut(self.frame, self.px_of(i + 0.5), title, rows) if rows else None


class GradientsView(ComparisonView):
    """Gradients over depth, before the first step and now, on the same axes."""

    key = "gallery_gradients"
    title = "Gradients over depth"
    about = "Gradient magnitudes of every layer, before the first step and later"

    _same_depth = True
    _both = True

    def build(self) -> None:
        self.before = self.add_plot(DepthsPlot(self, tr("Before the first step")))
        self.now = self.add_plot(DepthsPlot(self, tr("Now")))

    def show_runs(self, comparison: Comparison) -> None:
        runs = comparison.runs.values()
        before = {run.label: run.before for run in runs if run.before}
        now = {run.label: run.now for run in runs if run.now}
        ended = all(run.ended for run in runs) or comparison.turn > 0
        depths = [frame.gradient.size for frame in before.values()]
        self._same_depth = len(set(depths)) <= 1
        y, layers = self._scale([*before.values(), *now.values()]), max(depths, default=1)
        layout = self._both, self.now.caption
        self._both = comparison.plan.steps != 0
        self.now.caption = tr("At the end") if ended else tr("Now")
        self.before.show_frames(before, layers, y)
        self.now.show_frames(now, layers, y)
        if layout != (self._both, self.now.caption):
            self.relayout()

    def _scale(self, frames: list[Frame]) -> Scale:
        values = np.concatenate([frame.gradient for frame in frames]) if frames else np.empty(0)
        values = values[np.isfinite(values) & (values > LEAST)]
        if not values.size:
            return self.before.home_y or self.before.y_scale
        high = float(values.max())
        low = max(float(values.min()), high * 10.0**-DECADES)
        return settle(self.before.home_y if self.before.frames else None, low, high, log=True)

    def layer_name(self, i: int) -> str:
        """The layer's number; "out" for the last one if all runs have the same depth."""
        return tr("out") if self._same_depth and i == self.before.layers - 1 else str(i + 1)

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        shown = [self.before, self.now] if self._both else [self.before]
        self.place(dict(zip(shown, beside(area, [1 / len(shown)] * len(shown)), strict=True)))

    def describe(self) -> tuple[Span, ...]:
        what = Span(tr("mean |dE/dW| of each layer"))
        legend = self.legend()
        return (*legend, Span("  ·  "), what) if legend else (what,)

    def columns(self) -> Data:
        data: Data = {"layer": np.arange(1, self.before.layers + 1)}
        for step, plot in (("before", self.before), ("now", self.now)):
            for label, frame in plot.frames.items():
                data[f"{label}: gradient {step}"] = frame.gradient
        return data


def _shown(frame: Frame, layer: int) -> str:
    return number(float(frame.gradient[layer]))
