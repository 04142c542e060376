"""The table of runs below the plots, with its buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.base.translation import tr
from core.gallery.results import Results, table_csv
from ui.export.formats import ExportError, write_whole
from ui.pages.gallery.table import RunTable
from ui.widgets.file_dialogs import ask_target
from ui.widgets.layouts import add_layout

MOST_ROWS, BUTTONS = 6, 36


class Below(QWidget):
    """`opened` carries the label of the run to open in the playground; `failed` carries the reason
    if the table could not be written."""

    opened = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self.table = RunTable()
        self.open_button = self._button(
            tr("Open in the playground"),
            tr("Open the selected run on the Train page, at its start"),
        )
        self.save_button = self._button(
            tr("Save table…"),
            tr("Save the table as CSV, with means and standard deviations at full precision"),
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        add_layout(column, buttons)
        self.table.opened.connect(self.opened)
        self.table.chosen.connect(lambda labels: self.open_button.setEnabled(bool(labels)))
        self.open_button.clicked.connect(lambda: self.opened.emit(self.table.selected_label()))
        self.save_button.clicked.connect(lambda: self._ask())
        self.open_button.setEnabled(False)

    def show_results(self, results: Results | None) -> None:
        """Show the final figures; None before the end."""
        self._results = results
        self.save_button.setEnabled(results is not None)
        if results:
            self.table.show_results(results)

    def wanted_height(self) -> int:
        """Set the maximum height of the table."""
        return self.table.wanted_height(MOST_ROWS) + BUTTONS

    def save(self, path: Path) -> None:
        """Write the final table as CSV."""
        assert self._results is not None
        try:
            write_whole(path, table_csv(self._results).encode())
        except ExportError as error:
            self.failed.emit(tr(str(error)))

    def _ask(self) -> None:
        assert self._results is not None
        proposed = Path.home() / f"{self._results.experiment.key}.csv"
        if path := ask_target(self, tr("Save table"), proposed, tr("CSV table (*.csv)")):
            self.save(path)

    def _button(self, name: str, tip: str) -> QPushButton:
        button = QPushButton(name)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
