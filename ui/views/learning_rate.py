"""The learning rate over the run."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.history import LEARNING_RATE
from ui.plots.curves import CurvePanel
from ui.plots.gap import figures
from ui.plots.text import Span
from ui.views.canvas_time_view import CanvasTimeView
from ui.views.canvas_view import Data, add_toggle
from ui.widgets.numbers import shown


class LearningRateView(CanvasTimeView):
    """The learning rate of every step, as optimizer and schedule make it."""

    key = "learning_rate"
    title = "Learning rate"
    about = "The learning rate of every step"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = CurvePanel(self.axis, LEARNING_RATE, scored=False)
        self.curve.smoothing = self.smoothing = 0.0
        self.time_panels = [self.curve]
        self.panels = [self.curve]

    def describe(self) -> tuple[Span, ...]:
        newest = figures(self.curve)[0]
        return (Span(shown(float(f"{newest:.3g}")), "train"),)

    def columns(self) -> Data:
        steps, scale = self.history.steps, self.axis.scale
        part = self.curve.buckets(self.history, scale.low, scale.high)
        return {
            "iteration": steps.centers(part.start, part.stop),
            "learning rate": steps.mean(LEARNING_RATE, part.start, part.stop),
        }

    def add_actions(self, menu: QMenu) -> None:
        add_toggle(menu, "Logarithmic", self.curve.log, self.set_log)

    def set_log(self, log: bool) -> None:
        """Put the learning rate on a logarithmic or linear scale."""
        self.curve.log = log
        self.refresh()
