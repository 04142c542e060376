"""What views of one figure per layer have in common: over the run, and over depth now."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.frame import Frame
from ui.plots.canvas import beside
from ui.plots.depth import DepthPanel
from ui.plots.ink import Ink
from ui.plots.layer_lines import LayerPanel
from ui.plots.text import Span
from ui.plots.time_panel import Other
from ui.views.canvas_time_view import CanvasTimeView, legend
from ui.views.canvas_view import Data, add_choice, add_toggle

WIDE = 480.0
BOTH, OVER_TIME, OVER_DEPTH = "both", "time", "depth"


class LayerFigureView(CanvasTimeView):
    """One figure of every layer over the run and, where there is room, over depth beside it."""

    figure = ""
    log = True
    what = ""
    band: tuple[float, float] | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = LayerPanel(self.axis, self.figure, log=self.log, band=self.band)
        self.by_depth = DepthPanel(self.lines, "Now, by depth")
        self.time_panels = [self.lines]
        self.panels = [self.lines, self.by_depth]
        self.smoothing = self.lines.smoothing
        self.show_what = BOTH

    def present_beside(self, frame: Frame) -> bool:
        values = getattr(frame, self.figure)
        changed = self.by_depth.absorb(frame.layers, values, frame.iteration, self.bound())
        self.touch(self.by_depth.dirty())
        return changed

    def bound(self) -> float | None:
        """How much one layer can pass on at most, where that is known."""
        return None

    def arrange(self, area: QRectF, ink: Ink) -> None:
        if self.frame is None:
            return
        both = self.show_what == BOTH and area.width() >= WIDE
        self.by_depth.alone = self.show_what == OVER_DEPTH
        self.lines.caption = "Over the run" if both else ""
        self.by_depth.caption = "Now, by depth" if both else ""
        if both:
            self.panels = [self.lines, self.by_depth]
            share = min(max(0.2, 34.0 * len(self.frame.layers) / area.width()), 0.34)
            parts = beside(area, (1 - share, share), gap=4)
        else:
            self.panels = [self.by_depth if self.show_what == OVER_DEPTH else self.lines]
            parts = [area]
        for panel, part in zip(self.panels, parts, strict=True):
            panel.place(part, ink)

    def describe(self) -> tuple[Span, ...]:
        scale = ", logarithmic" if self.lines.log else ""
        spans = [Span(f"{self.what} by layer{scale}")]
        if self.lines in self.panels:
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
            "Over the run and over depth": BOTH,
            "Over the run": OVER_TIME,
            "Over depth, now": OVER_DEPTH,
        }
        add_choice(menu, choices, self.show_what, self.set_what)
        menu.addSeparator()
        add_toggle(menu, "Logarithmic", self.lines.log, self.set_log)
        if self.history.ghost:
            add_toggle(menu, "Run before, in grey", self.lines.show_ghost, self.set_ghost)
        self.add_smoothing(menu)

    def set_what(self, what: object) -> None:
        """Show the figure over the run, over depth, or both."""
        self.show_what = str(what)
        self.refresh()

    def set_ghost(self, show: bool) -> None:
        """Draw the run before this one behind it, or not."""
        self.lines.show_ghost = show
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Put the figure on a logarithmic or linear scale."""
        self.lines.log = log
        self.refresh()
