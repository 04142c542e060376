"""The table of pinned runs: their differing settings and their results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, tr
from core.experiment.spec import ExperimentSpec, changes
from core.telemetry.history import History, Pin
from ui import theme
from ui.session.session import Session
from ui.widgets.figures import NONE, decimal
from ui.widgets.layouts import add_layout
from ui.widgets.swatch import DOT, dot_icon
from ui.widgets.text_table import Cell, TextTable
from ui.wording import setting, value_at

PRESENT = Message("Present run")
FIGURES = (
    Message("Run"),
    Message("Steps"),
    Message("Best loss"),
    Message("Best accuracy"),
)
NAME = 0
LOOK_MILLISECONDS = 500
MARGIN, WIDEST = 16, 1200
EMPTY = Message(
    "No run is pinned yet. Press P or “Pin run” to keep the current run and its curves."
)


class Run:
    """One row: a pinned run, or the current run."""

    def __init__(self, pin: Pin | None, spec: ExperimentSpec, history: History) -> None:
        self.pin, self.spec, self.history = pin, spec, history

    @property
    def name(self) -> str:
        return self.pin.name if self.pin else tr(PRESENT)

    def figures(self) -> tuple[str, str, str]:
        """Steps, and the best validation loss and accuracy."""
        best, scores = self.history.best, self.history.scores.values
        known = scores[np.isfinite(scores[:, 1]), 1] if scores.size else scores
        percent = f"{100 * known.max():.1f} %" if known.size else NONE
        loss = best.loss if best else math.nan
        return f"{self.history.iteration:,}", decimal(loss, 4), percent


class Runs(QDialog):
    """Lists the pinned runs; they can be renamed, removed, and their settings restored."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs: list[Run] = []
        self._paths: list[str] = []
        self.setWindowTitle(tr("Pinned runs"))
        self.resize(760, 320)
        self.table = TextTable()
        self.empty = QLabel(tr(EMPTY))
        self.pin = QPushButton(tr("Pin current run"))
        self.rename = QPushButton(tr("Rename"))
        self.restore = QPushButton(tr("Restore settings"))
        self.remove = QPushButton(tr("Remove"))
        self._clock = QTimer(self)
        self._arrange()
        self._connect()
        self.refresh()

    # Display

    def refresh(self) -> None:
        """Update what has changed, except a name being edited."""
        if self.isHidden() or self.table.state() == QAbstractItemView.State.EditingState:
            return
        session = self._session
        runs = [Run(pin, pin.spec, pin.history) for pin in session.pins.all]
        if session.pins.of(session.history) is None:
            runs.insert(0, Run(None, session.spec, session.history))
        chosen = self._chosen()
        self._runs, self._paths = runs, differing([run.spec for run in runs])
        self._fill()
        self._choose(chosen)
        self.empty.setVisible(not session.pins.all)
        self._tell_what_can_be_done()

    def _fill(self) -> None:
        paths = [_capital(setting(path, _with(path, self._runs))) for path in self._paths]
        cells, headings = self.table.cells, [*map(tr, FIGURES), *paths]
        if headings != cells.headings or cells.rowCount() != len(self._runs):
            figures = range(1, len(FIGURES))
            cells.fill(headings, len(self._runs), [i in figures for i in range(len(headings))])
        present = self._session.spec
        for row, run in enumerate(self._runs):
            name, icon, pinned = run.name, swatch(run.pin), run.pin is not None
            cells.put(row, NAME, Cell(name, name, icon=icon, editable=pinned))
            for column, text in enumerate(run.figures(), 1):
                cells.put(row, column, Cell(text, text))
            for column, path in enumerate(self._paths, len(FIGURES)):
                text = value_at(path, run.spec)
                cells.put(row, column, Cell(text, text, bold=text != value_at(path, present)))
        self.table.resizeColumnsToContents()
        width = self.table.columnWidth(NAME)
        self.table.setColumnWidth(NAME, max(width, 180))
        self._widen()

    def _widen(self) -> None:
        """Widen the window for all columns, within the screen."""
        columns = self.table.horizontalHeader().length() + 4
        wanted = min(columns + 2 * MARGIN, WIDEST)
        if wanted > self.width():
            self.resize(wanted, self.height())

    # Commands

    def chosen(self) -> Run | None:
        """The run of the selected row."""
        row = self.table.currentIndex().row()
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def choose(self, history: History) -> None:
        """Select the row of a run."""
        for row, run in enumerate(self._runs):
            if run.history is history:
                self.table.setCurrentIndex(self.table.cells.index(row, NAME))

    def _chosen(self) -> History | None:
        run = self.chosen()
        return run.history if run else None

    def _choose(self, history: History | None) -> None:
        if history is not None and self._chosen() is not history:
            self.choose(history)

    def _tell_what_can_be_done(self) -> None:
        run, session = self.chosen(), self._session
        pinned = run is not None and run.pin is not None
        self.rename.setEnabled(pinned)
        self.remove.setEnabled(pinned)
        differs = run is not None and any(changes(session.spec, run.spec))
        self.restore.setEnabled(pinned and differs)
        unpinned = session.pins.of(session.history) is None and session.history.iteration > 0
        self.pin.setEnabled(unpinned and not session.pins.full)

    def _rename(self) -> None:
        if (run := self.chosen()) and run.pin:
            self.table.edit(self.table.cells.index(self._runs.index(run), NAME))

    def _take_name(self, row: int, column: int, name: str) -> None:
        run = self._runs[row]
        if run.pin and column == NAME:
            self._session.pins.rename(run.pin, name)
            if pin := self._session.pins.of(run.history):
                # At once: while the cell is edited, `refresh` changes nothing.
                cell = replace(self.table.cells.cell(row, column), text=pin.name, tip=pin.name)
                self.table.cells.put(row, column, cell)

    def _remove(self) -> None:
        run = self.chosen()
        if run and run.pin:
            self._session.pins.remove(run.pin)

    def _restore(self) -> None:
        run = self.chosen()
        if run and run.pin:
            self._session.edit(run.spec)

    # Set-up

    def _arrange(self) -> None:
        table = self.table
        table.setAccessibleName(tr("Pinned runs"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setIconSize(QSize(DOT, DOT))
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.empty.setObjectName("quiet")
        self.empty.setWordWrap(True)
        self.restore.setToolTip(tr("Apply the settings of the selected run (undo with Ctrl+Z)"))
        self.remove.setToolTip(tr("Remove the selected run and its curves (Delete)"))
        self.rename.setToolTip(tr("Rename the selected run (F2)"))
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        close.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.pin, self.rename, self.restore, self.remove):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(12)
        column.addWidget(table, 1)
        column.addWidget(self.empty)
        add_layout(column, buttons)

    def _connect(self) -> None:
        session = self._session
        self.table.cells.edited.connect(self._take_name)
        selected = self.table.selectionModel().selectionChanged
        selected.connect(lambda *_: self._tell_what_can_be_done())
        self.pin.clicked.connect(lambda: session.pin())
        self.rename.clicked.connect(self._rename)
        self.restore.clicked.connect(self._restore)
        self.remove.clicked.connect(self._remove)
        QShortcut(QKeySequence.StandardKey.Delete, self.table, self._remove)
        session.pins.changed.connect(self.refresh)
        session.spec_changed.connect(self.refresh)
        session.run_started.connect(self.refresh)
        self._clock.timeout.connect(self.refresh)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.refresh()
            self._clock.start(LOOK_MILLISECONDS)
        elif event.type() == QEvent.Type.Hide:
            self._clock.stop()
        return super().event(event)


def differing(specs: Sequence[ExperimentSpec]) -> list[str]:
    """The paths of all settings but the title in which some of the specs differ."""
    paths: dict[str, None] = {}
    for i, first in enumerate(specs):
        for second in specs[i + 1 :]:
            paths |= dict.fromkeys(change.path for change in changes(first, second))
    paths.pop("title", None)
    return list(paths)


def swatch(pin: Pin | None) -> QIcon:
    """A dot in the run's colour; for the current run, that of the training curve."""
    colors = theme.current()
    return dot_icon(colors.pin(pin.slot) if pin else QColor(colors.train))


def _with(path: str, runs: Sequence[Run]) -> ExperimentSpec:
    """The first spec that has the setting at a path."""
    return next((run.spec for run in runs if value_at(path, run.spec) != NONE), runs[0].spec)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
