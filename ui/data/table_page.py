"""The layout of the dialog for a file of the user: first rows, columns, choices, messages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, joined, tr
from core.data import user_files
from core.data.columns.plan import Encoded, Plan
from core.data.tables.source import ENCODINGS
from core.data.user_files import UserTable
from ui import theme
from ui.data.columns_table import ColumnsView
from ui.data.preview import Preview, PreviewModel
from ui.widgets.combo import Combo, choice_model
from ui.widgets.layouts import add_layout
from ui.widgets.section import More
from ui.widgets.text_field import TextField

SIZE = QSize(1120, 700)
SIDE = 320
WIDEST_COLUMN, FITTED_COLUMNS = 160, 100
ROW_HEIGHT = 24
BUTTON = 128
FIRST_SHEET = Message("The first sheet with rows")
PURPOSES = {
    "auto": Message("By the target"),
    "classification": Message("A class"),
    "regression": Message("A number"),
}
GAPS = {"fill": Message("Fill in"), "drop": Message("Leave rows out")}
HEADERS = {"auto": Message("Detect"), "yes": Message("In the first row"), "no": Message("None")}
DELIMITERS = {
    "auto": Message("Detect"),
    "comma": Message("Comma"),
    "semicolon": Message("Semicolon"),
    "tab": Message("Tab"),
    "bar": Message("Bar"),
    "space": Message("Spaces"),
    "tilde": Message("Tilde"),
    "caret": Message("Caret"),
}
SKIPS = {-1: Message("Detect"), 0: Message("None")} | {
    n: Message("{count} line", "{count} lines", count=n) for n in range(1, 31)
}


class FormRows(QWidget):
    """Rows of a form that are shown and hidden together."""

    def __init__(self, form: QFormLayout, fields: list[QWidget]) -> None:
        super().__init__()
        self._form, self._fields = form, fields

    def setVisible(self, visible: bool) -> None:
        for field in self._fields:
            self._form.setRowVisible(field, visible)


class TablePage(QDialog):
    """The widgets and their layout; the subclass connects them."""

    def __init__(self, dataset: UserTable, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open data"))
        self.view = QTableView()
        self.columns = ColumnsView(self)
        self.about, self.summary, self.counts = QLabel(), QLabel(), QLabel()
        self.notes, self.warnings, self.problem = QLabel(), QLabel(), QLabel()
        self.target = Combo(choice_model([]), self)
        self.purpose = self._combo(PURPOSES, "auto")
        self.missing = self._combo(GAPS, dataset.missing)
        self.header = self._combo(HEADERS, dataset.header)
        self.delimiter = self._combo(DELIMITERS, dataset.delimiter)
        self.encoding = self._combo(ENCODINGS, dataset.encoding)
        self.skip = self._combo(SKIPS | {dataset.skip: SKIPS.get(dataset.skip, "")}, dataset.skip)
        self.sheet = Combo(choice_model([("", tr(FIRST_SHEET), "", "")]), self)
        self.missing_words = TextField(self)
        self.missing_words.set_value(dataset.missing_words)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.use_button, self.cancel_button = (
            QPushButton(tr("Use these data")),
            QPushButton(tr("Cancel")),
        )
        self._arrange(Path(dataset.path))
        self.show_preview(preview, dataset.target)

    # What is shown

    def show_preview(self, preview: Preview, target: str) -> None:
        """Show the first rows; `target` is selected if there is such a column."""
        self.preview = preview
        self.about.setText(preview.about)
        kinds = zip(preview.columns, preview.notes, strict=True)
        self.target.set_choices(choice_model((name, name, tr(kind), "") for name, kind in kinds))
        at = preview.columns.index(target) if target in preview.columns else preview.proposed
        self.target.set_value(preview.columns[at])
        self.model = PreviewModel(preview)
        self.view.setModel(self.model)
        for column in range(min(self.model.columnCount(), FITTED_COLUMNS)):
            self.view.resizeColumnToContents(column)
            width = min(self.view.columnWidth(column), WIDEST_COLUMN)
            self.view.setColumnWidth(column, width)
        self.show_target()

        self._show_sheets()

    def _show_sheets(self) -> None:
        layout = self.preview.layout
        sheets = layout.sheets if layout else ()
        items = {"": tr(FIRST_SHEET)} | {each: each for each in sheets}
        chosen = layout.options.sheet if layout else ""
        self.sheet.set_choices(choice_model((key, text, "", "") for key, text in items.items()))
        self.sheet.set_value(chosen)
        self._form.setRowVisible(self.sheet, len(sheets) > 1)

    def layout_choices(self) -> dict[str, Any]:
        """The settings of how the file is read."""
        return {
            "header": self.header.value(),
            "delimiter": self.delimiter.value(),
            "encoding": self.encoding.value(),
            "skip": self.skip.value(),
            "sheet": self.sheet.value(),
            "missing_words": self.missing_words.text(),
        }

    def show_plan(self, made: Plan | Encoded, kinds: dict[str, str], gaps: dict[str, str]) -> None:
        """Show how every column is processed, and the resulting data set."""
        self.columns.columns.show_plans(made.columns, kinds, gaps)
        self.columns.setVisible(bool(made.columns))
        line = tr(made.summary)
        self.summary.setText(line[0].upper() + line[1:])
        self.counts.setText(tr(made.counts))
        told = {joined(": ", [each.name, each.done]) for each in made.columns}
        self.notes.setText("\n".join(tr(note) for note in made.notes if note not in told))
        self.warnings.setText("\n".join(f"⚠ {tr(warning)}" for warning in made.warnings))
        for label in (self.notes, self.warnings):
            label.setVisible(bool(label.text()))

    def show_target(self) -> None:
        """Highlight the target, and scroll to it."""
        self.model.set_target(self.target.currentIndex())
        if self.preview.layout is not None:
            self.view.scrollTo(self.model.index(0, self.target.currentIndex()))

    def show_progress(self, share: float, text: str = "") -> None:
        """Show how much has been read, 0…1."""
        self.progress.setValue(round(1000 * share))

    def show_state(self, busy: bool, ready: bool, problem: str = "") -> None:
        """Show the widgets for reading, for data that can be used, or for a problem."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if not ready:
            self.summary.setText("" if problem else tr("Reading…"))
            self.counts.setText("")
            for label in (self.notes, self.warnings):
                label.hide()
        self.progress.setVisible(busy)
        self.progress.setValue(0)
        self.use_button.setEnabled(ready)
        self.use_button.setDefault(ready)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_target()
        self.target.setFocus()

    # Places

    def _combo(self, items: Mapping[Any, str], value: Any) -> Combo:
        combo = Combo(choice_model((key, tr(text), "", "") for key, text in items.items()), self)
        combo.set_value(value)
        return combo

    def _arrange(self, path: Path) -> None:
        self.resize(SIZE)
        name = QLabel(f"<b>{escape(path.name)}</b>")
        name.setTextFormat(Qt.TextFormat.RichText)
        self.about.setObjectName("quiet")
        self.about.setWordWrap(True)
        self.view.setAccessibleName(tr("First rows"))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.horizontalHeader().setMaximumSectionSize(2 * WIDEST_COLUMN)
        self.view.setWordWrap(False)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(name)
        left.addWidget(self.about)
        left.addWidget(self.view, 4)
        left.addWidget(self.columns, 5)
        top = QHBoxLayout()
        top.setSpacing(16)
        add_layout(top, left, 1)
        top.addWidget(self._side(user_files.is_archive(path)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(16)
        add_layout(whole, top, 1)
        add_layout(whole, self._buttons())

    def _side(self, archive: bool) -> QWidget:
        side = QWidget()
        side.setFixedWidth(SIDE)
        self._form = form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: dict[str, tuple[QWidget, str]] = {
            tr("Target"): (self.target, tr("What the network is to predict")),
            tr("Predict"): (self.purpose, tr("A class or a number")),
            tr("Missing values"): (
                self.missing,
                tr("Fill in the median and a category, or drop rows"),
            ),
            tr("Missing words"): (
                self.missing_words,
                tr("More words that stand for a missing value, separated by commas"),
            ),
            tr("Column names"): (self.header, tr("Whether the first row holds the columns' names")),
            tr("Delimiter"): (self.delimiter, tr("What separates the columns")),
            tr("Encoding"): (
                self.encoding,
                tr("The character encoding; check it in the first rows"),
            ),
            tr("Skip lines"): (self.skip, tr("Lines before the table")),
            tr("Sheet"): (self.sheet, tr("The sheet of the workbook")),
        }
        table_only = (self.missing, self.missing_words, self.header, self.delimiter)
        table_only += (self.encoding, self.skip, self.sheet)
        rare = [self.missing_words, self.header, self.delimiter, self.encoding, self.skip]
        for text, (combo, help_) in rows.items():
            combo.setAccessibleName(text)
            combo.setToolTip(help_)
            if archive and combo in table_only:
                combo.hide()
                continue
            if combo is rare[0]:
                self._folded = FormRows(form, rare)
                form.addRow(More(tr("file"), lambda: self._folded))
            form.addRow(text, combo)
        if not archive:
            self._folded.setVisible(False)
        for label in self._told():
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setStyleSheet(f"color: {theme.current().bad}")
        self.warnings.setStyleSheet(f"color: {theme.current().warning}")
        self.summary.setStyleSheet("font-weight: bold")
        self.counts.setObjectName("quiet")
        told = QWidget()
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for label in self._told():
            column.addWidget(label)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setAccessibleName(tr("What is read from the file"))
        area.setWidget(told)
        told.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        add_layout(layout, form)
        layout.addWidget(area, 1)
        return side

    def _told(self) -> tuple[QLabel, ...]:
        return self.problem, self.summary, self.counts, self.warnings, self.notes

    def _buttons(self) -> QHBoxLayout:
        self.progress.setAccessibleName(tr("Reading"))
        self.progress.setTextVisible(False)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.use_button.setMinimumWidth(BUTTON)
        self.use_button.setToolTip(tr("Train on these data"))
        self.cancel_button.setToolTip(tr("Close; the experiment stays as it is"))
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.progress, 1)
        buttons.addSpacing(8)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.use_button)
        return buttons
