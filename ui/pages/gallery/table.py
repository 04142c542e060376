"""The final table of an experiment: a row for every run, mean ± deviation over the seeds."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelection, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from core.base.translation import Message, tr
from core.gallery.comparison import Comparison
from core.gallery.experiment import Plan
from core.gallery.results import Results, spread_shown
from ui import theme
from ui.plots.run_styles import SWATCH, run_styles, swatch
from ui.widgets.figures import NONE
from ui.widgets.text_table import TextTable

NAME = 0
ROW_HEIGHT = 28
TIP = Message(
    "A click highlights this run's curves; a double click or Enter opens it in the playground"
)


class RunTable(TextTable):
    """`chosen` carries the selected runs; `opened` the label of the run to open in the
    playground."""

    chosen = Signal(object)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        # Qt tells of the selection while the table is built.
        self.labels: list[str] = []
        self._told: list[str] = []
        super().__init__(parent)
        self.setAccessibleName(tr("Runs"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setIconSize(SWATCH)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.doubleClicked.connect(lambda at: self.opened.emit(self.labels[at.row()]))

    def show_plan(self, plan: Plan) -> None:
        """List the planned runs, without figures."""
        self.clearSelection()
        self.labels = [variant.label for variant in plan.variants]
        heads = [tr("Run"), *(tr(column.heading) for column in plan.columns)]
        heads += [tr("Updates"), tr("ms/step")]
        self.cells.fill(heads, len(self.labels))
        for row, label in enumerate(self.labels):
            self._put(row, NAME, tr(label))
            for column in range(1, len(heads)):
                self._put(row, column, NONE)
        self.retheme()
        self._fit()

    def show_progress(self, comparison: Comparison) -> None:
        """Show the progress of each run."""
        column = self.cells.columnCount() - 2
        for row, label in enumerate(self.labels):
            run = comparison.runs[label]
            text = f"{run.iteration:,}" if run.iteration or run.ended else NONE
            self.cells.put(row, column, replace(self.cells.cell(row, column), text=text))

    def show_results(self, results: Results) -> None:
        """Show the final figures."""
        columns = results.plan.columns
        for i, row in enumerate(results.table()):
            name = tr(row.label)
            self._put(i, NAME, tr("{run} · diverged", run=name) if row.diverged else name)
            for j, (cell, column) in enumerate(zip(row.cells, columns, strict=True), 1):
                self._put(i, j, spread_shown(cell, column.unit))
            step = f"{row.milliseconds_per_step:.2f}" if row.iterations else NONE
            self._put(i, len(columns) + 1, f"{row.iterations:,.0f}")
            self._put(i, len(columns) + 2, step)
        self._fit()

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        styles = run_styles(self.labels)
        for row, label in enumerate(self.labels):
            icon = swatch(styles[label], theme.current())
            self.cells.put(row, NAME, replace(self.cells.cell(row, NAME), icon=icon))

    def wanted_height(self, most: int) -> int:
        """The height for all rows, up to a limit."""
        return ROW_HEIGHT * min(len(self.labels), most) + 34

    def selected_label(self) -> str:
        """The run that is selected, or the first."""
        row = self.currentIndex().row()
        return self.labels[row if 0 <= row < len(self.labels) else 0]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.selected_label())
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(600, self.wanted_height(8))

    def _put(self, row: int, column: int, text: str) -> None:
        tip = tr(TIP) if column == NAME else ""
        cell = self.cells.cell(row, column)
        self.cells.put(row, column, replace(cell, text=text, tip=tip, muted=text in (NONE, "nan")))

    def _fit(self) -> None:
        self.resizeColumnsToContents()
        self.setColumnWidth(NAME, max(self.columnWidth(NAME) + 8, 150))
        for column in range(1, self.cells.columnCount()):
            self.setColumnWidth(column, max(self.columnWidth(column) + 6, 76))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        rows = sorted({index.row() for index in self.selectedIndexes()})
        told = [self.labels[row] for row in rows if row < len(self.labels)]
        if told != self._told:
            self._told = told
            self.chosen.emit(frozenset(told))
