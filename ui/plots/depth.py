"""A figure per layer over depth: first layer left, output right."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF

from core.base.translation import tr
from core.telemetry.series import LIMIT
from ui.plots.layer_plot import LEAST, LayerPlot
from ui.plots.plot import Plot
from ui.plots.plot_area import GAP
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.series import Curve, Dots
from ui.plots.style import PaintStyle
from ui.plots.text import layer_name, short_names
from ui.plots.ticks import Tick

DOT = 3.5


class DepthPlot(Plot):
    """The newest row of a `LayerPlot` as dots over depth, layer 1 at x = 1.

    It shares the vertical scale with that plot, unless it is shown `alone`. `bound`, if known, is
    the largest factor by which one layer can scale a gradient; drawn as a dashed line.
    """

    def __init__(self, beside: LayerPlot, caption: str = "") -> None:
        super().__init__(caption)
        self.beside = beside
        self.alone = self.tick_marks = False
        self.iteration = 0
        self.layers: tuple[str, ...] = ()
        self.values: Floats = np.empty(0)
        self.guide = self.add(Curve("text", 1.0, fade=0.5, dash=(4, 3)))
        self.line = self.add(Curve("muted", 1.0, fade=0.6, floor=True))
        self.dots = self.add(
            Dots("text", DOT, colors=lambda style: style.layer_colors(len(self.layers)))
        )
        self.line.setZValue(0.5)
        beside.ranges_changed.connect(self._follow_beside)

    def set_values(
        self, layers: tuple[str, ...], values: Floats, iteration: int, bound: float | None = None
    ) -> None:
        """Show the values of one step."""
        changed = layers != self.layers
        self.iteration, self.layers, self.values = iteration, layers, values
        x = np.arange(1.0, len(layers) + 1)
        self._settle(x)
        floor = self.y_scale.low if self.y_scale.log else -math.inf
        shown = np.where(np.isfinite(values), np.maximum(values, floor), np.nan)
        self.line.set_data(x, shown)
        self.dots.set_data(x, shown)
        last = values[-1] if len(values) else math.nan
        if bound and math.isfinite(last) and last > 0:
            self.guide.set_data(x, last * bound ** (len(layers) - x))
        else:
            self.guide.set_data([], [])
        if changed and self.view:
            self.lay_out(self.room, self.view.style_now)

    def _settle(self, x: Floats) -> None:
        log, values = self.beside.log, self.values
        y = self.beside.y_scale
        if self.alone:
            known = values[(np.abs(values) < LIMIT) & (values > (LEAST if log else -math.inf))]
            low, high = known.min(initial=math.inf), known.max(initial=-math.inf)
            y = settle(self.home_y, max(float(low), float(high) * 1e-24), float(high), log)
        self.set_home(x=Scale(0.5, max(len(x), 1) + 0.5), y=y)

    def _follow_beside(self) -> None:
        if not self.alone and self.layers:
            self.follows_y = True
            self.set_home(y=self.beside.y_scale)

    def data_changed(self) -> None:
        """Do nothing: `set_values` sets the ranges."""
        self.set_home()

    def gutter_left(self, style: PaintStyle) -> float:
        if not self.alone:
            self.y_ticks = [Tick(tick.value, "") for tick in self.beside.y_ticks]
            return GAP
        return super().gutter_left(style)

    def _x_ticks(self, style: PaintStyle) -> list[Tick]:
        names = short_names(self.layers)
        width = self.frame.width() / max(self.x_scale.span, 1e-9)
        widest = max((style.small_metrics.horizontalAdvance(t) for t in names), default=1.0) + 6
        stride = max(1, math.ceil(widest / width))
        chosen = range(len(names) - 1, -1, -stride)
        return [Tick(i + 1.0, names[i]) for i in chosen if self.x_scale.holds(i + 1.0, i + 1.0)]

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        if not self.layers:
            return None
        i = int(np.clip(round(self.x_of(place.x())) - 1, 0, len(self.layers) - 1))
        color = style.layer_colors(len(self.layers))[i]
        row = Row(color, layer_name(self.layers[i]), self.beside.text(float(self.values[i])))
        return ReadOut(
            self.frame, self.px_of(i + 1.0), tr("step {step:,}", step=self.iteration), [row]
        )
