"""One row of a table, to be filled in column by column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDateEdit, QGridLayout, QWidget

from core.base.registry import Setting
from core.base.translation import tr
from core.training.questions import Field
from ui.widgets.combo import Combo, choice_model
from ui.widgets.number_field import NumberField
from ui.widgets.number_slider import NumberSlider
from ui.widgets.row_label import RowLabel
from ui.widgets.scroll_area import ScrollArea

LABEL = 96
# Whole numbers of at most so many values have a position each.
MOST_POSITIONS = 200
EPOCH, NO_DATE = QDate(1970, 1, 1), QDate(1752, 9, 14)
MISSING = float("nan")


class RowForm(ScrollArea):
    """A line for each field: a slider with a number, a list of words, or a date.

    `edited` comes whenever a value has changed, also while a slider moves.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.fields: tuple[Field, ...] = ()
        self.controls: list[Control] = []

    def set_fields(self, fields: tuple[Field, ...]) -> None:
        """Ask for other columns; each starts with what is typical of it."""
        self.fields = fields
        self.controls = []
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 2, 8, 6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for i, field in enumerate(fields):
            label = RowLabel(field.name, False, LABEL)
            control = _control(field)
            for part in (label, control):
                part.setToolTip(_range(field))
            label.setBuddy(control)
            control.setAccessibleName(field.name)
            grid.addWidget(label, i, 0)
            grid.addWidget(control, i, 1)
            control.edited.connect(lambda _: self.edited.emit())
            self.controls.append(control)
        grid.setRowStretch(len(fields), 1)
        self.setWidget(page)

    def values(self) -> list[float | str]:
        """What has been filled in; NaN where a number or a date is left empty."""
        return [
            MISSING if (value := control.value()) is None else value for control in self.controls
        ]

    def set_values(self, values: Sequence[float | str]) -> None:
        """Fill in, without a signal."""
        for control, value in zip(self.controls, values, strict=True):
            control.set_value(value)  # type: ignore[arg-type]


class DateField(QDateEdit):
    """A date as days since 1970-01-01, with a calendar."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setCalendarPopup(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Qt's own way to show that there is no date: words in the place of the first one.
        self.setMinimumDate(NO_DATE)
        self.setSpecialValueText(tr("missing"))
        self.dateChanged.connect(lambda _: self.edited.emit(self.value()))

    def value(self) -> float | None:
        """Days, None where the date is missing."""
        return None if self.date() == NO_DATE else float(EPOCH.daysTo(self.date()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.setDate(NO_DATE)
        else:
            super().keyPressEvent(event)

    def set_value(self, value: float | str | None) -> None:
        blocked = self.blockSignals(True)
        self.setDate(NO_DATE if value is None else EPOCH.addDays(round(float(value))))
        self.blockSignals(blocked)


Control = Combo | DateField | NumberField | NumberSlider


def _control(field: Field) -> Control:
    if field.feature.categories:
        words = [(word, word, "", "") for word in field.feature.categories]
        control: Control = Combo(choice_model(words))
    elif field.is_day:
        control = DateField()
    elif field.low < field.high:
        positions: tuple[float, ...] = ()
        if field.whole and field.high - field.low <= MOST_POSITIONS:
            positions = tuple(map(float, range(round(field.low), round(field.high) + 1)))
        setting = Setting(low=field.low, high=field.high)
        word = tr("missing")
        control = NumberSlider(setting, field.typical, positions=positions, open=True, empty=word)
    else:
        control = NumberField(empty=tr("missing"))
    control.set_value(field.start)  # type: ignore[arg-type]
    return control


def _range(field: Field) -> str:
    """What the training part has in a column."""
    if field.feature.categories:
        return field.name
    low, high, median = map(field.text, (field.low, field.high, field.typical))
    text = tr(
        "{name}: {low} to {high}, median {median}.",
        name=field.name,
        low=low,
        high=high,
        median=median,
    )
    if field.feature.flag:
        text += " " + tr("Left empty it is missing: the median is used, and an input says so.")
    else:
        text += " " + tr("Left empty it is missing: the median is used.")
    return f"{text} {tr('Delete empties a date.')}" if field.is_day else text
