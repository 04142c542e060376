"""The list of settings that vary: each with its path, its scale, and its ends or choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.experiment.space import SCALES, Range, SearchError, parse_range
from core.experiment.spec import ExperimentSpec
from core.search.candidates import Candidate, candidates
from ui import theme
from ui.widgets.combo import Combo, choice_model
from ui.widgets.layouts import add_layout
from ui.widgets.text_field import TextField

LABELS = {
    "log": Message("Log"),
    "linear": Message("Linear"),
    "int": Message("Whole"),
    "choice": Message("Choice"),
}
NOTES = {
    "log": Message("even in the exponent"),
    "linear": Message("even in the value"),
    "int": Message("whole numbers"),
    "choice": Message("one of a list"),
}


CHOICES = Message("The choices, separated by commas")
ENDS = Message("The least and the largest value")


class RangeRow(QFrame):
    """One range: the setting above, scale and values below. `edited` follows every change."""

    edited = Signal()
    removed = Signal()
    problem = Signal(str)

    def __init__(self, offered: Sequence[Candidate], each: Range) -> None:
        super().__init__()
        self.setObjectName("block")
        self._first = {candidate.path: candidate.range for candidate in offered}
        self.range = each
        self.setting = Combo(choice_model((c.path, tr(c.label), "", c.path) for c in offered))
        self.scale = Combo(
            choice_model((s, tr(LABELS[s]), tr(NOTES[s]), tr(NOTES[s])) for s in SCALES)
        )
        self.values = TextField()
        self.remove = QToolButton()
        self.remove.setToolTip(tr("Stop varying this setting"))
        self.remove.setAccessibleName(tr("Stop varying this setting"))
        self.setting.setAccessibleName(tr("Setting that varies"))
        self.setting.setToolTip(tr("The setting that varies from trial to trial"))
        self.scale.setAccessibleName(tr("Scale of the range"))
        self.scale.setToolTip(tr("How values are spread over the range"))
        self.values.setAccessibleName(tr("Values of the range"))
        self._arrange()
        self.setting.edited.connect(self._choose_setting)
        self.scale.edited.connect(self._choose_scale)
        self.values.edited.connect(self._take)
        self.remove.clicked.connect(self.removed)
        self.retheme()
        self._show()

    def retheme(self) -> None:
        self.remove.setIcon(theme.icon("close", theme.current(), "muted"))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
            add_layout(column, row)
        above.addWidget(self.setting, 1)
        above.addWidget(self.remove)
        self.scale.setFixedWidth(84)
        below.addWidget(self.scale)
        below.addWidget(self.values, 1)

    def _show(self) -> None:
        self.setting.set_value(self.range.path)
        self.scale.set_value(self.range.scale)
        self.values.set_value(str(self.range).partition(":")[2])
        choice = self.range.scale == "choice"
        self.values.setToolTip(tr(CHOICES if choice else ENDS))

    def _choose_setting(self, path: Any) -> None:
        self.range = self._first[path]
        self._show()
        self.edited.emit()

    def _choose_scale(self, scale: Any) -> None:
        first = self._first[self.range.path]
        if "choice" in (scale, self.range.scale):
            text = first if first.scale == scale else self._converted(scale)
            self.range = text
        elif scale == "log" and self.range.low <= 0:
            self.range = replace(self.range, scale=scale, low=self.range.high / 1e4)
        elif scale == "int":
            low, high = float(int(self.range.low)), float(max(1, round(self.range.high)))
            self.range = replace(self.range, scale=scale, low=min(low, high - 1), high=high)
        else:
            self.range = replace(self.range, scale=scale)
        self._show()
        self.edited.emit()

    def _converted(self, scale: str) -> Range:
        """A list of values from a range, or a range between the least and the largest choice."""
        if scale == "choice":
            values = dict.fromkeys(self.range.grid(3))
            return Range(self.range.path, "choice", choices=tuple(values))
        numbers = [v for v in self.range.choices if isinstance(v, int | float)]
        if len(numbers) < 2:
            return self.range
        return Range(self.range.path, scale, float(min(numbers)), float(max(numbers)))

    def _take(self, text: str) -> None:
        try:
            self.range = parse_range(f"{self.range.path}={self.range.scale}:{text}")
            self.edited.emit()
        except SearchError as error:
            self.problem.emit(tr(str(error)))
        self.values.set_value(str(self.range).partition(":")[2])
        self.values.setText(str(self.range).partition(":")[2])


class RangesEditor(QWidget):
    """All ranges; `edited` carries them whenever one changes."""

    edited = Signal(object)
    problem = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RangeRow] = []
        self._offered: list[Candidate] = []
        self.add = QPushButton(tr("Add setting"))
        self.add.setToolTip(tr("Vary one more setting"))
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.clicked.connect(self._add_another)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.add)
        self.retheme()

    def ranges(self) -> tuple[Range, ...]:
        return tuple(row.range for row in self.rows)

    def show_ranges(self, spec: ExperimentSpec, ranges: Sequence[Range]) -> None:
        """Show these ranges of an experiment's settings, without a signal."""
        offered = candidates(spec)
        known = {candidate.path for candidate in offered}
        offered += [Candidate(r.path, r.path, r) for r in ranges if r.path not in known]
        self._offered = offered
        for row in self.rows:
            self._discard(row)
        self.rows = []
        for each in ranges:
            self._insert(each)

    def retheme(self) -> None:
        self.add.setIcon(theme.icon("plus", theme.current(), "text"))
        for row in self.rows:
            row.retheme()

    def _insert(self, each: Range) -> None:
        row = RangeRow(self._offered, each)
        row.edited.connect(self._tell)
        row.removed.connect(lambda: self._remove(row))
        row.problem.connect(self.problem)
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _add_another(self) -> None:
        used = {row.range.path for row in self.rows}
        free = [c for c in self._offered if c.path not in used]
        numbers = [c for c in free if c.range.scale != "choice"]
        if free:
            self._insert((numbers or free)[0].range)
            self.rows[-1].setting.setFocus()
            self._tell()

    def _remove(self, row: RangeRow) -> None:
        self.rows.remove(row)
        self._discard(row)
        self._tell()

    def _discard(self, row: RangeRow) -> None:
        self._column.removeWidget(row)
        # It is deleted later: another click must not reach it.
        row.hide()
        row.deleteLater()

    def _tell(self) -> None:
        self.edited.emit(self.ranges())
