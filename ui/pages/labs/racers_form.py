"""Which optimizers race, and at which rate: a row for each."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.catalogue.optimizers import OPTIMIZERS
from core.studies.optimizer_race import NEWTON, Newton
from ui.pages.labs.race_plots import color_of
from ui.widgets.check import Check
from ui.widgets.entry_combo import described, entry_tip
from ui.widgets.layouts import add_layout
from ui.widgets.number_field import NumberField
from ui.widgets.swatch import Swatch

KEYS = (*OPTIMIZERS, NEWTON)
LABELS = {**{key: OPTIMIZERS[key].label for key in OPTIMIZERS}, NEWTON: Newton().label}
ABOUT_NEWTON = Message("Goes to the nearest point with slope 0: a minimum, a maximum or a saddle.")


def default_rate(key: str) -> float:
    """The default rate of a racer."""
    return Newton().learning_rate if key == NEWTON else OPTIMIZERS[key]().learning_rate


class RacersForm(QWidget):
    """`chosen` carries the keys that race, `rate_edited` a key and its new rate."""

    chosen = Signal(object)
    rate_edited = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.checks: dict[str, Check] = {}
        self.fields: dict[str, NumberField] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for key in KEYS:
            add_layout(column, self._line(key))

    def set_values(self, keys: tuple[str, ...], rates: Mapping[str, float], same: bool) -> None:
        """Show which optimizers race and at which rate; with `same` the rates cannot be edited
        here."""
        for key in KEYS:
            self.checks[key].setChecked(key in keys)
            self.fields[key].set_value(rates[key])
            self.fields[key].setEnabled(not same)

    def _line(self, key: str) -> QHBoxLayout:
        check, field = Check(), NumberField(0.0, 1e12)
        check.setText(tr(LABELS[key]))
        tip = (
            described(tr(LABELS[key]), tr(ABOUT_NEWTON))
            if key == NEWTON
            else entry_tip(OPTIMIZERS[key])
        )
        check.setToolTip(tip)
        field.setFixedWidth(70)
        field.setAccessibleName(tr("Rate of {label}", label=Message(LABELS[key])))
        field.setToolTip(tr("Learning rate of {label}", label=Message(LABELS[key])))
        check.edited.connect(lambda _: self._choose())
        field.edited.connect(lambda value: self.rate_edited.emit(key, float(value)))
        self.checks[key], self.fields[key] = check, field
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(Swatch(color_of(key)))
        line.addWidget(check, 1)
        line.addWidget(field)
        return line

    def _choose(self) -> None:
        self.chosen.emit(tuple(key for key in KEYS if self.checks[key].isChecked()))
