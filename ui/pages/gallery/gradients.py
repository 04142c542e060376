"""How large the gradients are in every layer, before the first step and now."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from core.gallery.comparison import Comparison
from core.telemetry.frame import Frame
from ui.pages.gallery.styles import draw
from ui.pages.gallery.view import ComparisonView
from ui.plots.canvas import beside
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut, Row
from ui.plots.scale import Floats, Scale, settle
from ui.plots.stroke import Polyline
from ui.plots.text import CENTER, Span, paint_label
from ui.plots.ticks import number
from ui.views.canvas_view import Data

# Anything smaller is drawn at the bottom: the axis would be of rounding errors only.
LEAST, DECADES = 1e-30, 14.0
DOT = 3.0


class DepthsPanel(Panel):
    """Mean |dE/dW| over depth, one line a run."""

    def __init__(self, view: GradientsView, caption: str) -> None:
        super().__init__(caption, log=True)
        self._view = view
        self.frames: dict[str, Frame] = {}
        self.layers = 1
        self._line = Polyline()

    def centers(self, n: int) -> Floats:
        """Places of the first n layers."""
        return self.plot.left() + self.plot.width() * (np.arange(n) + 0.5) / max(self.layers, 1)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        painter.setClipRect(clip & self.plot.adjusted(0, -DOT - 1, 0, DOT + 1))
        for label in sorted(self.frames, key=lambda label: not self._view.stands_back(label)):
            style, values = self._view.styles[label], self.frames[label].gradient
            color = ink.pale(style.color, 0.25) if self._view.stands_back(label) else style.color
            x = self.centers(values.size)
            y = np.minimum(self.py(np.maximum(values, LEAST)), self.plot.bottom())
            draw(painter, self._line, x, y, style, ink, 1.3, color)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            for px, py in zip(x.tolist(), y.tolist(), strict=True):
                if math.isfinite(py):
                    painter.drawEllipse(QPointF(px, py), DOT, DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        # Not restore(): an SVG would go on with the narrow clip.
        painter.setClipRect(clip)

    def _paint_x_labels(self, painter: QPainter, ink: Ink) -> None:
        for i, x in enumerate(self.centers(self.layers).tolist()):
            text = self._view.layer_name(i)
            where = QRectF(x - 60, self.plot.bottom() + 3, 120, ink.small_metrics.height())
            paint_label(painter, where, CENTER, text, ink.muted, ink)

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        centers = self.centers(self.layers)
        i = int(np.abs(centers - place.x()).argmin())
        rows = [
            Row(self._view.styles[label].color, label, number(float(frame.gradient[i])))
            for label, frame in self.frames.items()
            if i < frame.gradient.size
        ]
        title = self._view.layer_name(i)
        title = f"layer {title}" if title.isdecimal() else "output"
        return ReadOut(self.plot, float(centers[i]), title, rows) if rows else None


class GradientsView(ComparisonView):
    """Gradients over depth, before the first step and now, on the same axes."""

    key = "gallery_gradients"
    title = "Gradients over depth"
    about = "How large the gradients are in every layer, before the first step and later"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before = DepthsPanel(self, "Before the first step")
        self.now = DepthsPanel(self, "Now")
        self.panels = [self.before, self.now]
        self._same_depth = True

    def absorb(self, comparison: Comparison) -> bool:
        runs = comparison.runs.values()
        self.before.frames = {run.label: run.before for run in runs if run.before}
        self.now.frames = {run.label: run.now for run in runs if run.now}
        untrained = comparison.plan.steps == 0
        ended = all(run.ended for run in runs) or comparison.turn > 0
        self.now.caption = "At the end" if ended else "Now"
        depths = [frame.gradient.size for frame in self.before.frames.values()]
        self._same_depth = len(set(depths)) <= 1
        y, layers = self._scale(), max(depths, default=1)
        panels = [self.before] if untrained else [self.before, self.now]
        changed = (y, layers, len(panels)) != (self.before.y, self.before.layers, len(self.panels))
        self.panels = panels
        for panel in (self.before, self.now):
            panel.y, panel.layers = y, layers
        return changed or ended

    def _scale(self) -> Scale:
        frames = [*self.before.frames.values(), *self.now.frames.values()]
        values = np.concatenate([frame.gradient for frame in frames]) if frames else np.empty(0)
        values = values[np.isfinite(values) & (values > LEAST)]
        if not values.size:
            return self.before.y
        high = float(values.max())
        low = max(float(values.min()), high * 10.0**-DECADES)
        return settle(self.before.y if self.before.frames else None, low, high, log=True)

    def layer_name(self, i: int) -> str:
        """The layer's number; "out" for the last one where all runs have as many."""
        return "out" if self._same_depth and i == self.before.layers - 1 else str(i + 1)

    def arrange(self, area: QRectF, ink: Ink) -> None:
        shares = (1.0,) if len(self.panels) == 1 else (0.5, 0.5)
        for panel, part in zip(self.panels, beside(area, shares), strict=True):
            panel.place(part, ink)

    def describe(self) -> tuple[Span, ...]:
        what = Span("mean |dE/dW| of each layer")
        legend = self.legend()
        return (*legend, Span("  ·  "), what) if legend else (what,)

    def columns(self) -> Data:
        data: Data = {"layer": np.arange(1, self.before.layers + 1)}
        for moment, panel in (("before", self.before), ("now", self.now)):
            for label, frame in panel.frames.items():
                data[f"{label}: gradient {moment}"] = frame.gradient
        return data
