"""The dialog in which a file of one's own becomes a data set.

The file is read as soon as the dialog opens, so that what will be done to its columns can be said
before the data are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

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

from core.data import DataError, own
from core.data.archive import members, read_npz
from core.data.encoding import Encoded, Missing, Purpose, encode
from core.data.own import OwnTable
from core.data.table_reader import read_table
from core.data.tabular import Table
from ui import theme
from ui.data.preview import Preview, PreviewModel, of_archive, of_table, summary
from ui.data.work import Work
from ui.widgets.combo import Combo, choice_model

SIZE = QSize(900, 560)
SIDE = 300
WIDEST_COLUMN = 160
ROW_HEIGHT = 24
BUTTON = 128
PURPOSES = {"auto": "By the target", "classification": "A class", "regression": "A number"}
GAPS = {"fill": "Fill in", "drop": "Leave rows out"}
HEADERS = {"auto": "Detect", "yes": "In the first row", "no": "None"}
DELIMITERS = {
    "auto": "Detect",
    "comma": "Comma",
    "semicolon": "Semicolon",
    "tab": "Tab",
    "bar": "Bar",
}


def look(dataset: OwnTable) -> Preview:
    """What is known of a file at once. Raises `DataError`."""
    path = Path(dataset.path)
    return of_archive(members(path)) if own.is_archive(path) else of_table(own.layout(dataset))


class TableDialog(QDialog):
    """Shows a file and asks what to make of it. Once accepted, `dataset` is the data set, with its
    samples at hand."""

    def __init__(self, dataset: OwnTable, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dataset = dataset
        self._table: Table | None = None
        self._encoded: Encoded | None = None
        self._work: Work | None = None
        self.setWindowTitle("Open data")
        self.view = QTableView()
        self.about, self.notes, self.problem = QLabel(), QLabel(), QLabel()
        self.target = Combo(choice_model([]), self)
        self.purpose = self._combo(PURPOSES, "auto")
        self.missing = self._combo(GAPS, dataset.missing)
        self.header = self._combo(HEADERS, dataset.header)
        self.delimiter = self._combo(DELIMITERS, dataset.delimiter)
        self.progress = QProgressBar()
        self.use_button, self.cancel_button = QPushButton("Use these data"), QPushButton("Cancel")
        self._arrange()
        self._connect()
        self._take_preview(preview)

    # Reading

    def _look_again(self) -> None:
        """The layout was set by hand: look at the file anew."""
        self.dataset = replace(
            self.dataset, header=self.header.value(), delimiter=self.delimiter.value()
        )
        dataset, self._table = self.dataset, None
        self._start(lambda work: look(dataset), self._take_preview)

    def _take_preview(self, preview: Preview) -> None:
        self.preview = preview
        self._show_preview()
        if preview.layout is None:
            self._encode()
        else:
            layout = preview.layout
            self._start(lambda work: read_table(layout, work.tell), self._take_table)

    def _take_table(self, table: Table) -> None:
        self._table = table
        self._encode()

    def _encode(self) -> None:
        """Make samples of what was read."""
        if self.preview.layout is not None and self._table is None:
            return
        table, path = self._table, Path(self.dataset.path)
        target, purpose = self.target.value() or "", cast(Purpose, self.purpose.value())
        missing = cast(Missing, self.missing.value())
        self.dataset = replace(self.dataset, target=target, missing=missing)

        def act(work: Work) -> Encoded:
            if table is None:
                return read_npz(path, target, purpose)
            return encode(table, target, purpose, missing)

        self._start(act, self._take_samples)

    def _take_samples(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self.notes.setText("\n\n".join(summary(encoded)))
        self._show_state()

    def _start(self, act: Callable[[Work], Any], take: Callable[[Any], None]) -> None:
        """Do something beside the window, in the place of what is being done."""
        before = self._work

        def after_the_last(work: Work) -> Any:
            # What cannot be stopped must not pile up.
            if before is not None:
                before.join()
            work.go_on()
            return act(work)

        self._give_up()
        self._encoded = None
        self._work = work = Work(after_the_last)
        work.progressed.connect(self._show_progress)
        work.done.connect(lambda result: self._finish(work, take, result))
        work.failed.connect(self._fail)
        work.start()
        self._show_state()

    def _finish(self, work: Work, take: Callable[[Any], None], result: Any) -> None:
        if self._work is work:
            self._work = None
        take(result)

    def _fail(self, message: str) -> None:
        self._work = None
        self._show_state(message.removeprefix(f"{self.dataset.path}: "))

    def _give_up(self) -> None:
        if self._work is not None:
            self._work.give_up()
            self._work = None

    # The end

    def accept(self) -> None:
        if self._encoded is None:
            return
        try:
            self.dataset = own.resolved(self.dataset, self._encoded)
        except DataError as error:
            self._encoded = None
            self._fail(str(error))
            return
        super().accept()

    def done(self, result: int) -> None:
        self._give_up()
        self._table = self._encoded = None
        super().done(result)

    # Looks

    def _combo(self, items: dict[str, str], value: str) -> Combo:
        combo = Combo(choice_model((key, text, "", "") for key, text in items.items()), self)
        combo.set_value(value)
        return combo

    def _arrange(self) -> None:
        self.resize(SIZE)
        name = QLabel(f"<b>{Path(self.dataset.path).name}</b>")
        name.setTextFormat(Qt.TextFormat.RichText)
        self.about.setObjectName("quiet")
        self.view.setAccessibleName("First rows")
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
        left.addWidget(self.view, 1)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addLayout(left, 1)
        top.addWidget(self._side())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(16)
        whole.addLayout(top, 1)
        whole.addLayout(self._buttons())

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(SIDE)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows = {
            "Target": self.target,
            "Predict": self.purpose,
            "Missing values": self.missing,
            "Column names": self.header,
            "Delimiter": self.delimiter,
        }
        table_only = (self.missing, self.header, self.delimiter)
        for text, combo in rows.items():
            combo.setAccessibleName(text)
            if own.is_archive(Path(self.dataset.path)) and combo in table_only:
                combo.hide()
            else:
                form.addRow(text, combo)
        for label in (self.notes, self.problem):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setStyleSheet(f"color: {theme.current().bad}")
        told = QWidget()
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.problem)
        column.addWidget(self.notes)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setWidget(told)
        told.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(area, 1)
        return side

    def _buttons(self) -> QHBoxLayout:
        self.progress.setAccessibleName("Reading")
        self.progress.setTextVisible(False)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.use_button.setMinimumWidth(BUTTON)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.progress, 1)
        buttons.addSpacing(8)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.use_button)
        return buttons

    def _connect(self) -> None:
        for choice in (self.target, self.purpose, self.missing):
            choice.edited.connect(lambda _: self._choose())
        for choice in (self.header, self.delimiter):
            choice.edited.connect(lambda _: self._look_again())
        self.view.horizontalHeader().sectionClicked.connect(self._choose_column)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self.accept)

    def _choose(self) -> None:
        self.model.set_target(self.target.currentIndex())
        self._show_target()
        self._encode()

    def _choose_column(self, column: int) -> None:
        if self.preview.layout is not None and column != self.target.currentIndex():
            self.target.set_value(self.preview.columns[column])
            self._choose()

    def _show_preview(self) -> None:
        preview, wanted = self.preview, self.dataset.target
        self.about.setText(preview.about)
        kinds = zip(preview.columns, preview.notes, strict=True)
        self.target.set_choices(choice_model((name, name, kind, "") for name, kind in kinds))
        at = preview.columns.index(wanted) if wanted in preview.columns else preview.proposed
        self.target.set_value(preview.columns[at])
        self.model = PreviewModel(preview)
        self.model.set_target(at)
        self.view.setModel(self.model)
        self.view.resizeColumnsToContents()
        for column in range(min(self.model.columnCount(), 100)):
            width = min(self.view.columnWidth(column), WIDEST_COLUMN)
            self.view.setColumnWidth(column, width)
        self._show_target()

    def _show_target(self) -> None:
        if self.preview.layout is not None:
            self.view.scrollTo(self.model.index(0, self.target.currentIndex()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_target()
        self.target.setFocus()

    def _show_progress(self, share: float, text: str) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * share))

    def _show_state(self, problem: str = "") -> None:
        """What goes with reading, with samples at hand, or with a problem."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if self._encoded is None:
            self.notes.setText("" if problem else "Reading…")
        self.progress.setVisible(self._work is not None)
        # Without an end in sight until the first progress is told.
        self.progress.setRange(0, 0)
        self.use_button.setEnabled(self._encoded is not None)
        self.use_button.setDefault(self._encoded is not None)
