"""Weight magnitudes of every layer."""

from __future__ import annotations

from ui.views.layer_figure import LayerFigureView


class WeightView(LayerFigureView):
    """Mean magnitude of every layer's weights."""

    key = "weights"
    title = "Weight magnitude"
    about = "Mean magnitude of the weights of every layer"
    figure = "weight"
    what = "mean |W|"
    log = False
