"""A figure of every layer side by side: first layer left, output right."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from core.telemetry.series import LIMIT
from ui.plots.ink import Ink
from ui.plots.layer_lines import LEAST, LayerPanel
from ui.plots.panel import GAP, Panel, ReadOut, Row
from ui.plots.scale import Floats, settle
from ui.plots.stroke import Polyline, stroke
from ui.plots.text import CENTER, paint_label, short_names
from ui.plots.ticks import Tick

DOT = 3.5


class DepthPanel(Panel):
    """The newest row of a `LayerPanel`, as dots over depth. It shares the vertical scale with it,
    unless it stands alone."""

    def __init__(self, beside: LayerPanel, caption: str = "") -> None:
        super().__init__(caption)
        self.beside = beside
        self.alone = False
        self.iteration = 0
        self.layers: tuple[str, ...] = ()
        self.values: Floats = np.empty(0)
        self.bound: float | None = None
        self._line = Polyline()

    def absorb(
        self, layers: tuple[str, ...], values: Floats, iteration: int, bound: float | None = None
    ) -> bool:
        """Take the values of one moment; whether axes have changed."""
        self.iteration = iteration
        log = self.beside.log
        y = self.beside.y
        if self.alone:
            known = values[(np.abs(values) < LIMIT) & (values > (LEAST if log else -math.inf))]
            low, high = known.min(initial=math.inf), known.max(initial=-math.inf)
            y = settle(self.y, max(float(low), float(high) * 1e-24), float(high), log)
        changed = (layers, y, bound) != (self.layers, self.y, self.bound)
        self.layers, self.values, self.y, self.bound = layers, values, y, bound
        return changed

    def gutter_left(self, ink: Ink) -> float:
        if not self.alone:
            self.y_ticks = [Tick(tick.value, "") for tick in self.beside.y_ticks]
            return GAP
        return super().gutter_left(ink)

    def dirty(self) -> QRectF:
        return self.plot.adjusted(-DOT, -DOT - 1, DOT, DOT + 1)

    def centers(self) -> Floats:
        n = max(len(self.layers), 1)
        return self.plot.left() + self.plot.width() * (np.arange(n) + 0.5) / n

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if not self.layers or (clip & self.dirty()).isEmpty():
            return
        painter.setClipRect(clip & self.dirty())
        x = self.centers()
        y = np.minimum(self.py(self.values), self.plot.bottom())
        if self.bound:
            self._paint_bound(painter, ink, x)
        if self._line.load(x, y) > 1:
            stroke(painter, self._line, ink.pale(ink.muted, 0.6), 1.0, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = ink.layer_colors(len(self.layers))
        for color, px, py in zip(colors, x.tolist(), y.tolist(), strict=True):
            if math.isfinite(py):
                painter.setBrush(ink.brush(color))
                painter.drawEllipse(QPointF(px, py), DOT, DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Not restore(): an SVG would go on with the narrow clip.
        painter.setClipRect(clip)

    def _paint_bound(self, painter: QPainter, ink: Ink, x: Floats) -> None:
        """How much of the output's gradient the slopes in between let through at most."""
        known = self.values[-1]
        if not (self.bound and math.isfinite(known) and known > 0):
            return
        back = np.arange(len(self.layers))[::-1]
        guide = self.py(known * self.bound ** back.astype(float))
        if self._line.load(x, guide):
            pen = QPen(ink.pale(ink.text, 0.5), 1, Qt.PenStyle.DashLine)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.drawPolyline(self._line.polygon)

    def _paint_x_labels(self, painter: QPainter, ink: Ink) -> None:
        labels = short_names(self.layers)
        width = self.plot.width() / max(len(labels), 1)
        widest = max((ink.small_metrics.horizontalAdvance(t) for t in labels), default=1.0) + 6
        stride = max(1, math.ceil(widest / width))
        for i, x in enumerate(self.centers().tolist()):
            if not self.layers or (len(labels) - 1 - i) % stride:
                continue
            where = QRectF(x - 60, self.plot.bottom() + 3, 120, ink.small_metrics.height())
            paint_label(painter, where, CENTER, labels[i], ink.muted, ink)

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        if not self.layers:
            return None
        i = int(np.abs(self.centers() - place.x()).argmin())
        color = ink.layer_colors(len(self.layers))[i]
        row = Row(color, self.layers[i], self.beside.text(float(self.values[i])))
        return ReadOut(self.plot, float(self.centers()[i]), f"step {self.iteration:,}", [row])
