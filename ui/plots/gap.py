"""Loss or accuracy of a run with the gap between training and validation shaded and in numbers."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from core.telemetry.history import History
from ui.plots.curves import CurvePanel, Places
from ui.plots.ink import Ink
from ui.plots.panel import Row
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline

# How much of the validation curve's colour the shade takes.
SHADE = 0.14


class GapPanel(CurvePanel):
    """A curve whose training and validation figures are to be compared."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.shades = True
        self._area = Polyline()

    def gap(self, train: float | Floats, validation: float | Floats) -> float | Floats:
        """By how much validation does worse: a higher loss or a lower accuracy."""
        return train - validation if self.percent else validation - train

    def gap_text(self, train: float, validation: float) -> str:
        """The gap in words; differences between percentages are points."""
        value = float(self.gap(train, validation))
        if self.percent and math.isfinite(value):
            return f"{100 * value:.1f} points".replace("-", "−")
        return self.text(value)

    def gaps(self, history: History, low: float, high: float) -> Floats:
        """The gap at each validation score between two iterations and the ones next to them."""
        at, validation = self.scores(history, low, high)
        x, train = self.smoothed(history, low, high)
        known = np.isfinite(train)
        if not known.any():
            return np.full(at.size, math.nan)
        return np.asarray(self.gap(np.interp(at, x[known], train[known]), validation))

    def _paint_between(
        self, painter: QPainter, ink: Ink, train: Places, validation: Places
    ) -> None:
        (x, y), (at, score) = train, validation
        known = np.isfinite(score)
        if not self.shades or known.sum() < 2:
            return
        at, score = at[known], score[known]
        between = slice(*np.searchsorted(x, (at[0], at[-1])).tolist())
        # There and back, so that the two curves enclose the area.
        outline = np.concatenate((x[between], at[::-1]))
        if not self._area.load(outline, np.concatenate((y[between], score[::-1]))):
            return
        color = QColor(ink.validation)
        color.setAlphaF(SHADE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not ink.live)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(self._area.polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _rows(self, iteration: int, ink: Ink) -> list[Row]:
        rows = super()._rows(iteration, ink)
        place = next((i for i, row in enumerate(rows) if row.name == "validation"), None)
        if place is not None:
            steps, scores = self.history.steps, self.history.scores
            i = iteration // steps.width
            train = float(steps.smoothed(self.curve, i, i + 1, self.reach())[0])
            nearest = int(np.abs(scores.x - iteration).argmin())
            validation = float(scores.values[nearest, self.curve])
            rows.insert(place + 1, Row(None, "gap", self.gap_text(train, validation)))
        return rows


def figures(panel: CurvePanel) -> tuple[float, float]:
    """The smoothed training figure and the validation score of the moment looked at."""
    return panel.newest() if panel.moment is None else figures_at(panel, panel.moment)


def figures_at(panel: CurvePanel, iteration: float) -> tuple[float, float]:
    """As `figures`, at any iteration: NaN where there is none.

    Iteration n stands for the weights after n steps: the last step before it is the newest known,
    and so is the last score up to it.
    """
    steps, scores = panel.history.steps, panel.history.scores
    train = validation = math.nan
    if steps.used and iteration > 0:
        i = min(int(iteration - 1) // steps.width, steps.used - 1)
        train = float(steps.smoothed(panel.curve, i, i + 1, panel.reach())[0])
    if panel.scored and len(scores):
        last = int(np.searchsorted(scores.x, iteration, side="right")) - 1
        validation = float(scores.values[last, panel.curve]) if last >= 0 else math.nan
    return train, validation
