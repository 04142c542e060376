"""Weight magnitudes of every layer."""

from __future__ import annotations

from ui.views.layer_figure import LayerFigureView


class WeightView(LayerFigureView):
    """Mean magnitude of every layer's weights."""

    key = "weights"
    title = "Weight magnitude"
    about = "How large the weights of every layer are"
    figure = "weight"
    what = "mean |W|"
    log = False
