"""The base class of views of one figure per layer, over the run and over depth."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from core.telemetry.frame import Frame
from ui.plots.depth import DepthPlot
from ui.plots.layer_plot import LayerPlot
from ui.plots.plot_view import beside
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.plots.time_plot import Other
from ui.views.time_view import TimeView, legend
from ui.views.view import Data, add_choice, add_toggle

WIDE = 480.0
BOTH, OVER_TIME, OVER_DEPTH = "both", "time", "depth"


class LayerFigureView(TimeView):
    """One figure of every layer over the run and, where there is room, over depth beside it."""

    figure = ""
    log = True
    # What is shown, on a linear and on a logarithmic scale.
    what = what_log = ""
    band: tuple[float, float] | None = None
    _arranged_for: tuple[str, ...] = ()

    show_what = BOTH

    def build(self) -> None:
        self.lines = self.add_plot(LayerPlot(self.axis, self.figure, log=self.log, band=self.band))
        self.by_depth = self.add_plot(DepthPlot(self.lines))

    def present_beside(self, frame: Frame) -> None:
        if frame.layers != self._arranged_for:
            self._arranged_for = frame.layers
            self.relayout()
        values = getattr(frame, self.figure)
        self.by_depth.set_values(frame.layers, values, frame.iteration, self.bound())

    def bound(self) -> float | None:
        """The largest factor by which one layer can scale the gradient, if known."""
        return None

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        both = self.show_what == BOTH and area.width() >= WIDE
        self.by_depth.alone = self.show_what == OVER_DEPTH
        self.lines.caption = tr("Over the run") if both else ""
        self.by_depth.caption = tr("Now, by depth") if both else ""
        if both:
            layers = len(self.frame.layers) if self.frame else 1
            share = min(max(0.2, 34.0 * layers / area.width()), 0.34)
            parts = beside(area, (1 - share, share), gap=4)
            self.place(dict(zip((self.lines, self.by_depth), parts, strict=True)))
        else:
            self.place({self.by_depth if self.by_depth.alone else self.lines: area})

    def describe(self) -> tuple[Span, ...]:
        spans = [Span(tr(self.what_log if self.lines.log else self.what))]
        if self.lines in self.placed:
            spans += legend(self.lines.others())
        return tuple(spans)

    def columns(self) -> Data:
        assert self.frame
        if self.show_what == OVER_DEPTH:
            return {self.figure: self.by_depth.values}
        rows = self.lines.visible()
        values = self.lines.values(rows.start, rows.stop)
        columns: Data = {"iteration": self.history.layer_rows.x[rows]}
        for i, name in enumerate(self.frame.layers):
            columns[name] = values[:, i]
        for other in self.lines.others():
            columns |= self._columns_of(other)
        return columns

    def _columns_of(self, other: Other) -> Data:
        history, scale = other.history, self.axis.scale
        rows = slice(*history.layer_rows.x.searchsorted((scale.low, scale.high)).tolist())
        values = self.lines.values(rows.start, rows.stop, history)
        columns: Data = {f"{other.name} iteration": history.layer_rows.x[rows]}
        for i, layer in enumerate(history.layers):
            columns[f"{other.name} {layer}"] = values[:, i]
        return columns

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {
            tr("Over the run and over depth"): BOTH,
            tr("Over the run"): OVER_TIME,
            tr("Over depth, now"): OVER_DEPTH,
        }
        add_choice(menu, choices, self.show_what, self.set_what)
        menu.addSeparator()
        add_toggle(menu, tr("Logarithmic"), self.lines.log, self.set_log)
        if self.history.ghost:
            show = self.lines.show_ghost
            add_toggle(menu, tr("Previous run, in grey"), show, self.set_ghost)
        self.add_smoothing(menu)

    def set_what(self, what: object) -> None:
        """Show the figure over the run, over depth, or both."""
        self.show_what = str(what)
        self.refresh()

    def set_ghost(self, show: bool) -> None:
        """Show or hide the previous run."""
        self.lines.show_ghost = show
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Put the figure on a logarithmic or linear scale."""
        self.lines.log = log
        self.refresh()
