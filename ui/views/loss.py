"""Loss and accuracy over the run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu

from core.base.translation import tr
from core.telemetry.frame import Frame
from core.telemetry.history import ACCURACY, LOSS, SCORES
from ui.plots.plot_view import beside
from ui.plots.run_plot import RunPlot
from ui.plots.style import PaintStyle
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
    show_what = BOTH
    _classifies = False

    def build(self) -> None:
        self.loss = self.add_plot(RunPlot(self.axis, LOSS))
        self.accuracy = self.add_plot(RunPlot(self.axis, ACCURACY, percent=True))

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        self._classifies = self.history.classifies
        if self._classifies and self.show_what == BOTH and area.width() >= WIDE:
            shown, shares = [self.loss, self.accuracy], (0.6, 0.4)
            self.loss.caption, self.accuracy.caption = tr("Loss"), tr("Accuracy")
        else:
            accuracy = self._classifies and self.show_what == ONLY_ACCURACY
            shown, shares = [self.accuracy if accuracy else self.loss], (1.0,)
            shown[0].caption = ""
        self.place(dict(zip(shown, beside(area, shares), strict=True)))

    def present(self, frame: Frame) -> None:
        if self.history.classifies != self._classifies:
            self.relayout()
        super().present(frame)

    @property
    def drawn(self) -> list[RunPlot]:
        """The plots that are shown: one or both."""
        return [plot for plot in (self.loss, self.accuracy) if plot in self.placed]

    def describe(self) -> tuple[Span, ...]:
        plot = self.drawn[0]
        train, validation = plot.figures()
        spans = [Span(tr("train {value}", value=plot.text(train)), "train")]
        if len(self.history.scores):
            text = self._validation_text(plot.text(validation))
            spans += [Span("  ·  "), Span(text, "validation")]
            gap = tr("gap {value}", value=plot.gap_text(train, validation))
            spans += [Span("  ·  "), Span(gap, "text")]
            spans += self._fit()
        # Without a penalty it is the data loss, summed or scaled as the settings say.
        if self.frame and self.frame.penalty > 0:
            objective = tr("objective {value}", value=self.loss.text(self.frame.objective))
            spans += [Span("  ·  "), Span(objective, "text")]
        spans += legend(plot.others())
        if self.frame and self.frame.divergence:
            spans += [Span("  ·  "), Span(tr(str(self.frame.divergence)), "bad")]
        return tuple(spans)

    def _fit(self) -> list[Span]:
        """R² and RMSE of the last validation up to the frame, for regression."""
        scores, frame = self.history.scores, self.frame
        last = int(np.searchsorted(scores.x, frame.iteration, side="right")) - 1 if frame else -1
        if last < 0:
            return []
        r2, rmse = (float(scores.values[last, SCORES.index(name)]) for name in ("r2", "rmse"))
        if not np.isfinite([r2, rmse]).all():
            return []
        return [Span("  ·  "), Span(f"R² {r2:.3f}, RMSE {self.loss.text(rmse)}", "validation")]

    def _validation_text(self, value: str) -> str:
        """The validation score, with the number of samples validated during a run if not all."""
        frame = self.frame
        data = frame.data if frame and frame.status == "running" else None
        if data is None or data.validated >= data.counts["validation"]:
            return tr("validation {value}", value=value)
        return tr(
            "validation {value} on {some:,} of {total:,} samples",
            value=value,
            some=data.validated,
            total=data.counts["validation"],
        )

    def columns(self) -> Data:
        columns: Data = {}
        for plot in self.drawn:
            low, high = self.axis.scale.low, self.axis.scale.high
            name = plot.name
            part = plot.buckets(self.history, low, high)
            steps = self.history.steps
            columns["iteration"] = steps.centers(part.start, part.stop)
            columns[f"train {name}"] = steps.mean(plot.curve, part.start, part.stop)
            columns[f"train {name} minimum"] = _finite(steps.low[plot.curve, part])
            columns[f"train {name} maximum"] = _finite(steps.high[plot.curve, part])
            columns[f"train {name} smoothed"] = steps.smoothed(
                plot.curve, part.start, part.stop, plot.reach()
            )
            x, y = plot.scores(self.history, low, high)
            columns["validation iteration"], columns[f"validation {name}"] = x, y
            columns[f"gap {name}"] = plot.gaps(self.history, low, high)
            for other in plot.others():
                run = other.name
                x, y = plot.smoothed(other.history, low, high)
                columns[f"{run} iteration"], columns[f"{run} train {name}"] = x, y
                x, y = plot.scores(other.history, low, high)
                columns[f"{run} validation iteration"] = x
                columns[f"{run} validation {name}"] = y
        return columns

    def add_actions(self, menu: QMenu) -> None:
        if self.history.classifies:
            choices: dict[str, object] = {
                tr("Loss and accuracy"): BOTH,
                tr("Loss only"): ONLY_LOSS,
                tr("Accuracy only"): ONLY_ACCURACY,
            }
            add_choice(menu, choices, self.show_what, self.set_what)
            menu.addSeparator()
        add_toggle(menu, tr("Logarithmic loss"), self.loss.log, self.set_log)
        add_toggle(menu, tr("Shade the gap"), self.loss.shades, self.set_shades)
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
        """Shade the gap between training and validation, or not."""
        self.loss.shades = self.accuracy.shades = shades
        self.refresh()


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)
