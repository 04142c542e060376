"""The looks of the dialog for a file of one's own: first rows, choices, what is said about them."""

from __future__ import annotations

from html import escape
from pathlib import Path

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

from core.data import user_files
from core.data.user_files import UserTable
from ui import theme
from ui.data.preview import Preview, PreviewModel
from ui.widgets.combo import Combo, choice_model

SIZE = QSize(900, 560)
SIDE = 300
WIDEST_COLUMN, FITTED_COLUMNS = 160, 100
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


class TablePage(QDialog):
    """The widgets, in their places; what they mean is up to the subclass."""

    def __init__(self, dataset: UserTable, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self._arrange(Path(dataset.path))
        self.show_preview(preview, dataset.target)

    # What is shown

    def show_preview(self, preview: Preview, target: str) -> None:
        """Show the first rows; `target` is the one that is wanted, where there is such a one."""
        self.preview = preview
        self.about.setText(preview.about)
        kinds = zip(preview.columns, preview.notes, strict=True)
        self.target.set_choices(choice_model((name, name, kind, "") for name, kind in kinds))
        at = preview.columns.index(target) if target in preview.columns else preview.proposed
        self.target.set_value(preview.columns[at])
        self.model = PreviewModel(preview)
        self.view.setModel(self.model)
        for column in range(min(self.model.columnCount(), FITTED_COLUMNS)):
            self.view.resizeColumnToContents(column)
            width = min(self.view.columnWidth(column), WIDEST_COLUMN)
            self.view.setColumnWidth(column, width)
        self.show_target()

    def show_target(self) -> None:
        """Let the target stand out, and bring it into sight."""
        self.model.set_target(self.target.currentIndex())
        if self.preview.layout is not None:
            self.view.scrollTo(self.model.index(0, self.target.currentIndex()))

    def show_progress(self, share: float, text: str = "") -> None:
        """How far the reading is, 0…1."""
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * share))

    def show_state(self, busy: bool, ready: bool, problem: str = "") -> None:
        """What goes with reading, with samples at hand, or with a problem."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if not ready:
            self.notes.setText("" if problem else "Reading…")
        self.progress.setVisible(busy)
        # Without an end in sight until the first progress is told.
        self.progress.setRange(0, 0)
        self.use_button.setEnabled(ready)
        self.use_button.setDefault(ready)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_target()
        self.target.setFocus()

    # Places

    def _combo(self, items: dict[str, str], value: str) -> Combo:
        combo = Combo(choice_model((key, text, "", "") for key, text in items.items()), self)
        combo.set_value(value)
        return combo

    def _arrange(self, path: Path) -> None:
        self.resize(SIZE)
        name = QLabel(f"<b>{escape(path.name)}</b>")
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
        top.addWidget(self._side(user_files.is_archive(path)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(16)
        whole.addLayout(top, 1)
        whole.addLayout(self._buttons())

    def _side(self, archive: bool) -> QWidget:
        side = QWidget()
        side.setFixedWidth(SIDE)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows = {
            "Target": (self.target, "What the network is to predict"),
            "Predict": (self.purpose, "A class to be told from others, or a number"),
            "Missing values": (self.missing, "Fill in the mean and the word missing, or drop rows"),
            "Column names": (self.header, "Whether the first row holds the columns' names"),
            "Delimiter": (self.delimiter, "What parts the columns"),
        }
        table_only = (self.missing, self.header, self.delimiter)
        for text, (combo, help_) in rows.items():
            combo.setAccessibleName(text)
            combo.setToolTip(help_)
            if archive and combo in table_only:
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
        self.use_button.setToolTip("Train on these data")
        self.cancel_button.setToolTip("Close; the experiment stays as it is")
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.progress, 1)
        buttons.addSpacing(8)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.use_button)
        return buttons
