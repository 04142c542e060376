"""The page of one experiment: its runs side by side, live while they train."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, tr
from core.experiment.spec import ExperimentSpec
from core.gallery.comparison import Comparison
from core.gallery.engine import GalleryJob, Trained, results_of
from core.gallery.experiment import Experiment, Plan
from core.gallery.results import Results, check
from core.gallery.watching import ComparisonUpdate
from ui import theme
from ui.pages.gallery.activations import ActivationsView
from ui.pages.gallery.bar import Bar, duration
from ui.pages.gallery.below import Below
from ui.pages.gallery.curves import CurvesView
from ui.pages.gallery.gradients import GradientsView
from ui.pages.gallery.side import Side
from ui.pages.gallery.view import ComparisonView
from ui.plots.card import Card
from ui.session.job import SILENT, BackgroundJob
from ui.widgets.banner import Banner
from ui.widgets.layouts import add_layout
from ui.widgets.scroll_area import ScrollArea

MARGIN = 12
VIEWS: dict[str, type[ComparisonView]] = {
    "loss": CurvesView,
    "activations": ActivationsView,
    "gradients": GradientsView,
}
# Height of a card beyond that of its view.
HEADER = 42
KeptResults = dict[tuple[str, str], tuple[Comparison, Results]]
# Results hold every curve of their runs, so that memory would grow with each experiment run.
MOST_KEPT = 8
STOPPED = Message("Stopped before the end: nothing is checked")
PAUSED = Message("the run in the playground is paused")


class EntryPage(QWidget):
    """Shows an experiment and trains its runs. `training_changed` is emitted when training starts
    or ends; `spec_opened` carries the run to open on the Train page."""

    back_requested = Signal()
    training_changed = Signal(bool)
    spec_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiment: Experiment | None = None
        self.comparison: Comparison | None = None
        self.results: Results | None = None
        self.job: BackgroundJob | None = None
        self.note = ""
        self.bar, self.side, self.below, self.banner = Bar(), Side(), Below(), Banner()
        self.table = self.below.table
        self.cards: list[Card] = []
        # Of the last experiments and data sets, the last runs that were not stopped, oldest first.
        self.kept: KeptResults = {}
        self._began = 0.0
        self._arrange()
        self._connect()

    # Display

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment, with the results of its last run."""
        self.experiment = experiment
        self.bar.show_experiment(experiment)
        self.banner.hide()
        self._make_cards(experiment)
        self._show_plan()

    def choose(self, data: str, seeds: int) -> None:
        """Choose the data set and the number of seeds."""
        self.bar.data_choice.set_value(data)
        self._show_plan()
        self.bar.show_seeds(seeds)

    def _show_plan(self) -> None:
        """Show the results of the last run on the chosen data, or the empty state."""
        assert self.experiment is not None
        plan = self.experiment.plans[self.bar.data]
        self.results = None
        self.below.show_results(None)
        self.side.show_experiment(self.experiment, plan.expectations)
        self.table.show_plan(plan)
        self._show_runs(Comparison(self.experiment, self.bar.data, self.bar.seeds))
        self._fit_heights(plan)
        words = tr(plan.count())
        if plan.searches:
            words = tr("{runs}: same seed, same data", runs=words)
        elif len(plan.variants) > 1:
            words = tr("{runs}: same seed, same draws, same batches", runs=words)
        self.bar.show_progress(0.0, words)
        if kept := self.kept.get((self.experiment.key, self.bar.data)):
            comparison, results = kept
            self.bar.show_seeds(len(results.seeds))
            self._show_runs(comparison)
            self._show_results(results)

    def _show_runs(self, comparison: Comparison) -> None:
        self.comparison = comparison
        for view in self.views():
            view.show_comparison(comparison)
        self.table.show_progress(comparison)

    def views(self) -> list[ComparisonView]:
        """The views listed by the experiment."""
        return [card.view for card in self.cards if isinstance(card.view, ComparisonView)]

    # Training

    @property
    def is_training(self) -> bool:
        return self.job is not None

    def toggle(self) -> None:
        """Run, or stop."""
        self.stop() if self.job else self.run()

    def run(self) -> None:
        """Train all runs from the start."""
        if self.job or self.experiment is None:
            return
        self.banner.hide()
        self.results = None
        self.below.show_results(None)
        self.side.show_findings(())
        self.table.show_plan(self.experiment.plans[self.bar.data])
        self._show_runs(Comparison(self.experiment, self.bar.data, self.bar.seeds))
        self.job = job = BackgroundJob(
            GalleryJob.of(self.experiment, self.bar.data, self.bar.seeds)
        )
        job.snapshot.connect(self._take)
        job.finished.connect(self._finish)
        job.stopped.connect(lambda: self._end(tr(STOPPED)))
        job.failed.connect(self._fail)
        job.silent.connect(self._note_silence)
        self._began = time.monotonic()
        self.bar.set_running(True)
        self.bar.show_progress(0.0, tr("Reading the data …"))
        self.training_changed.emit(True)
        job.start()

    def stop(self) -> None:
        """Stop all runs; their plots remain."""
        if self.job:
            self.job.stop()

    def close_training(self, timeout: float = 0.0) -> bool:
        """Stop all runs and ignore further updates; return whether they ended within `seconds`."""
        job = self.job
        if job is None:
            return True
        ended = job.close(timeout)
        self._end(tr(STOPPED))
        return ended

    def _take(self, update: ComparisonUpdate) -> None:
        job, comparison = self.job, self.comparison
        if job is None or comparison is None:
            return
        comparison.take(update)
        self._show_runs(comparison)
        spent = time.monotonic() - self._began
        self.bar.show_training(job.progress.share, update.turn, spent, self.note)

    def _note_silence(self, silent: bool) -> None:
        if silent:
            self.banner.say(f"{tr(SILENT)} {tr('Stop ends it.')}")
        else:
            self.banner.hide()

    def _finish(self, trained: Trained) -> None:
        assert self.comparison is not None
        comparison = self.comparison
        results = results_of(comparison.experiment, comparison.data, trained)
        self._keep(comparison, results)
        self._end("")
        self._show_results(results)

    def _keep(self, comparison: Comparison, results: Results) -> None:
        """Keep these results as the newest, and remove the oldest beyond the limit."""
        key = comparison.experiment.key, comparison.data
        self.kept.pop(key, None)
        self.kept[key] = comparison, results
        while len(self.kept) > MOST_KEPT:
            del self.kept[next(iter(self.kept))]

    def _show_results(self, results: Results) -> None:
        self.results = results
        self.below.show_results(results)
        self.side.show_findings(check(results))
        self.bar.show_progress(1.0, tr("Done in {time}", time=duration(results.seconds)))

    def _fail(self, message: str) -> None:
        self.banner.say(tr(message))
        self._end("")

    def _end(self, words: str) -> None:
        self.job = None
        self.bar.set_running(False)
        self.bar.show_progress(self.bar.progress.value() / 1000, words)
        self.training_changed.emit(False)

    # Runs

    def let_go(self) -> bool:
        """Deselect the selected runs; return whether there were any."""
        some = bool(self.table.selectedIndexes())
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        return some

    def spec(self, label: str) -> ExperimentSpec:
        """A run of the experiment, with the seed that the comparison begins with; of a search that
        is over its best trial."""
        assert self.experiment is not None
        assert self.comparison is not None
        title = f"{self.experiment.title}: {label}"
        spec, results = self.comparison.runs[label].spec, self.results
        if results and results.plan.searches:
            return replace(results.outcomes[label][0].spec, title=title)
        return replace(spec, seed=self.bar.seeds[0], title=title)

    def open_run(self, label: str) -> None:
        """Open a run on the Train page."""
        self.spec_opened.emit(self.spec(label))

    def export(self, view: ComparisonView | None = None) -> None:
        """Open the export dialog, for one view or for all of them."""
        from ui.export.dialog import ask_export

        spec = self.spec(self.table.selected_label())
        ask_export(self.cards, spec, view, self)

    # Appearance

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        for card in self.cards:
            card.retheme(theme.current())
        for part in (self.bar, self.side, self.table):
            part.retheme()

    def _make_cards(self, experiment: Experiment) -> None:
        for card in self.cards:
            card.setParent(None)
            card.deleteLater()
        self.cards = []
        for key in experiment.views:
            view = VIEWS[key]()
            card = Card(view)
            view.export_requested.connect(lambda view=view: self.export(view))
            card.maximize_toggled.connect(lambda card=card: self._maximize(card))
            self.cards.append(card)
            self._column.addWidget(card, 1)

    def _fit_heights(self, plan: Plan) -> None:
        for card, view in zip(self.cards, self.views(), strict=True):
            card.setMinimumHeight(view.wanted_height(plan) + HEADER)
        self._split.setSizes([10_000, self.below.wanted_height()])

    def _maximize(self, chosen: Card) -> None:
        """Show one card alone, or all again."""
        others = [card for card in self.cards if card is not chosen]
        alone = all(card.isHidden() for card in others)
        for card in others:
            card.setVisible(alone)

    def _arrange(self) -> None:
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        area = ScrollArea(content)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(8)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(area)
        self._split.addWidget(self.below)
        self._split.setStretchFactor(0, 1)
        right = QVBoxLayout()
        right.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        right.setSpacing(0)
        right.addWidget(self.bar)
        right.addWidget(self.banner)
        right.addWidget(self._split, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.side)
        add_layout(whole, right, 1)

    def _connect(self) -> None:
        self.bar.back_requested.connect(self.back_requested)
        self.bar.run_toggled.connect(self.toggle)
        self.bar.export_requested.connect(lambda: self.export())
        self.bar.data_chosen.connect(lambda _: self._show_plan())
        self.below.opened.connect(self.open_run)
        self.below.failed.connect(self.banner.say)
        self.table.chosen.connect(self._emphasise)

    def _emphasise(self, labels: frozenset[str]) -> None:
        for view in self.views():
            view.emphasise(labels)
