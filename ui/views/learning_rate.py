"""The learning rate over the run."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from core.telemetry.history import LEARNING_RATE
from ui.plots.run_plot import RunPlot
from ui.plots.text import Span
from ui.views.time_view import TimeView
from ui.views.view import Data, add_toggle
from ui.widgets.figures import NONE
from ui.widgets.numbers import shown


class LearningRateView(TimeView):
    """The learning rate of every step, as set by optimizer and schedule."""

    key = "learning_rate"
    title = "Learning rate"
    about = "The learning rate of every step"

    def build(self) -> None:
        self.curve = self.add_plot(RunPlot(self.axis, LEARNING_RATE, scored=False))
        self.curve.smoothing = self.smoothing = 0.0

    def describe(self) -> tuple[Span, ...]:
        newest = self.curve.figures()[0]
        # Before the first step there is none.
        words = shown(float(f"{newest:.3g}")) if math.isfinite(newest) else NONE
        return (Span(words, "train"),)

    def columns(self) -> Data:
        steps, scale = self.history.steps, self.axis.scale
        part = self.curve.buckets(self.history, scale.low, scale.high)
        return {
            "iteration": steps.centers(part.start, part.stop),
            "learning rate": steps.mean(LEARNING_RATE, part.start, part.stop),
        }

    def add_actions(self, menu: QMenu) -> None:
        add_toggle(menu, tr("Logarithmic"), self.curve.log, self.set_log)

    def set_log(self, log: bool) -> None:
        """Put the learning rate on a logarithmic or linear scale."""
        self.curve.log = log
        self.refresh()
