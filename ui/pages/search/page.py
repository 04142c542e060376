"""The Search page: a plan at the left, its trials at the right as they come in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, tr
from core.experiment.space import SearchError
from core.search import summary
from core.search.job import SearchJob, SearchState, SearchUpdate, StudyJob
from core.search.plan import SearchPlan
from core.search.presets import lecture
from core.search.trial import TrialRecord
from ui.menus import Command, Menu
from ui.page import Page, PageContext
from ui.pages.search.board import Board
from ui.pages.search.results import Results
from ui.pages.search.setup import SetupColumn
from ui.pages.search.table import TrialsTable
from ui.pages.search.views import CurvesView, ParallelView, ScatterView, SearchView
from ui.plots.plot_view import PlotView
from ui.session.job import SILENT, BackgroundJob
from ui.theme import Theme
from ui.widgets.file_dialogs import ask_source
from ui.widgets.layouts import add_layout

MARGIN = 12
STOPPING = Message("stopping")
FILES = Message("Studies (*.journal);;All files (*)")
# One part of the page after another is brought up to date, so that none holds a frame up for long.
REFRESH_MILLISECONDS = 60


class SearchPage(Page):
    """Runs a search in the background and shows its results so far."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.job: BackgroundJob | None = None
        self.state: SearchState | None = None
        self.file: Path | None = None
        self.chosen: frozenset[int] | None = None
        self._latest: SearchState | None = None
        self.setup = SetupColumn(lecture())
        self.results = Results()
        self.table = TrialsTable()
        self.scatter, self.parallel, self.curves = ScatterView(), ParallelView(), CurvesView()
        self.views: tuple[SearchView, ...] = (self.scatter, self.parallel, self.curves)
        self.board = Board(self.views, self._side())
        self.progress, self.status = QProgressBar(), QLabel()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self._show_next)
        self._parts = (*(view.show_state for view in self.views), self._show_table)
        self._due: list[Callable[[SearchState], None]] = []
        self._arrange()
        self._connect()

    # Running

    @property
    def is_running(self) -> bool:
        return self.job is not None

    def toggle(self) -> None:
        """Start, pause or resume."""
        self.pause() if self.job else self.start()

    def start(self) -> None:
        """Run what is left of the plan."""
        if self.job or (self.state and self.state.finished):
            return
        plan, place = self.setup.plan, self.setup.place
        if not self._can_run(plan):
            return
        self.file = self.file or _new_file()
        job = BackgroundJob(
            SearchJob(
                plan, self.file, place.jobs, place.cluster.strip(), place.repeat, place.minutes
            ),
            self,
        )
        self._latest = SearchState(plan=plan)
        self._due.clear()
        job.progressed.connect(self._show_progress)
        job.snapshot.connect(self._add)
        job.finished.connect(self._finish_search)
        job.failed.connect(self._fail)
        job.stopped.connect(self._stop)
        self._begin(job, "running", tr("starting"))

    def _can_run(self, plan: SearchPlan) -> bool:
        """Whether a plan is valid; a message says what is wrong with it."""
        self.report("")
        try:
            plan.validate()
        except SearchError as error:
            self.report(tr(str(error)))
            return False
        return True

    def _begin(self, job: BackgroundJob, state: str, words: str) -> None:
        self.job = job
        job.silent.connect(self._note_silence)
        self.setup.show_state(state)
        self._allow_results()
        self.status.setText(words)
        self.busy_changed.emit(True)
        job.start()

    def pause(self) -> None:
        """Stop the running trials; all that are over are kept."""
        if self.job:
            self.status.setText(tr(STOPPING))
            self.job.stop()

    def clear(self) -> None:
        """Discard the trials, to start a new search."""
        if self.job:
            return
        self.parallel.lines.clear_brushes()
        self.file = self.state = self._latest = self.chosen = None
        self._due.clear()
        empty = SearchState(plan=self.setup.plan)
        for view in self.views:
            view.show_state(empty)
        self.table.show_state(empty)
        self.results.clear()
        self.progress.setValue(0)
        self.status.setText("")
        self.setup.show_state("ready")
        self._allow_results()

    def narrow(self) -> None:
        """Run another stage, whose ranges follow from the best trials so far."""
        if self.job or not (self.state and self.state.finished):
            return
        plan = replace(self.state.plan, stages=self.state.plan.stages + 1)
        if not self._can_run(plan):
            return
        self.setup.show_plan(plan)
        self.state = replace(self.state, plan=plan, finished=False)
        self.start()

    def open_study(self) -> None:
        """Show a study from a file, to continue it."""
        path = ask_source(self, tr("Open study"), "", tr(FILES))
        if path and not self.job:
            self.show_study(path)

    def show_study(self, file: Path) -> None:
        """Read the study in a file, and show it in the place of what is shown. A study is read in
        the process of a job: it may be large, and Optuna takes as much memory as a page."""
        job = BackgroundJob(StudyJob(file), self)
        leave = partial(self._leave, self.setup.state, self.status.text())
        job.finished.connect(partial(self._show_read, file))
        job.failed.connect(leave)
        job.stopped.connect(leave)
        self.report("")
        self._begin(job, "reading", tr("reading {file}", file=file.name))

    def _show_read(self, file: Path, state: SearchState) -> None:
        self.job = None
        self.clear()
        self.file = file
        self.setup.show_plan(state.plan)
        self._finish(state)

    def _leave(self, state: str, words: str, message: str = "") -> None:
        """What was shown stays: a study could not be read, or the reading was stopped."""
        self._over(state)
        self.report(message)
        self.status.setText(words)

    # What comes in

    def _allow_results(self) -> None:
        """What can be done with the results, as far as there are any."""
        self.copy.setEnabled(bool(self.state and self.state.records))
        self.further.setEnabled(bool(not self.job and self.state and self.state.finished))

    def _add(self, update: SearchUpdate) -> None:
        if self._latest is not None:
            self._take(self._latest.updated(update))

    def _take(self, state: SearchState) -> None:
        self._latest = state
        self._due += [part for part in self._parts if part not in self._due]
        if not self._refresh.isActive():
            self._refresh.start()

    def _show_next(self) -> None:
        """Bring the part up to date that has waited longest."""
        if self._latest is None or not self._due:
            return
        self.state = self._latest
        self._due.pop(0)(self.state)
        self._allow_results()
        if self._due:
            self._refresh.start()

    def _show_latest(self) -> None:
        """Bring all parts up to date."""
        self._due.clear()
        if self._latest is None:
            return
        self.state = self._latest
        for show in self._parts:
            show(self.state)
        self._allow_results()

    def _show_table(self, state: SearchState) -> None:
        self.table.show_state(state, self.chosen)
        self.results.show_state(state)

    def _show_progress(self, progress) -> None:
        self.progress.setValue(round(1000 * progress.share))
        self.status.setText(tr(progress.text))

    def _finish_search(self, update: SearchUpdate) -> None:
        if self._latest is not None:
            self._finish(self._latest.updated(update))

    def _finish(self, state: SearchState) -> None:
        self._latest = state
        self._show_latest()
        # A search whose time was over is paused.
        self._over("done" if state.finished else "paused")
        self._show_share(state)

    def _show_share(self, state: SearchState) -> None:
        """How much of the plan is done, at the end."""
        share = len(state.records) / state.plan.budget
        self.progress.setValue(1000 if state.finished else round(1000 * share))
        self.status.setText(tr("{count} trials", count=len(state.records)))

    def _fail(self, message: str) -> None:
        self._over("paused" if self.state and self.state.records else "ready")
        self.report(message)
        self.status.setText("")

    def _stop(self) -> None:
        self._over("paused")
        if self.status.text() == tr(STOPPING):
            self.status.setText(tr("paused"))

    def _note_silence(self, silent: bool) -> None:
        self.report(
            f"{tr(SILENT)} {tr('{button} ends it.', button=self.setup.run.text())}"
            if silent
            else ""
        )

    def _over(self, state: str) -> None:
        self.job = None
        if self._latest is not None and self._latest.running:
            # Trials that were stopped start anew when the search goes on.
            self._latest = replace(self._latest, running=())
            self._show_latest()
        self.setup.show_state(state)
        self._allow_results()
        self.busy_changed.emit(False)

    # With the Train page

    def open_trial(self, record: TrialRecord) -> None:
        """Open a trial's experiment in the playground."""
        if self.state:
            self.context.open_experiment(summary.experiment_of(record, self.state.plan))

    def _take_experiment(self) -> None:
        self.setup.use_experiment(self.context.session.spec)

    def _brush(self, chosen: frozenset[int] | None) -> None:
        self.chosen = chosen
        self.scatter.show_chosen(chosen)
        if self.state:
            self.table.show_state(self.state, chosen)

    def copy_best(self) -> None:
        """Put the lines of the best trials on the clipboard."""
        if self.state:
            lines = summary.best_lines(self.state.best_first, self.state.plan)
            QGuiApplication.clipboard().setText("\n".join(lines))

    # As part of the window

    def menus(self) -> tuple[Menu, ...]:
        return (
            Menu(
                "&Search",
                (
                    Command("&Start or pause", self.toggle, "Ctrl+Return"),
                    Command("&New search", self.clear),
                    Command("N&arrow the ranges", self.narrow),
                    None,
                    Command("&Open study…", self.open_study),
                    Command("&Copy best trials", self.copy_best),
                ),
            ),
        )

    def retheme(self, colors: Theme) -> None:
        self.setup.retheme()
        self.results.retheme()
        self.board.retheme(colors)

    def export(self, view: PlotView | None = None) -> None:
        from ui.export.dialog import ask_export

        ask_export(self.board.cards, None, view, self, "Search")

    def hand_over(self) -> Path | None:
        # A search that failed at its start has no file.
        return self.file if self.file and self.file.exists() else None

    def take_over(self, work: Path | None) -> None:
        if work is not None:
            self.show_study(work)

    def shutdown(self) -> None:
        if self.job:
            self.job.close(2.0)

    def _arrange(self) -> None:
        content = QVBoxLayout()
        content.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        content.setSpacing(8)
        content.addWidget(self.banner)
        add_layout(content, self._bar())
        content.addWidget(self.board, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.setup)
        add_layout(outer, content, 1)

    def _bar(self) -> QHBoxLayout:
        self.copy = QPushButton(tr("Copy best"))
        self.copy.setToolTip(tr("Copy the lines of the best trials as text"))
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.further = QPushButton(tr("Narrow"))
        self.further.setToolTip(tr("Run another stage, in ranges that follow from the best trials"))
        self.further.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._allow_results()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.status.setObjectName("quiet")
        self.status.setMinimumWidth(120)
        bar = QHBoxLayout()
        bar.setSpacing(12)
        bar.addWidget(self.progress, 1)
        bar.addWidget(self.status)
        bar.addWidget(self.further)
        bar.addWidget(self.copy)
        return bar

    def _side(self) -> QWidget:
        side = QFrame()
        side.setObjectName("card")
        column = QVBoxLayout(side)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(8)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setHandleWidth(8)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.results)
        parts.addWidget(self.table)
        parts.setSizes([190, 190])
        column.addWidget(parts)
        return side

    def _connect(self) -> None:
        self.setup.started.connect(self.start)
        self.setup.paused.connect(self.pause)
        self.setup.cleared.connect(self.clear)
        self.setup.problem.connect(self.report)
        self.setup.of_train.clicked.connect(self._take_experiment)
        self.table.opened.connect(self.open_trial)
        self.board.export_requested.connect(self.export)
        self.copy.clicked.connect(self.copy_best)
        self.further.clicked.connect(self.narrow)
        self.parallel.ensure_built()
        self.parallel.on_brushed = self._brush


def _new_file() -> Path:
    """A study file of its own for every search, where the user's data go."""
    from platformdirs import user_data_path

    folder = user_data_path("training-playground", appauthor=False) / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{time.strftime('%Y-%m-%d %H-%M-%S')}.journal"
