"""The learning rate of lab 1: a slider with a mark, and a notch, at the largest stable rate."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStyle, QStyleOptionSlider, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.number_field import NumberField
from ui.widgets.numbers import shown
from ui.widgets.slider import StopSlider

FIELD_WIDTH, MARK_HEIGHT = 62, 18
# The slider reaches from a thousandth of the limit to ten times it; the limit itself takes up as
# many positions as make the handle rest there for a moment.
BELOW, ABOVE, STEPS, NOTCH = 1e-3, 10.0, 240, 25


class _Slider(StopSlider):
    mark: float | None = None

    def set_stops(self, stops: tuple[float, ...]) -> None:
        blocked = self.blockSignals(True)
        self._stops = stops
        self.setRange(0, len(stops) - 1)
        self.blockSignals(blocked)

    def place_of(self, value: float) -> int:
        """The horizontal place of a value, in the middle of its positions."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle: QRect = self.style().subControlRect(control, option, part, self)
        stops = np.array(self._stops)
        same = np.flatnonzero(stops == value)
        at = int(same[len(same) // 2]) if len(same) else int(np.argmin(np.abs(stops - value)))
        span = self.width() - handle.width()
        return handle.width() // 2 + QStyle.sliderPositionFromValue(0, self.maximum(), at, span)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The groove is red beyond the mark."""
        super().paintEvent(event)
        if self.mark is None:
            return
        at, colors = self.place_of(self.mark), theme.current()
        handle = self.place_of(self._stops[self.value()])
        middle = self.height() / 2
        with QPainter(self) as painter:
            color = QColor(colors.bad)
            painter.fillRect(QRectF(at - 1, middle - 9, 2, 4), color)
            painter.fillRect(QRectF(at - 1, middle + 5, 2, 5), color)
            left = max(at, handle + 8) if handle >= at - 8 else at
            if left < self.width() - 4:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.blend(colors.card, color, 0.55))
                painter.drawRoundedRect(QRectF(left, middle - 2, self.width() - left - 1, 4), 2, 2)


class RateSlider(QWidget):
    """Emits the rate as it is dragged or typed. The mark moves with the data: it is 2/λ_max."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = 1.0
        self.slider = _Slider((0.0, 1.0))
        self.field = NumberField(0.0, 1e12)
        self.field.setFixedWidth(FIELD_WIDTH)
        self.setFocusProxy(self.slider)
        self._mark = _Mark(self)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.slider, 1)
        line.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._mark)
        self.slider.edited.connect(self._slid)
        self.field.edited.connect(self._typed)
        self.field.stepped.connect(self.slider.step)

    def set_limit(self, limit: float) -> None:
        """Move the mark."""
        self.limit = limit
        if math.isfinite(limit) and limit > 0:
            below = np.geomspace(limit * BELOW, limit, STEPS * 3 // 4)[:-1]
            above = np.geomspace(limit, limit * ABOVE, STEPS // 4)[1:]
            stops = [
                *map(_rounded, below.tolist()),
                *[limit] * NOTCH,
                *map(_rounded, above.tolist()),
            ]
        else:
            stops = [_rounded(v) for v in np.geomspace(1e-4, 10, STEPS).tolist()]
        value = self.field.value()
        self.slider.mark = limit if math.isfinite(limit) and limit > 0 else None
        self.slider.set_stops(tuple(stops))
        if value is not None:
            self.set_value(float(value))

    def set_value(self, value: float) -> None:
        self.field.set_value(_rounded(value) if value != self.limit else float(f"{value:.6g}"))
        self.slider.set_value(value)
        self._mark.update()

    def value(self) -> float:
        return float(self.field.value() or 0.0)

    def _slid(self, value: float) -> None:
        self.set_value(value)
        self.edited.emit(value)

    def _typed(self, value: float) -> None:
        self.slider.set_value(value)
        self._mark.update()
        self.edited.emit(value)


class _Mark(QWidget):
    """The tick below the slider, with its value."""

    def __init__(self, rate: RateSlider) -> None:
        super().__init__(rate)
        self._rate = rate
        self.setFixedHeight(MARK_HEIGHT)
        self.setToolTip("2/λ: beyond this rate batch gradient descent diverges")

    def paintEvent(self, event: QPaintEvent) -> None:
        rate, colors = self._rate, theme.current()
        if not math.isfinite(rate.limit):
            return
        x = rate.slider.place_of(rate.limit)
        beyond = rate.value() > rate.limit * (1 + 1e-9)
        color = QColor(colors.bad if beyond else colors.muted)
        with QPainter(self) as painter:
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.9)
            painter.setFont(font)
            painter.setPen(color)
            text = f"2/λ = {shown(float(f'{rate.limit:.3g}'))}"
            text += ": diverges" if beyond else ""
            width = painter.fontMetrics().horizontalAdvance(text)
            left = min(max(0, x - width // 2), self.width() - width)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(QRectF(left, 2, width + 4, self.height() - 2), flags, text)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
