"""The size of updates relative to that of the weights."""

from __future__ import annotations

from core.base.translation import Message, tr
from ui.plots.text import Span
from ui.views.layer_figure import LayerFigureView


class UpdateRatioView(LayerFigureView):
    """‖ΔW‖/‖W‖ of every layer; about a thousandth is healthy."""

    key = "update_ratio"
    title = "Update : weight ratio"
    about = "The size of each update relative to that of the layer's weights"
    figure = "update_ratio"
    what = Message("‖ΔW‖ / ‖W‖ by layer")
    what_log = Message("‖ΔW‖ / ‖W‖ by layer, logarithmic")
    band = (3e-4, 3e-3)

    def describe(self) -> tuple[Span, ...]:
        return (*super().describe(), Span("  ·  "), Span(tr("healthy near 10⁻³"), "good"))
