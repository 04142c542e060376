"""The learning rate of lab 1: a slider that rests at the largest stable rate, and a field."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from ui import theme
from ui.widgets.marked_slider import MarkedSlider
from ui.widgets.number_field import NumberField
from ui.widgets.numbers import shown

MARK_HEIGHT = 18
ABOUT_LIMIT = Message("Beyond this rate batch gradient descent diverges")
ABOUT_LIMIT_OF_UPDATE = Message(
    "Beyond this rate an update of batch gradient descent can lead away from the minimum"
)


class RateSlider(QWidget):
    """Emits the rate as it is dragged or typed. The mark moves with the data: it is 2/λ_max.

    The page puts `field` above, beside its label. The rate itself is exact, the field shows six
    digits of it.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = 1.0
        self._value, self._name, self._scheduled = 0.0, "", False
        self.slider = MarkedSlider()
        self.slider.setAccessibleName(tr("Rate η"))
        self.slider.setToolTip(tr("It rests at the largest stable rate"))
        self.field = NumberField(0.0, 1e12)
        self.setFocusProxy(self.slider)
        self._room = QWidget()
        self._room.setFixedHeight(MARK_HEIGHT)
        self._words = QLabel(self._room)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.slider)
        column.addWidget(self._room)
        self.slider.edited.connect(self._edit)
        self.field.edited.connect(lambda value: self._edit(float(value)))
        self.field.stepped.connect(self.slider.step)

    def set_limit(self, limit: float, name: str, scheduled: bool) -> None:
        """Move the mark, which is called `name`: 2/H or, with several parameters, 2/λ.

        Whether a run diverges is only said where its rate is not `scheduled`.
        """
        self.limit, self._name, self._scheduled = limit, name, scheduled
        self._room.setToolTip(tr(ABOUT_LIMIT_OF_UPDATE if scheduled else ABOUT_LIMIT))
        self.slider.set_mark(limit)
        self.set_value(self._value)

    def set_value(self, value: float) -> None:
        self._value = value
        self.field.set_value(float(f"{value:.6g}"))
        self.slider.set_value(value)
        self._place_words()

    def value(self) -> float:
        return self._value

    def limit_text(self) -> str:
        """The text below the mark."""
        return self._words.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_words()

    def _edit(self, value: float) -> None:
        self.set_value(value)
        self.edited.emit(value)

    def _place_words(self) -> None:
        """The value of the mark, below it as far as there is room."""
        mark = self.slider.mark
        if mark is None:
            self._words.setText("")
            return
        judged = not self._scheduled
        beyond, at = judged and self._value > mark, judged and self._value == mark
        limit = f"{self._name} = {shown(float(f'{mark:.3g}'))}"
        if beyond:
            limit = tr("{limit}: diverges", limit=limit)
        elif at:
            limit = tr("{limit}: the limit", limit=limit)
        self._words.setText(limit)
        colors = theme.current()
        palette = self._words.palette()
        palette.setColor(self._words.foregroundRole(), colors.bad if beyond or at else colors.muted)
        self._words.setPalette(palette)
        self._words.adjustSize()
        left = self.slider.place_of(mark) - self._words.width() // 2
        self._words.move(max(0, min(left, self.width() - self._words.width())), 2)
