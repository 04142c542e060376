"""Histograms of every layer's activations at one step."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from ui.plots.text import OneOf, Span
from ui.theme import Theme
from ui.views.histogram_view import HistogramView
from ui.views.view import add_choice


class ActivationView(HistogramView):
    """Values after or before the activation function of every layer."""

    key = "activations"
    title = "Activations"
    about = "Distribution of the values of every layer"
    default_shown = True
    measure = "activations"

    def describe(self) -> tuple[Span, ...]:
        if self.measure == "activations":
            text = tr("distribution per layer, after the activation function")
        else:
            text = tr("distribution per layer, before the activation function")
        return (Span(text), *self._learned_slopes())

    def _learned_slopes(self) -> list[Span]:
        """The learned slopes of PReLU, in the layers' colours."""
        slopes = self.frame.slopes if self.frame else None
        if slopes is None:
            return []
        learned = [(i, a) for i, a in enumerate(slopes) if np.isfinite(a)]
        return [
            Span("  ·  "),
            Span(tr("learned slopes")),
            *(
                Span(f"  {a:.3f}".replace("-", "−"), OneOf(Theme.layer_colors, len(slopes), i))
                for i, a in learned
            ),
        ]

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {
            tr("After the activation function"): "activations",
            tr("Before the activation function"): "preactivations",
        }
        add_choice(menu, choices, self.measure, self.set_measure)

    def set_measure(self, measure: object) -> None:
        """Show values after ("activations") or before ("preactivations") the function."""
        self.measure = str(measure)
        self.measures_changed.emit()
        self.refresh()
