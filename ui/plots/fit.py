"""The output of a network along its only input, with the samples it is to meet."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from core.telemetry.pictures import DataPicture, Fit, Points
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut, Row
from ui.plots.points import nearest, paint_points, radius
from ui.plots.scale import Scale, round_range
from ui.plots.stroke import Polyline, stroke
from ui.plots.text import RIGHT, paint_label
from ui.plots.ticks import number

LINE = 2.0
# How far the axis may go beyond the targets, in shares of their span. A wilder curve is cut off.
STEPS = (0.1, 0.3, 0.6, 1.0)


class FitPanel(Panel):
    """Targets as points, the prediction as a curve."""

    def __init__(self) -> None:
        super().__init__()
        self.fit: Fit | None = None
        self.data: DataPicture | None = None
        self.iteration = 0
        self._line = Polyline()
        self._overlay: QPixmap | None = None

    def absorb(self, fit: Fit, data: DataPicture | None, iteration: int) -> bool:
        """Take the curve of one moment; whether axes have changed."""
        before = self.x, self.y, self.data
        self.fit, self.data, self.iteration = fit, data, iteration
        mean, std = (data.mean[0], data.std[0]) if data else (0.0, 1.0)
        self.x = Scale(float(fit.low * std + mean), float(fit.high * std + mean))
        self.y = self._scale()
        return before != (self.x, self.y, data)

    def _scale(self) -> Scale:
        """A scale that holds all targets and, in a few steps, the curve.

        A scale that followed the curve exactly would move all the time.
        """
        low, high = self.data.span if self.data else (-1.0, 1.0)
        span = high - low or 1.0
        curve = self.curve()
        known = curve[np.isfinite(curve)]
        below = _step((low - float(known.min(initial=low))) / span)
        above = _step((float(known.max(initial=high)) - high) / span)
        return round_range(low - below * span, high + above * span)

    def name(self) -> str:
        """What the input stands for."""
        known = self.data.axes if self.data else ()
        return known[0] if known else "x"

    def curve(self) -> np.ndarray:
        """The outputs, (points,)."""
        assert self.fit
        return self.fit.values[0].astype(np.float64)

    def grid(self) -> np.ndarray:
        """The inputs that the outputs belong to, (points,), in the data's own units."""
        assert self.fit
        return np.linspace(self.x.low, self.x.high, self.fit.values.shape[1])

    def place(self, rect: QRectF, ink: Ink) -> None:
        super().place(rect, ink)
        self._overlay = None
        end = self.plot.right() - ink.small_metrics.horizontalAdvance(self.name()) - 8
        width = ink.small_metrics.horizontalAdvance
        self.x_ticks = [t for t in self.x_ticks if self.px_of(t.value) + width(t.label) / 2 < end]

    def dirty(self) -> QRectF:
        return self.plot.adjusted(-5, -5, 5, 5)

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        super().paint_still(painter, ink)
        line = ink.small_metrics.height()
        where = QRectF(self.plot.left(), self.plot.bottom() + 4, self.plot.width(), line)
        paint_label(painter, where, RIGHT, self.name(), ink.muted, ink)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if self.fit is None or (clip & self.dirty()).isEmpty():
            return
        if ink.live:
            if self._overlay is None:
                self._overlay = self._samples_picture(ink)
            painter.drawPixmap(self.dirty().topLeft(), self._overlay)
        else:
            self._paint_samples(painter, ink)
        painter.setClipRect(clip & self.plot.adjusted(-1, -1, 1, 1))
        if self._line.load(self.px(self.grid()), self.py(self.curve())) > 1:
            stroke(painter, self._line, ink.text, LINE, ink)
        painter.setClipRect(clip)

    def _samples_picture(self, ink: Ink) -> QPixmap:
        where = self.dirty()
        picture = QPixmap((where.size() * ink.ratio).toSize())
        picture.setDevicePixelRatio(ink.ratio)
        picture.fill(QColor(0, 0, 0, 0))
        with QPainter(picture) as painter:
            painter.translate(-where.topLeft())
            self._paint_samples(painter, ink)
        return picture

    def _paint_samples(self, painter: QPainter, ink: Ink) -> None:
        if self.data is None:
            return
        total = sum(len(p.targets) for p in self.data.points.values())
        size = radius(total, self.plot.width())
        for part, points in self.data.points.items():
            color = _color(part, ink)
            n = len(points.targets)
            x, y = self._places(points)
            filled = part == "train"
            paint_points(painter, x, y, [0] * n, [color] * n, filled, size, ink.card, ink)

    def _places(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        inputs, targets = points.inputs.astype(np.float64), points.targets.astype(np.float64)
        return self.px(inputs[:, 0]), self.py(targets)

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        if self.fit is None:
            return None
        found = self._nearest(place)
        if found is None:
            at, rows = self.x_of(place.x()), []
        else:
            part, points, i = found
            at, target = float(points.inputs[i, 0]), float(points.targets[i])
            residual = target - self._predicted(at)
            rows = [
                Row(_color(part, ink), f"target, {part}", number(target)),
                Row(None, "residual", number(residual)),
            ]
        rows.insert(0, Row(None, self.name(), number(at)))
        rows.insert(1, Row(ink.text, "prediction", number(self._predicted(at))))
        return ReadOut(self.plot, self.px_of(at), f"step {self.iteration:,}", rows)

    def _predicted(self, at: float) -> float:
        return float(np.interp(at, self.grid(), self.curve()))

    def _nearest(self, place: QPointF) -> tuple[str, Points, int] | None:
        best, found = np.inf, None
        for part, points in self.data.points.items() if self.data else ():
            if len(points.targets):
                i, distance = nearest(*self._places(points), place)
                if distance < best:
                    best, found = distance, (part, points, i)
        return found


def _step(wanted: float) -> float:
    """The first of the steps that is far enough, or the last."""
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _color(part: str, ink: Ink) -> QColor:
    return ink.train if part == "train" else ink.validation
