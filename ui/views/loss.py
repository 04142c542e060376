"""Loss and accuracy over the run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.history import ACCURACY, LOSS
from ui.plots.canvas import beside
from ui.plots.gap import GapPanel, figures
from ui.plots.ink import Ink
from ui.plots.text import Span
from ui.views.time_view import TimeView, legend
from ui.views.view import Data, add_choice, add_toggle

WIDE = 560.0
BOTH, ONLY_LOSS, ONLY_ACCURACY = "both", "loss", "accuracy"


class LossView(TimeView):
    """Training loss, each mini-batch pale and smoothed on top, with the validation loss
    and the gap to it; accuracy beside it where the task is classification."""

    key = "loss"
    title = "Loss"
    about = "Training and validation loss of the run"
    default_shown = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = GapPanel(self.axis, LOSS)
        self.accuracy = GapPanel(self.axis, ACCURACY, "Accuracy")
        self.accuracy.percent = True
        self.time_panels = [self.loss, self.accuracy]
        self.panels = [self.loss]
        self.show_what = BOTH

    def arrange(self, area: QRectF, ink: Ink) -> None:
        if self.frame is None:
            return
        classifies = self.history.classifies
        if classifies and self.show_what == BOTH and area.width() >= WIDE:
            self.panels = [self.loss, self.accuracy]
            self.loss.caption = "Loss"
            shares = (0.6, 0.4)
        else:
            one = self.accuracy if classifies and self.show_what == ONLY_ACCURACY else self.loss
            self.panels, shares = [one], (1.0,)
            one.caption = ""
        self.accuracy.caption = "Accuracy" if len(self.panels) == 2 else ""
        for panel, part in zip(self.panels, beside(area, shares), strict=True):
            panel.place(part, ink)

    def describe(self) -> tuple[Span, ...]:
        panel = self.panels[0]
        assert isinstance(panel, GapPanel)
        train, validation = figures(panel)
        spans = [Span(f"train {panel.text(train)}", "train")]
        if len(self.history.scores):
            spans += [Span("  ·  "), Span(f"validation {panel.text(validation)}", "validation")]
            spans += [Span("  ·  "), Span(f"gap {panel.gap_text(train, validation)}", "text")]
        spans += legend(panel.others())
        if self.frame and self.frame.divergence:
            spans += [Span("  ·  "), Span(str(self.frame.divergence), "bad")]
        return tuple(spans)

    def columns(self) -> Data:
        columns: Data = {}
        for panel in self.panels:
            assert isinstance(panel, GapPanel)
            low, high = self.axis.scale.low, self.axis.scale.high
            name = panel.name
            part = panel.buckets(self.history, low, high)
            steps = self.history.steps
            columns["iteration"] = steps.centers(part.start, part.stop)
            columns[f"train {name}"] = steps.mean(panel.curve, part.start, part.stop)
            columns[f"train {name} minimum"] = _finite(steps.low[panel.curve, part])
            columns[f"train {name} maximum"] = _finite(steps.high[panel.curve, part])
            columns[f"train {name} smoothed"] = steps.smoothed(
                panel.curve, part.start, part.stop, panel.reach()
            )
            x, y = panel.scores(self.history, low, high)
            columns["validation iteration"], columns[f"validation {name}"] = x, y
            columns[f"gap {name}"] = panel.gaps(self.history, low, high)
            for other in panel.others():
                run = other.name
                x, y = panel.smoothed(other.history, low, high)
                columns[f"{run} iteration"], columns[f"{run} train {name}"] = x, y
                x, y = panel.scores(other.history, low, high)
                columns[f"{run} validation iteration"] = x
                columns[f"{run} validation {name}"] = y
        return columns

    def add_actions(self, menu: QMenu) -> None:
        if self.history.classifies:
            choices: dict[str, object] = {
                "Loss and accuracy": BOTH,
                "Loss only": ONLY_LOSS,
                "Accuracy only": ONLY_ACCURACY,
            }
            add_choice(menu, choices, self.show_what, self.set_what)
            menu.addSeparator()
        add_toggle(menu, "Logarithmic loss", self.loss.log, self.set_log)
        add_toggle(menu, "Shade the gap", self.loss.shades, self.set_shades)
        self.add_smoothing(menu)

    def set_what(self, what: object) -> None:
        """Show loss, accuracy or both."""
        self.show_what = str(what)
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Put the loss on a logarithmic or linear scale."""
        self.loss.log = log
        self.refresh()

    def set_shades(self, shades: bool) -> None:
        """Shade what lies between training and validation, or not."""
        self.loss.shades = self.accuracy.shades = shades
        self.refresh()


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)
