"""Weight magnitudes of every layer."""

from __future__ import annotations

from core.base.translation import Message
from ui.views.layer_figure import LayerFigureView


class WeightView(LayerFigureView):
    """Mean magnitude of every layer's weights."""

    key = "weights"
    title = "Weight magnitude"
    about = "Mean magnitude of the weights of every layer"
    figure = "weight"
    what = Message("mean |W| by layer")
    what_log = Message("mean |W| by layer, logarithmic")
    log = False
