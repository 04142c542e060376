"""Shares of units that are saturated, dead, or updated in one direction only."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import Message, tr
from core.telemetry.frame import Frame
from ui.plots.layer_plot import LayerPlot
from ui.plots.plot_view import beside
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.views.time_view import TimeView
from ui.views.view import Data, add_choice

CAPTIONS = {
    "saturated": Message("Saturated"),
    "dead": Message("Dead"),
    "same_sign": Message("Same-sign updates"),
}
SUBTITLES = {
    "saturated": Message("saturated, share per layer"),
    "dead": Message("dead, share per layer"),
    "same_sign": Message("same-sign updates, share per layer"),
}
# Minimum width of each of the three plots; with less, one is shown at a time.
WIDTH = 170.0
ALL = "all"


class ShareView(TimeView):
    """For every layer the share of saturated activations, of dead units, and of units whose weights
    all move in one direction."""

    key = "shares"
    title = "Dead and saturated units"
    about = "The share of every layer that is saturated, dead, or updated in one direction only"

    show_what = ALL
    _arranged_for: tuple[str, ...] = ()

    def build(self) -> None:
        self.lines = {figure: self._plot(figure) for figure in CAPTIONS}

    def _plot(self, figure: str) -> LayerPlot:
        return self.add_plot(LayerPlot(self.axis, figure, tr(CAPTIONS[figure]), percent=True))

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({"shares"})

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        shown = list(self.lines.values())
        if self.show_what != ALL or area.width() < 3 * WIDTH:
            shown = [self.lines.get(self.show_what, shown[0])]
        for plot in shown:
            plot.labels = plot is shown[-1]
        # The last one is wider: the layers' names are beside it.
        extra = shown[-1].gutter_right(style) / max(area.width(), 1.0)
        share = (1 - extra) / len(shown)
        parts = beside(area, [share] * (len(shown) - 1) + [share + extra])
        self.place(dict(zip(shown, parts, strict=True)))

    def present(self, frame: Frame) -> None:
        if frame.layers != self._arranged_for:
            self._arranged_for = frame.layers
            self.relayout()
        super().present(frame)

    @property
    def drawn(self) -> list[LayerPlot]:
        """The plots that are shown: one or all."""
        return [plot for plot in self.lines.values() if plot in self.placed]

    def describe(self) -> tuple[Span, ...]:
        if len(self.drawn) == 1:
            return (Span(tr(SUBTITLES[self.drawn[0].figure])),)
        return (Span(tr("share per layer")),)

    def columns(self) -> Data:
        columns: Data = {}
        for plot in self.drawn:
            rows = plot.visible()
            columns["iteration"] = self.history.layer_rows.x[rows]
            values = plot.values(rows.start, rows.stop)
            for i, name in enumerate(self.history.layers):
                columns[f"{plot.figure} {name}"] = values[:, i]
        return columns

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {tr("All three"): ALL}
        choices |= {tr(caption): figure for figure, caption in CAPTIONS.items()}
        add_choice(menu, choices, self.show_what, self.set_what)
        menu.addSeparator()
        self.add_smoothing(menu)

    def set_what(self, what: object) -> None:
        """Show one of the three shares, or all."""
        self.show_what = str(what)
        self.refresh()
