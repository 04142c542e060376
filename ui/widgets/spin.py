"""A whole number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

from ui.widgets.keys import leave_after_enter

LARGEST = 2**31 - 1


class Spin(QSpinBox):
    """A spin box that emits typed values on Enter or focus-out; the wheel works only with focus.
    With `coarse` the arrows step by about an eighth of the value, in multiples of powers of two: 8,
    9, …, 16, 18, …, 32, 36.
    """

    edited = Signal(object)

    def __init__(
        self,
        low: float | None = None,
        high: float | None = None,
        coarse: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._coarse = coarse
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setRange(-LARGEST if low is None else int(low), LARGEST if high is None else int(high))
        self.valueChanged.connect(self.edited.emit)

    def set_value(self, value: int) -> None:
        if value != self.value():
            blocked = self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(blocked)

    def stepBy(self, steps: int) -> None:
        if not self._coarse:
            super().stepBy(steps)
            return
        value = self.value()
        for _ in range(abs(steps)):
            value = _coarser(value) if steps > 0 else _finer(value)
        self.setValue(value)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        leave_after_enter(self, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _step(value: int) -> int:
    return max(1, 1 << max(0, abs(value).bit_length() - 4))


def _coarser(value: int) -> int:
    step = _step(value)
    return (value // step + 1) * step


def _finer(value: int) -> int:
    step = _step(value - 1)
    return -(-value // step) * step - step
