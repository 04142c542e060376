"""Histograms of every layer's activations at one moment."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from ui.plot.text import Span
from ui.views.histogram_view import HistogramView
from ui.views.view import add_choice


class ActivationView(HistogramView):
    """What comes out of every layer, or goes into its activation function."""

    key = "activations"
    title = "Activations"
    about = "How the values of every layer are distributed"
    default_shown = True
    measure = "activations"

    def describe(self) -> tuple[Span, ...]:
        what = "after" if self.measure == "activations" else "before"
        return (Span(f"distribution per layer, {what} the activation function"),)

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {
            "After the activation function": "activations",
            "Before the activation function": "preactivations",
        }
        add_choice(menu, choices, self.measure, self.set_measure)

    def set_measure(self, measure: object) -> None:
        """Show values after ("activations") or before ("preactivations") the function."""
        self.measure = str(measure)
        self.measures_changed.emit()
        self.refresh()
