"""Shares of units in trouble: saturated, dead, or pushed in one direction only."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from ui.plots.canvas import beside
from ui.plots.ink import Ink
from ui.plots.layer_lines import LayerPanel
from ui.plots.text import Span
from ui.views.canvas_time_view import CanvasTimeView
from ui.views.canvas_view import Data, add_choice

CAPTIONS = {"saturated": "Saturated", "dead": "Dead", "same_sign": "Same-sign updates"}
# Each of the three plots needs so much width, or one is shown at a time.
WIDTH = 170.0
ALL = "all"


class ShareView(CanvasTimeView):
    """For every layer the share of saturated activations, dead units, and units whose weights all
    move in one direction."""

    key = "shares"
    title = "Units in trouble"
    about = "Which share of every layer is saturated, dead, or updated in one direction only"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = {figure: self._panel(figure) for figure in CAPTIONS}
        self.time_panels = list(self.lines.values())
        self.panels = self.time_panels
        self.smoothing = self.time_panels[0].smoothing
        self.show_what = ALL

    def _panel(self, figure: str) -> LayerPanel:
        panel = LayerPanel(self.axis, figure, CAPTIONS[figure])
        panel.percent = True
        return panel

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({"shares"})

    def arrange(self, area: QRectF, ink: Ink) -> None:
        if self.show_what == ALL and area.width() >= 3 * WIDTH:
            self.panels = self.time_panels
        else:
            self.panels = [self.lines.get(self.show_what, self.time_panels[0])]
        for panel in self.time_panels:
            assert isinstance(panel, LayerPanel)
            panel.labels = panel is self.panels[-1]
        for panel, part in zip(self.panels, beside(area, self._widths(ink, area)), strict=True):
            panel.place(part, ink)

    def _widths(self, ink: Ink, area: QRectF) -> list[float]:
        """Equal plots, and more for the last one, that has the names of the layers beside it."""
        n = len(self.panels)
        extra = self.panels[-1].gutter_right(ink) / area.width()
        share = (1 - extra) / n
        return [share] * (n - 1) + [share + extra]

    def describe(self) -> tuple[Span, ...]:
        if len(self.panels) == 1:
            return (Span(f"{self.panels[0].caption.lower()}, share per layer"),)
        return (Span("share per layer"),)

    def columns(self) -> Data:
        columns: Data = {}
        for panel in self.panels:
            assert isinstance(panel, LayerPanel)
            rows = panel.visible()
            columns["iteration"] = self.history.layer_rows.x[rows]
            values = panel.values(rows.start, rows.stop)
            for i, name in enumerate(self.history.layers):
                columns[f"{panel.figure} {name}"] = values[:, i]
        return columns

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {"All three": ALL}
        choices |= {caption: figure for figure, caption in CAPTIONS.items()}
        add_choice(menu, choices, self.show_what, self.set_what)
        menu.addSeparator()
        self.add_smoothing(menu)

    def set_what(self, what: object) -> None:
        """Show one of the three shares, or all."""
        self.show_what = str(what)
        self.refresh()
