"""A slider over given values."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from ui.widgets.scale import nearest


class StopSlider(QSlider):
    """Moves over `stops`; a click jumps to its position, the wheel works only with focus."""

    edited = Signal(object)

    def __init__(self, stops: tuple[float, ...], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._stops = stops
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(0, len(stops) - 1)
        self.setPageStep(max(1, len(stops) // 10))
        self.valueChanged.connect(self._emit)

    def set_value(self, value: float) -> None:
        """Move to the stop nearest to a value, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(nearest(self._stops, value))
        self.blockSignals(blocked)

    def step(self, count: int) -> None:
        """Move by a number of stops, as the arrow keys do."""
        self.setValue(self.value() + count)

    def _emit(self, position: int) -> None:
        self.edited.emit(self._stops[position])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._jump(event.position().x())
        super().mousePressEvent(event)

    def _jump(self, x: float) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        if handle.left() <= x <= handle.right():
            return
        span = self.width() - handle.width()
        start = round(x - handle.width() / 2)
        self.setValue(QStyle.sliderValueFromPosition(0, self.maximum(), start, span))
