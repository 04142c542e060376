"""A number with a slider for the usual range and a field for any value."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.base.registry import Setting
from core.base.translation import tr
from ui.widgets.number_field import NumberField
from ui.widgets.scale import stops
from ui.widgets.slider import StopSlider

# The wider one has room for the word "missing".
FIELD_WIDTH, WIDER = 62, 78


class NumberSlider(QWidget):
    """Emits while the slider moves, and on Enter or focus-out of the field.

    `positions` are those of the slider, else round values between the setting's bounds. Where it
    is `open`, numbers beyond the bounds can be typed. With `empty`, an empty field means None and
    shows that word; the slider is then at the default.
    """

    edited = Signal(object)

    def __init__(
        self,
        setting: Setting,
        default: float,
        parent: QWidget | None = None,
        *,
        positions: tuple[float, ...] = (),
        open: bool = False,
        empty: str = "",
    ) -> None:
        super().__init__(parent)
        self.slider = StopSlider(positions or stops(setting, default), self)
        bounds = (None, None) if open else (setting.low, setting.high)
        self.field = NumberField(*bounds, empty=empty, parent=self)
        self.field.setFixedWidth(WIDER if empty else FIELD_WIDTH)
        self._default, self._empty = default, bool(empty)
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.slider)
        row.addWidget(self.field)
        self.slider.edited.connect(self._slid)
        self.field.edited.connect(self._typed)
        self.field.stepped.connect(self.slider.step)

    def value(self) -> float | None:
        value = self.field.value()
        return value if self._empty else value or 0.0

    def set_value(self, value: float | None) -> None:
        self.field.set_value(value)
        self.slider.set_value(self._default if value is None else value)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.slider.setAccessibleName(tr("{name}, slider", name=name))

    def _slid(self, value: float) -> None:
        self.field.set_value(value)
        self.edited.emit(value)

    def _typed(self, value: float | None) -> None:
        self.slider.set_value(self._default if value is None else value)
        self.edited.emit(value)
