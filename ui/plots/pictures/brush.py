"""A brush that draws points into the plane of the prediction.

The left button draws class 0, the right button class 1; a click sets one point, a drag scatters
points along the way. With Shift, either button erases drawn points.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from core.data.drawn import FARTHEST, MOST_POINTS, Point, as_text, from_text, rounded
from ui.plots import ramp
from ui.plots.item import FRONT, PlotObject
from ui.plots.pictures.surface import SurfacePlot
from ui.plots.points import paint_points
from ui.plots.style import PaintStyle

# In pixels: the distance between the points of a stroke, their random offset from it, and the
# radius of the eraser.
SPACING, STRAY, ERASER = 9.0, 7.0, 12.0
RADIUS = 3.2
LABELS = {Qt.MouseButton.LeftButton: 0, Qt.MouseButton.RightButton: 1}
ERASES = Qt.KeyboardModifier.ShiftModifier


class Brush(QObject):
    """Draws while `active`. `drawn` carries all points as text after each stroke that changed them;
    `filled` is emitted when the limit is reached."""

    drawn = Signal(str)
    filled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plot: SurfacePlot | None = None
        self._marks = BrushMarks(self)
        self._random = random.Random(0)
        self.active = False
        self._text, self._kept = "", _points("")
        self._points = list(self._kept)
        self._label: int | None = None
        self._last: QPointF | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, including those of an unfinished stroke."""
        return tuple(self._points)

    def set_text(self, text: str) -> None:
        """Set the experiment's points; an unfinished stroke is discarded."""
        if text != self._text or self.is_drawing():
            self._text, self._kept = text, _points(text)
            self.cancel()

    def attach(self, plot: SurfacePlot) -> None:
        """Draw in a plot."""
        self.plot = plot
        plot.add(self._marks)

    # A stroke

    def is_drawing(self) -> bool:
        return self._last is not None

    def press(self, place: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Begin a stroke; return whether one is being drawn."""
        if not self.active or button not in LABELS or not self._is_inside(place):
            return False
        if self._last is None:
            self._label = None if modifiers & ERASES else LABELS[button]
            self._last = place
            self._dab(place, 0.0)
        return True

    def move(self, place: QPointF) -> bool:
        """Continue the stroke; return whether one is being drawn."""
        while self._last is not None:
            way = place - self._last
            length = math.hypot(way.x(), way.y())
            if length < SPACING:
                return True
            self._last = self._last + way * (SPACING / length)
            self._dab(self._last, STRAY)
        return False

    def release(self) -> bool:
        """End the stroke; return whether there was one."""
        if self._last is None:
            return False
        self._last = None
        self._marks.update()
        if self.points != self._kept:
            self._kept, self._text = self.points, as_text(self._points)
            self.drawn.emit(self._text)
        return True

    def cancel(self) -> None:
        """Discard the unfinished stroke."""
        self._last, self._points = None, list(self._kept)
        self._marks.update()

    def clear(self) -> None:
        """Remove all points."""
        self._last, self._points = QPointF(), []
        self.release()

    def _dab(self, place: QPointF, stray: float) -> None:
        self._marks.update()
        if self._label is None:
            self._erase(place)
            return
        if len(self._points) >= MOST_POINTS:
            self.filled.emit()
            return
        angle, reach = 2 * math.pi * self._random.random(), stray * math.sqrt(self._random.random())
        there = place + QPointF(reach * math.cos(angle), reach * math.sin(angle))
        assert self.plot
        x, y = self.plot.values_at(there)
        if self._is_inside(there) and max(abs(x), abs(y)) <= FARTHEST:
            self._points.append(rounded(x, y, self._label))

    def _is_inside(self, place: QPointF) -> bool:
        return self.plot is not None and self.plot.frame.contains(place)

    def _erase(self, place: QPointF) -> None:
        if self._points:
            x, y = self.places(self._points)
            near = np.hypot(x - place.x(), y - place.y()) <= ERASER
            self._points = [p for p, hit in zip(self._points, near, strict=True) if not hit]

    def differences(self, shown: str) -> tuple[list[Point], list[Point]]:
        """Points added and points removed relative to the run shown."""
        if shown == self._text and not self.is_drawing():
            return [], []
        before, now = set(_points(shown)), set(self._points)
        return list(now - before), list(before - now)

    def places(self, points: list[Point]) -> tuple[np.ndarray, np.ndarray]:
        """The positions of points, in logical pixels."""
        assert self.plot
        values = np.array([(point.x, point.y) for point in points])
        return self.plot.px(values[:, 0]), self.plot.py(values[:, 1])


class BrushMarks(PlotObject):
    """Shows pending changes: added points, and covers over removed ones."""

    layer = FRONT

    def __init__(self, brush: Brush) -> None:
        super().__init__()
        self._brush = brush

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        brush = self._brush
        if brush.plot is None or not style.live:
            return
        data = brush.plot.dataset
        added, removed = brush.differences(data.drawn if data else "")
        if removed:
            x, y = brush.places(removed)
            covers = [style.card] * len(removed)
            kinds = [0] * len(removed)
            paint_points(painter, x, y, kinds, covers, True, RADIUS + 2, style.card, style)
        if added:
            x, y = brush.places(added)
            classifies = data is None or data.classifies
            classes = data.classes if data and data.classifies else 2
            colors = ramp.class_colors(style.theme, max(classes, 2))
            labels = [point.label for point in added]
            kinds = labels if classifies else [0] * len(labels)
            shades = [colors[label] for label in labels]
            paint_points(painter, x, y, kinds, shades, True, RADIUS, style.text, style)


@lru_cache(maxsize=4)
def _points(text: str) -> tuple[Point, ...]:
    return from_text(text)
