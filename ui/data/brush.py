"""A brush for points in the plane of the prediction.

The left button draws class 0, the right button class 1; a click sets one point, dragging spreads
some along the way. With Shift held down either button erases what was drawn before.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter

from core.data.drawn import FARTHEST, MOST_POINTS, Point, as_text, from_text, rounded
from ui.plots import ramp
from ui.plots.ink import Ink
from ui.plots.points import paint_points
from ui.plots.surface import SurfacePanel

# Pixels: between the points of a stroke, how far they stray from it, how far the eraser reaches.
SPACING, STRAY, ERASER = 9.0, 7.0, 12.0
RADIUS = 3.2
LABELS = {Qt.MouseButton.LeftButton: 0, Qt.MouseButton.RightButton: 1}
ERASES = Qt.KeyboardModifier.ShiftModifier


class Brush(QObject):
    """Draws while it is `active`. `drawn` carries all points as text whenever a stroke has ended
    that changed them; `filled` says that there is no room for more."""

    drawn = Signal(str)
    filled = Signal()

    def __init__(self, panel: SurfacePanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self._random = random.Random(0)
        self.active = False
        self._text, self._kept = "", _points("")
        self._points = list(self._kept)
        self._label: int | None = None
        self._last: QPointF | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, those of the stroke under way included."""
        return tuple(self._points)

    def set_text(self, text: str) -> None:
        """The points as the experiment has them; a stroke under way is dropped."""
        if text != self._text or self.is_drawing():
            self._text, self._kept = text, _points(text)
            self.cancel()

    # A stroke

    def is_drawing(self) -> bool:
        return self._last is not None

    def press(self, place: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Begin a stroke; whether there is one."""
        if not self.active or button not in LABELS or not self._panel.plot.contains(place):
            return False
        if self._last is None:
            self._label = None if modifiers & ERASES else LABELS[button]
            self._last = place
            self._dab(place, 0.0)
        return True

    def move(self, place: QPointF) -> bool:
        """Go on with the stroke; whether there is one."""
        while self._last is not None:
            way = place - self._last
            length = math.hypot(way.x(), way.y())
            if length < SPACING:
                return True
            self._last = self._last + way * (SPACING / length)
            self._dab(self._last, STRAY)
        return False

    def release(self) -> bool:
        """End the stroke; whether there was one."""
        if self._last is None:
            return False
        self._last = None
        if self.points != self._kept:
            self._kept, self._text = self.points, as_text(self._points)
            self.drawn.emit(self._text)
        return True

    def cancel(self) -> None:
        """Drop the stroke under way."""
        self._last, self._points = None, list(self._kept)

    def clear(self) -> None:
        """Take all points away."""
        self._last, self._points = QPointF(), []
        self.release()

    def _dab(self, place: QPointF, stray: float) -> None:
        if self._label is None:
            self._erase(place)
            return
        if len(self._points) >= MOST_POINTS:
            self.filled.emit()
            return
        angle, reach = 2 * math.pi * self._random.random(), stray * math.sqrt(self._random.random())
        there = place + QPointF(reach * math.cos(angle), reach * math.sin(angle))
        x, y = self._panel.values_at(there)
        if self._panel.plot.contains(there) and max(abs(x), abs(y)) <= FARTHEST:
            self._points.append(rounded(x, y, self._label))

    def _erase(self, place: QPointF) -> None:
        if self._points:
            x, y = self._places(self._points)
            near = np.hypot(x - place.x(), y - place.y()) <= ERASER
            self._points = [p for p, hit in zip(self._points, near, strict=True) if not hit]

    # What is seen of it before a run has taken it up

    def paint(self, painter: QPainter, ink: Ink, shown: str) -> None:
        """Paint the points that are not among those of the run that is shown, and cover those that
        are there no more."""
        if shown == self._text and not self.is_drawing():
            return
        had, have = set(_points(shown)), set(self._points)
        gone, fresh = list(had - have), list(have - had)
        data = self._panel.data
        classes = data.classes if data and data.classifies else 2
        colors = ramp.class_colors(ink.theme, max(classes, 2))
        if gone:
            covers = [ink.card] * len(gone)
            x, y = self._places(gone)
            kinds = [0] * len(gone)
            paint_points(painter, x, y, kinds, covers, True, RADIUS + 2, ink.card, ink)
        if fresh:
            labels = [point.label for point in fresh]
            shades = [colors[label] for label in labels]
            kinds = labels if data is None or data.classifies else [0] * len(labels)
            x, y = self._places(fresh)
            paint_points(painter, x, y, kinds, shades, True, RADIUS, ink.text, ink)

    def _places(self, points: list[Point]) -> tuple[np.ndarray, np.ndarray]:
        values = np.array([(point.x, point.y) for point in points])
        return self._panel.px(values[:, 0]), self._panel.py(values[:, 1])


@lru_cache(maxsize=4)
def _points(text: str) -> tuple[Point, ...]:
    return from_text(text)
