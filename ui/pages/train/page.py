"""The Train page: settings, toolbar, dashboard, timeline and findings of the session."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.data.dataset import Dataset
from core.experiment.serialization import dumps
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.training.results import Score
from ui import theme
from ui.data.opening import DataOpener
from ui.export.formats import copy_to_clipboard, export
from ui.export.sheet import Sheet
from ui.export.sheet import dashboard as dashboard_sheet
from ui.menus import VIEW, Command, Menu
from ui.page import Page, PageContext
from ui.pages.train.asking import Asking
from ui.pages.train.controls import Controls
from ui.pages.train.dashboard import NO_VIEW, Dashboard
from ui.pages.train.drawing import Drawing
from ui.pages.train.filming import Filming
from ui.pages.train.findings import Findings
from ui.pages.train.pinning import Pinning
from ui.pages.train.replay import Replay
from ui.pages.train.timeline import Timeline
from ui.pages.train.toolbar import Toolbar
from ui.views import View
from ui.widgets.layouts import add_layout
from ui.wording import on_test

MARGIN = 12
# Figures are updated this often: 60 changes a second cannot be read.
FIGURE_SECONDS = 0.15


class TrainPage(Page):
    """Shows the session's experiment and its run, and forwards the user's commands."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        session = self._session = context.session
        self.undo_stack = session.undo_stack
        self._paint_times: deque[float] = deque(maxlen=90)
        self._loss = session.history.newest_loss
        self._told_at = self._taken_at = 0.0
        # A transparent widget of one pixel, the cheapest thing to paint.
        self._pulse = QWidget(self)
        self._pulse.setFixedSize(1, 1)
        self.controls = Controls(session.spec)
        self.toolbar = Toolbar()
        self.dashboard = Dashboard(session.history)
        self.timeline = Timeline()
        self.findings = Findings()
        self.data = DataOpener(self, self.report)
        self.drawing = Drawing(session, self.dashboard, self.report)
        self.asking = Asking(session, self.dashboard)
        parts = self.timeline, self.dashboard, self.findings
        self.replay = Replay(session, *parts, self.report)
        self.pinning = Pinning(session, self.toolbar, self, self.report)
        self.filming = Filming(session, self.dashboard, context.preferences, self, self.report)
        self._arrange()
        self._connect()
        self._tell_measures()

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        right.setSpacing(0)
        right.addWidget(self.toolbar)
        right.addWidget(self.banner)
        right.addWidget(self.dashboard, 1)
        right.addWidget(self.timeline)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.controls, 1)
        left.addWidget(self.findings)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        add_layout(whole, left)
        add_layout(whole, right, 1)

    def _connect(self) -> None:
        session, toolbar = self._session, self.toolbar
        self.controls.spec_edited.connect(self._edit)
        self.data.chosen.connect(self._use)
        self.findings.remedy_chosen.connect(session.edit)
        session.spec_changed.connect(self._show_spec)
        session.frame_shown.connect(self._show_frame)
        session.running_changed.connect(toolbar.set_running)
        session.running_changed.connect(self.busy_changed)
        session.run_started.connect(self._show_new_run)
        session.failed.connect(self._show_failure)
        session.noted.connect(self.report)
        session.fell_silent.connect(self._show_standstill)
        session.tested.connect(lambda tested: self.report(on_test(tested)))
        toolbar.run_toggled.connect(session.set_running)
        toolbar.step_requested.connect(session.step)
        toolbar.epoch_requested.connect(session.finish_epoch)
        toolbar.reset_requested.connect(session.reset)
        toolbar.new_seed_requested.connect(session.new_seed)
        toolbar.pace_chosen.connect(session.set_pace)
        toolbar.export_requested.connect(lambda: self.export())
        self.dashboard.measures_changed.connect(self._tell_measures)
        self.dashboard.export_requested.connect(self.export)
        self.dashboard.weight_edited.connect(lambda edit: session.set_weight(*edit))

    def menus(self) -> tuple[Menu, ...]:
        session = self._session
        parts = (
            (Message("&Timeline"), self.timeline),
            (Message("&Findings"), self.findings),
        )
        return (
            Menu(
                "&Run",
                (
                    Command("&Run or pause", self.toggle_running, "Space"),
                    Command("One &step", session.step, "S"),
                    Command("To the end of the &epoch", session.finish_epoch, "E"),
                    None,
                    Command("Score on the test &data", session.test, "T"),
                    None,
                    Command("Rese&t", session.reset, "R"),
                    Command("&New seed", session.new_seed, "N"),
                    None,
                    Command("&Pin run", self.pinning.pin, "P"),
                    Command("Pinned r&uns…", self.pinning.show_table, "Ctrl+R"),
                    None,
                    Command("E&arlier step", lambda: session.look_by(-1), "Ctrl+Left"),
                    Command("&Later step", lambda: session.look_by(1), "Ctrl+Right"),
                    Command("&Back to live", session.look_live, "L"),
                    Command("&Continue from here", self.replay.go_on, "G"),
                ),
            ),
            Menu(
                VIEW,
                (
                    *self.dashboard.toggle_actions(),
                    None,
                    *(self._part_command(text, part) for text, part in parts),
                    None,
                    Command("&Copy dashboard", self.copy_dashboard, "Ctrl+Shift+C"),
                    Command("Reset &layout", self.dashboard.reset_layout),
                ),
            ),
        )

    def _part_command(self, text: str, part: QWidget) -> Command:
        """A menu command that shows or hides a part of the page."""
        return Command(
            text,
            lambda: self.show_part(part, part.isHidden()),
            checked=lambda: not part.isHidden(),
        )

    # Showing

    def _show_frame(self, frame: Frame) -> None:
        self._taken_at = now = perf_counter()
        self.replay.take(frame)
        if frame.segment.loss.size:
            self._loss = float(frame.segment.loss[-100:].mean())
        if frame.status != "running" or now - self._told_at > FIGURE_SECONDS:
            self._told_at = now
            self._tell_figures(frame, frame.steps_per_second, self._frames_per_second())
        if frame.status == "diverged":
            self.report(
                tr(
                    "The run {reason}. Go back to an earlier step on the timeline, or change a "
                    "setting to try again.",
                    reason=frame.reason,
                )
            )
        # Every frame ends in a paint, which requests the next one, even if nothing has changed.
        self._pulse.update()

    def _tell_figures(self, frame: Frame, steps_per_second: float, fps: float) -> None:
        score = self._session.history.newest_score or Score(0, math.nan, math.nan)
        classifies = frame.data is None or frame.data.classifies
        validation = score.accuracy if classifies else score.loss
        figures = frame.epoch, frame.iteration, steps_per_second, fps, self._loss, validation
        self.toolbar.set_figures(*figures, classifies)

    def _show_standstill(self) -> None:
        if newest := self._session.newest:
            self._tell_figures(newest, 0.0, 0.0)

    def _show_new_run(self) -> None:
        # A run that continues has a loss already.
        self._loss = self._session.history.newest_loss
        self.report("")
        self.replay.begin()

    def _show_failure(self, message: str) -> None:
        self.report(message)
        if self._session.shown is None:
            self.replay.clear()
            self.data.fetch_missing(self._session.spec.data.dataset, self._retry)

    def _retry(self) -> None:
        self.report("")
        self._session.reset()

    def _show_spec(self) -> None:
        self.controls.set_spec(self._session.spec)
        self.replay.look_again()

    def _frames_per_second(self) -> float:
        times = self._paint_times
        if len(times) < 2 or perf_counter() - times[-1] > 1:
            return math.nan
        return (len(times) - 1) / (times[-1] - times[0])

    def _tell_measures(self) -> None:
        self._session.measure(self.dashboard.measures())

    # Editing

    def _edit(self, spec: ExperimentSpec) -> None:
        """Make `spec` the current one once its data are available; otherwise nothing changes."""
        before, dataset = self._session.spec, spec.data.dataset
        if dataset == before.data.dataset:
            self._session.edit(spec)
        else:
            self.data.obtain(
                dataset,
                lambda: self._session.edit(spec),
                lambda: self.controls.set_spec(before),
            )

    def _use(self, dataset: Dataset) -> None:
        self.report("")
        spec = self._session.spec
        self._session.edit(replace(spec, data=replace(spec.data, dataset=dataset)))

    # Commands

    def toggle_running(self) -> None:
        self._session.set_running(not self._session.is_running)

    def export(self, view: View | None = None) -> None:
        """Open the export dialog, for one view or for the whole dashboard."""
        from ui.export.dialog import ask_export

        if self._shows_views():
            ask_export(self.dashboard.cards(), self._session.spec, view, self)

    def save_dashboard(self, path: Path, scale: float = 2.0) -> None:
        """Write the dashboard as an image. Raises `ExportError`."""
        export(path, self._sheet(), theme.current(), scale, dumps(self._session.spec))

    def copy_dashboard(self) -> None:
        if self._shows_views():
            copy_to_clipboard(self._sheet(), theme.current(), spec=dumps(self._session.spec))

    def _shows_views(self) -> bool:
        """Whether there is a view to export; says so where there is none."""
        if not self.dashboard.shown():
            self.report(tr(NO_VIEW))
            return False
        return True

    def _sheet(self) -> Sheet:
        return dashboard_sheet(self.dashboard.cards())

    def show_part(self, part: QWidget, shown: bool) -> None:
        """Show or hide the timeline or the findings, and remember it."""
        part.setVisible(shown)
        self.context.preferences.keep(**{type(part).__name__.lower(): shown})

    # As part of the window

    def retheme(self, colors: theme.Theme) -> None:
        parts = (self.controls, self.toolbar, self.dashboard, self.timeline, self.findings)
        for part in parts:
            part.retheme(colors)

    def activate(self) -> None:
        self._session.paints = self.replay.in_view = True
        self.replay.show()
        self._tell_measures()

    def deactivate(self) -> None:
        """The run continues and is recorded for all views, but nothing is painted."""
        self._session.paints = self.replay.in_view = False
        self._session.measure(
            frozenset().union(*(view.measures for view in self.dashboard.shown()))
        )

    def painted(self) -> None:
        if self._session.painted():
            now = perf_counter()
            self._paint_times.append(now)
            self.dashboard.note_frame_time(now - self._taken_at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.findings.set_room(self.height())

    def restore_state(self) -> None:
        preferences = self.context.preferences
        if layout := preferences.state("layout"):
            self.dashboard.restore_layout(layout)
        for part in (self.timeline, self.findings):
            part.setVisible(preferences.flag(type(part).__name__.lower(), True))

    def save_state(self) -> None:
        self.context.preferences.keep(layout=self.dashboard.layout_state())

    def hand_over(self) -> float:
        return self.toolbar.pace.value()

    def take_over(self, work: float) -> None:
        self.toolbar.pace.set_value(work)
        self._session.announce()

    def shutdown(self) -> None:
        self._session.paints = False
