"""Gradient magnitudes of every layer."""

from __future__ import annotations

from core.base.translation import Message, tr
from ui.plots.text import Span
from ui.views.layer_figure import LayerFigureView


class GradientView(LayerFigureView):
    """Mean magnitude of every layer's gradient."""

    key = "gradients"
    title = "Gradient magnitude"
    about = "Mean magnitude of every layer's gradient"
    default_shown = True
    figure = "gradient"
    what = Message("mean |∂E/∂W| by layer")
    what_log = Message("mean |∂E/∂W| by layer, logarithmic")

    def bound(self) -> float | None:
        return self.history.slope_bound

    def describe(self) -> tuple[Span, ...]:
        if self.bound() and self.by_depth in self.placed:
            return (
                *super().describe(),
                Span("  ·  "),
                Span(tr("dashed: 4⁻ᵏ, the bound for k sigmoid layers")),
            )
        return super().describe()
