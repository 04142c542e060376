"""How far each update moves the weights, relative to their size."""

from __future__ import annotations

from ui.plots.text import Span
from ui.views.layer_figure import LayerFigureView


class UpdateRatioView(LayerFigureView):
    """‖ΔW‖/‖W‖ of every layer; about a thousandth is healthy."""

    key = "update_ratio"
    title = "Update : weight ratio"
    about = "How far every update moves the weights of a layer, relative to their size"
    figure = "update_ratio"
    what = "‖ΔW‖ / ‖W‖"
    band = (3e-4, 3e-3)

    def describe(self) -> tuple[Span, ...]:
        return (*super().describe(), Span("  ·  "), Span("healthy near 10⁻³", "good"))
