"""Histograms of every layer's weights at one step."""

from __future__ import annotations

from core.base.translation import tr
from ui.plots.text import Span
from ui.views.histogram_view import HistogramView


class WeightHistogramView(HistogramView):
    """The weights of every layer."""

    key = "weight_histograms"
    title = "Weights"
    about = "Distribution of the weights of every layer"
    measure = "weights"

    def describe(self) -> tuple[Span, ...]:
        return (Span(tr("distribution per layer, without biases")),)
