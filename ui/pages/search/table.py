"""The table of trials: best first, ties shaded, those without a score at the end."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.base.translation import Message, tr
from core.experiment.space import Range
from core.search.job import SearchState
from core.search.summary import short_name, ties
from core.search.trial import TrialRecord
from ui import theme
from ui.theme import blend

ROW_HEIGHT, LEAST_WIDTH = 26, 48
# Columns are as wide as so many rows need: measuring thousands takes tenths of a second.
MEASURED_ROWS = 100
# The columns before those of the settings: rank, trial, score.
FIXED = 3
NONE = "–"
STATES = {
    "complete": Message("complete"),
    "pruned": Message("pruned"),
    "diverged": Message("diverged"),
    "failed": Message("failed"),
    "cancelled": Message("cancelled"),
}
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


class TrialsModel(QAbstractTableModel):
    """Trials by rank. `chosen` are those that were brushed, None for all."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[TrialRecord] = []
        self._ranges: tuple[Range, ...] = ()
        self._score, self._ties = "accuracy", 0
        self._ranks: dict[int, int] = {}

    def show_state(self, state: SearchState, chosen: frozenset[int] | None) -> None:
        """Show other trials."""
        self.beginResetModel()
        best = state.best_first
        self._score, self._ties = state.plan.score, ties(best, state.plan.score)
        known = {record.index for record in best}
        rest = [record for record in state.records if record.index not in known]
        self.rows = [r for r in best + rest if chosen is None or r.index in chosen]
        self._ranks = {record.index: place for place, record in enumerate(best, 1)}
        self._ranges = state.plan.ranges
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads()[section]
        return None

    def _heads(self) -> list[str]:
        settings = [tr(short_name(each.path)) for each in self._ranges]
        score = tr("val acc") if self._score == "accuracy" else tr("val loss")
        return [tr("Best"), tr("Trial"), score, *settings]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(record)[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(record.message) or None
        if role == Qt.ItemDataRole.BackgroundRole and self._is_tie(record):
            colors = theme.current()
            return QBrush(blend(QColor(colors.card), QColor(colors.good), 0.12))
        if role == Qt.ItemDataRole.ForegroundRole and record.state != "complete":
            return QBrush(QColor(theme.current().muted))
        return None

    def _is_tie(self, record: TrialRecord) -> bool:
        return self._ranks.get(record.index, self._ties + 1) <= self._ties

    def _cells(self, record: TrialRecord) -> list[str]:
        rank = self._ranks.get(record.index)
        score = tr(STATES[record.state])
        if record.state == "complete":
            score = f"{record.score:.3f}" if math.isfinite(record.score) else NONE
            if math.isfinite(record.standard_error):
                score += f" ± {record.standard_error:.3f}"
        values = [each.text(record.parameters[each.path]) for each in self._ranges]
        return [str(rank or NONE), str(record.index), score, *values]


class TrialsTable(QTableView):
    """`opened` carries the trial that is to be opened in the playground."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trials = TrialsModel()
        self.setModel(self.trials)
        self.setAccessibleName(tr("Trials"))
        self.setToolTip(
            tr(
                "Shaded: within one standard error of the best. Double click or Enter opens a "
                "trial in the playground."
            )
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setResizeContentsPrecision(MEASURED_ROWS)
        self.horizontalHeader().setMinimumSectionSize(LEAST_WIDTH)
        self.hide()
        self.doubleClicked.connect(lambda index: self.opened.emit(self.trials.rows[index.row()]))

    def show_state(self, state: SearchState, chosen: frozenset[int] | None = None) -> None:
        """Show other trials; the selected one stays selected. Without trials there is no table."""
        selected = self.currentIndex().row()
        index = self.trials.rows[selected].index if 0 <= selected < len(self.trials.rows) else None
        self.trials.show_state(state, chosen)
        for section in range(FIXED, self.trials.columnCount()):
            # Settings share what the columns before them leave.
            self.horizontalHeader().setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        for row, record in enumerate(self.trials.rows):
            if record.index == index:
                self.selectRow(row)
        self.setVisible(bool(state.records))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(self.trials.rows[index.row()])
        else:
            super().keyPressEvent(event)
