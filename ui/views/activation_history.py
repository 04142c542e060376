"""How the distribution of every layer's activations has developed over the run."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from core.telemetry.frame import BINS, Frame
from ui.plots.heat import HeatPlot
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.views.view import Data, View, add_choice

# The maps are updated this often during a run.
REFRESH_SECONDS = 0.1


class ActivationHistoryView(View):
    """Heat maps of the activations of every layer: iteration across, value up."""

    key = "activation_history"
    title = "Activations over time"
    about = "How the distribution of every layer's values develops over the run"

    measure = "activations"
    _made_at = 0.0

    def build(self) -> None:
        self.maps = self.add_plot(HeatPlot()).maps

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def present(self, frame: Frame) -> None:
        now, selected_step = time.monotonic(), self.selected_step()
        live = (
            frame.status == "running" and selected_step is None and self.maps.selected_step is None
        )
        if live and now - self._made_at < REFRESH_SECONDS:
            return
        self._made_at = now
        recorded = self._recorded()
        iterations = [f.iteration for f in recorded]
        histograms = [getattr(f, self.measure) for f in recorded]
        self.maps.set_data(recorded[-1].layers, iterations, histograms, selected_step)

    def _recorded(self) -> list[Frame]:
        return [f for f in self.history.frames if getattr(f, self.measure) is not None]

    def empty_reason(self, frame: Frame) -> str | None:
        return None if self._recorded() else ""

    def forget(self) -> None:
        self._made_at = 0.0
        if self.plots:
            self.maps.forget()

    def refresh(self) -> None:
        self._made_at = 0.0
        super().refresh()

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        super().arrange(area.adjusted(0, 4, 0, 0), style)

    def describe(self) -> tuple[Span, ...]:
        if self.measure == "activations":
            text = tr("after the activation function, steps across, values up")
        else:
            text = tr("before the activation function, steps across, values up")
        return (Span(text),)

    def columns(self) -> Data:
        record = self.maps.record
        columns: Data = {"iteration": record.iterations}
        for i, name in enumerate(self.maps.layers):
            edges = np.linspace(self.maps.low[i], self.maps.high[i], BINS + 1)
            for j in range(BINS):
                columns[f"{name} {edges[j]:.6g} to {edges[j + 1]:.6g}"] = record.shares[:, i, j]
        return columns

    def add_actions(self, menu: QMenu) -> None:
        choices: dict[str, object] = {
            tr("After the activation function"): "activations",
            tr("Before the activation function"): "preactivations",
        }
        add_choice(menu, choices, self.measure, self.set_measure)

    def set_measure(self, measure: object) -> None:
        """Show values after ("activations") or before ("preactivations") the function."""
        self.measure = str(measure)
        self.maps.forget()
        self.measures_changed.emit()
        self.refresh()
