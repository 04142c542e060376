"""A slider with a mark at one of its values, at which it can be felt to rest."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget

from ui import theme
from ui.widgets.slider import StopSlider

# The slider reaches from a thousandth of the mark to ten times it. The mark takes up so many
# positions: while the handle is dragged over them it stays in their middle.
BELOW, ABOVE, STEPS, NOTCH = 1e-3, 10.0, 240, 31
ARROWS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
}


class MarkedSlider(StopSlider):
    """Logarithmic around its mark; the groove is red beyond it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((0.0, 1.0), parent)
        self.mark: float | None = None
        self.sliderMoved.connect(self._rest)

    def set_mark(self, mark: float) -> None:
        """Put the mark at a value, with the stops around it; none where that is not finite."""
        self.mark = mark if math.isfinite(mark) and mark > 0 else None
        if self.mark is None:
            stops = [_rounded(v) for v in np.geomspace(1e-4, 10, STEPS).tolist()]
        else:
            below = np.geomspace(mark * BELOW, mark, STEPS * 3 // 4)[:-1].tolist()
            above = np.geomspace(mark, mark * ABOVE, STEPS // 4)[1:].tolist()
            stops = [*map(_rounded, below), *[mark] * NOTCH, *map(_rounded, above)]
        value = self.value_shown()
        blocked = self.blockSignals(True)
        self._stops = tuple(stops)
        self.setRange(0, len(stops) - 1)
        self.blockSignals(blocked)
        self.set_value(value)
        self.update()

    def value_shown(self) -> float:
        """The value at which the handle is."""
        return self._stops[self.value()]

    def set_value(self, value: float) -> None:
        """Go to the stop nearest to a value, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(self._position(value))
        self.blockSignals(blocked)

    def step(self, count: int) -> None:
        """Move by so many different values: the mark counts as one."""
        at, way = self.value(), 1 if count > 0 else -1
        for _ in range(abs(count)):
            here = self._stops[at]
            while 0 <= at + way <= self.maximum():
                at += way
                if self._stops[at] != here:
                    break
        self.setValue(self._position(self._stops[at]))

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        way = ARROWS.get(Qt.Key(ev.key()))
        if way is None:
            super().keyPressEvent(ev)
        else:
            self.step(way)

    def place_of(self, value: float) -> int:
        """Where the middle of the handle is at a value, in logical pixels from the left."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle: QRect = self.style().subControlRect(control, option, part, self)
        at, span = self._position(value), self.width() - handle.width()
        return handle.width() // 2 + QStyle.sliderPositionFromValue(0, self.maximum(), at, span)

    def _position(self, value: float) -> int:
        """The position nearest to a value, of several that have it the middle one."""
        away = np.abs(np.array(self._stops) - value)
        same = np.flatnonzero(away == away.min())
        return int(same[len(same) // 2])

    def _rest(self, position: int) -> None:
        if self.mark is not None and self._stops[position] == self.mark:
            self.setSliderPosition(self._position(self.mark))

    def paintEvent(self, ev: QPaintEvent) -> None:
        super().paintEvent(ev)
        if self.mark is None:
            return
        at, handle = self.place_of(self.mark), self.place_of(self.value_shown())
        color, middle = QColor(theme.current().bad), self.height() / 2
        with QPainter(self) as painter:
            # The tick is longer while the handle rests there.
            length = 7 if at == handle else 4
            painter.fillRect(QRectF(at - 1, middle - 6 - length, 2, length), color)
            painter.fillRect(QRectF(at - 1, middle + 6, 2, length), color)
            left = max(at, handle + 8) if handle >= at - 8 else at
            if left < self.width() - 4:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.blend(theme.current().card, color, 0.55))
                painter.drawRoundedRect(QRectF(left, middle - 2, self.width() - left - 1, 4), 2, 2)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
