"""Small learning curves in a grid on one scale, such as those of the best trials of a search."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from core.base.translation import tr
from ui.plots.item import PlotObject
from ui.plots.readout import ReadOut, Row
from ui.plots.stroke import Polyline
from ui.plots.style import PaintStyle
from ui.plots.text import LEFT, paint_label
from ui.plots.ticks import number

GAP_X, GAP_Y = 10.0, 6.0
# Between the scale's labels and the panels, and below the last row for half a label.
GAP_SCALE, BELOW = 5.0, 6.0
# Approximate aspect ratio of a panel, width to height.
SHAPE = 1.5
DASH = (4.0, 3.0)


@dataclass(frozen=True)
class SmallCurves:
    """One panel: its title, and figures by epoch for training (dashed) and validation (solid)."""

    title: str
    train: NDArray[np.float64]
    validation: NDArray[np.float64]


class CurveGrid(PlotObject):
    """Panels in rows, all with the same ranges: x from the first to the last epoch, y as given."""

    clipped = False

    def __init__(self) -> None:
        super().__init__()
        self.panels: tuple[SmallCurves, ...] = ()
        self.low, self.high, self.percent = 0.0, 1.0, True
        self._line = Polyline()

    def set_data(
        self, panels: Sequence[SmallCurves], low: float, high: float, percent: bool
    ) -> None:
        """Show other panels on the scale from `low` to `high`."""
        self.panels, self.low, self.high, self.percent = tuple(panels), low, high, percent
        self.update()

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        """The values of the panel under a place."""
        for panel, frame in zip(self.panels, self._frames(style), strict=True):
            if frame.adjusted(-2, -16, 2, 4).contains(place) and panel.validation.size:
                last = max(panel.validation.size - 1, 1)
                share = (place.x() - frame.left()) / max(frame.width(), 1)
                epoch = min(max(round(share * last), 0), panel.validation.size - 1)
                rows = [
                    Row(style.train, tr("training"), self._text(panel.train[epoch])),
                    Row(style.validation, tr("validation"), self._text(panel.validation[epoch])),
                ]
                x = frame.left() + frame.width() * epoch / last
                title = tr("{title}, epoch {epoch}", title=panel.title, epoch=epoch + 1)
                return ReadOut(frame, x, title, rows)
        return None

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        frames = self._frames(style)
        left = min((frame.left() for frame in frames), default=0.0)
        for panel, frame in zip(self.panels, frames, strict=True):
            self._draw_frame(painter, style, frame)
            if frame.left() == left:
                self._draw_scale(painter, style, frame)
            title = style.small_metrics.elidedText(
                panel.title, Qt.TextElideMode.ElideRight, frame.width()
            )
            height = style.small_metrics.height()
            where = QRectF(frame.left(), frame.top() - height - 1, frame.width(), height)
            paint_label(painter, where, LEFT, title, style.text, style)
            self._draw_curve(painter, style, frame, panel.train, dashed=True)
            self._draw_curve(painter, style, frame, panel.validation, dashed=False)

    def _draw_frame(self, painter: QPainter, style: PaintStyle, frame: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for share in (0.0, 0.5, 1.0):
            y = round(frame.bottom() - share * frame.height())
            painter.fillRect(QRectF(frame.left(), y, frame.width(), 1), style.grid)

    def _draw_scale(self, painter: QPainter, style: PaintStyle, frame: QRectF) -> None:
        """Both ends of the scale, at the left of a row."""
        metrics = style.small_metrics
        for value, middle in ((self.high, frame.top()), (self.low, frame.bottom())):
            text = self._text(value)
            width = metrics.horizontalAdvance(text)
            top = middle - metrics.height() / 2
            where = QRectF(frame.left() - GAP_SCALE - width, top, width + 2, metrics.height())
            paint_label(painter, where, LEFT, text, style.muted, style)

    def _draw_curve(
        self,
        painter: QPainter,
        style: PaintStyle,
        frame: QRectF,
        values: NDArray[np.float64],
        dashed: bool,
    ) -> None:
        known = np.flatnonzero(np.isfinite(values))
        if known.size < 2:
            return
        x = frame.left() + frame.width() * known / max(values.size - 1, 1)
        span = (self.high - self.low) or 1.0
        shares = np.clip((values[known] - self.low) / span, 0.0, 1.0)
        y = frame.bottom() - frame.height() * shares
        pen = QPen(style.train if dashed else style.validation, 1.1 if dashed else 1.5)
        if dashed:
            pen.setDashPattern(list(DASH))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._line.load(x, y)
        painter.drawPolyline(self._line.polygon)

    def _frames(self, style: PaintStyle) -> list[QRectF]:
        """Where each panel's curves lie."""
        n = len(self.panels)
        if not n or self.plot is None:
            return []
        ends = (self._text(self.low), self._text(self.high))
        aside = max(map(style.small_metrics.horizontalAdvance, ends)) + GAP_SCALE
        area = self.plot.rect_in_view.adjusted(round(aside), 0, 0, -BELOW)
        columns = max(1, min(n, round(math.sqrt(n * area.width() / max(area.height(), 1) / SHAPE))))
        rows = math.ceil(n / columns)
        width = (area.width() - GAP_X * (columns - 1)) / columns
        height = (area.height() - GAP_Y * (rows - 1)) / rows
        head = style.small_metrics.height() + 2
        return [
            QRectF(
                round(area.left() + (i % columns) * (width + GAP_X)),
                round(area.top() + (i // columns) * (height + GAP_Y) + head),
                round(width),
                max(round(height - head), 8),
            )
            for i in range(n)
        ]

    def _text(self, value: float) -> str:
        return f"{100 * value:.3g} %" if self.percent else number(float(value))
