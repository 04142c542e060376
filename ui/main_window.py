"""The main window: the column of settings, the toolbar, the dashboard, and the menus over them."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QEvent
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from core.experiment.serialization import dumps
from core.telemetry.frame import Frame
from core.training.results import Score
from ui import theme
from ui.data.opening import DataOpener, looks_like_data
from ui.export.formats import copy_to_clipboard, export
from ui.export.sheet import Sheet
from ui.export.sheet import dashboard as dashboard_sheet
from ui.menus import Menus
from ui.pages.gallery.opening import GalleryOpener
from ui.pages.train.controls import Controls
from ui.pages.train.dashboard import Dashboard
from ui.pages.train.drawing import Drawing
from ui.pages.train.findings import Findings
from ui.pages.train.pinning import Pinning
from ui.pages.train.replay import Replay
from ui.pages.train.timeline import Timeline
from ui.pages.train.toolbar import Toolbar
from ui.preferences import Memory
from ui.session.document import Document
from ui.session.session import Session
from ui.views import View
from ui.widgets.banner import Banner
from ui.widgets.keys import press_focused
from ui.wording import on_test

DEFAULT_SIZE = (1440, 900)
MINIMUM_SIZE = (1000, 640)
MARGIN = 12
# Running figures change this often: nobody reads 60 numbers a second.
FIGURE_SECONDS = 0.15
WAYS_OUT = "Go back to an earlier moment on the timeline, or change a setting to try again."


class MainWindow(QMainWindow):
    """Everything one sees. With `remember` the layout is kept from one start to the next."""

    def __init__(
        self, session: Session, theme_name: str | None = None, remember: bool = True
    ) -> None:
        super().__init__()
        self.session = session
        self.memory = Memory(remember)
        self._paint_times: deque[float] = deque(maxlen=90)
        self._forget_figures()
        self._told_at = self._taken_at = 0.0
        # Nothing is cheaper to paint than a widget of one pixel that shows what is behind it.
        self._pulse = QWidget(self)
        self._pulse.setFixedSize(1, 1)
        self.theme_name = theme_name or self.memory.text("theme", "system")
        self._apply_theme()
        self.controls = Controls(session.spec)
        self.toolbar = Toolbar()
        self.banner = Banner()
        self.dashboard = Dashboard(session.history)
        self.timeline = Timeline()
        self.findings = Findings()
        self.document = Document(session, self, self.report)
        self.data = DataOpener(self)
        self.drawing = Drawing(session, self.dashboard, self.report)
        parts = self.timeline, self.dashboard, self.findings
        self.replay = Replay(session, *parts, self.report)
        self.pinning = Pinning(session, self.toolbar, self, self.report)
        self.gallery = GalleryOpener(session, self)
        self.menus = Menus(self)
        self._arrange()
        self._connect()
        self._restore_layout()
        self.document.tell()
        self._tell_measures()
        # Not the first field: the space bar is for running, not for opening a list.
        self.setFocus()

    def _arrange(self) -> None:
        self.setMinimumSize(*MINIMUM_SIZE)
        self.resize(*DEFAULT_SIZE)
        self.setAcceptDrops(True)
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
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left)
        whole.addLayout(right, 1)
        center = QWidget()
        center.setLayout(whole)
        self.setCentralWidget(center)

    def _connect(self) -> None:
        session, toolbar = self.session, self.toolbar
        self.controls.spec_edited.connect(self.data.edit)
        self.findings.remedy_chosen.connect(session.edit)
        session.spec_changed.connect(self._show_spec)
        session.frame_shown.connect(self._show_frame)
        session.running_changed.connect(toolbar.set_running)
        session.run_started.connect(self._show_new_run)
        session.failed.connect(self._show_failure)
        session.noted.connect(self.report)
        session.tested.connect(lambda tested: self.report(on_test(tested)))
        toolbar.run_toggled.connect(session.set_running)
        toolbar.step_requested.connect(session.step)
        toolbar.epoch_requested.connect(session.finish_epoch)
        toolbar.reset_requested.connect(session.reset)
        toolbar.new_seed_requested.connect(session.new_seed)
        toolbar.pace_chosen.connect(session.set_pace)
        toolbar.gallery_requested.connect(self.gallery.show)
        toolbar.export_requested.connect(lambda: self.export())
        self.dashboard.measures_changed.connect(self._tell_measures)
        self.dashboard.export_requested.connect(self.export)
        self.dashboard.weight_edited.connect(lambda edit: session.set_weight(*edit))
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self._follow_system())

    # Showing

    def _show_frame(self, frame: Frame) -> None:
        self._taken_at = now = perf_counter()
        self.replay.take(frame)
        if frame.segment.loss.size:
            self._loss = float(frame.segment.loss[-100:].mean())
        if frame.validation:
            self._validation = frame.validation[-1]
        if frame.status != "running" or now - self._told_at > FIGURE_SECONDS:
            self._told_at = now
            self._tell_figures(frame)
        if frame.status == "diverged":
            self.report(f"The run {frame.reason}. {WAYS_OUT}")
        # A frame always ends in a paint, which asks for the next one, even when nothing changed.
        self._pulse.update()

    def _tell_figures(self, frame: Frame) -> None:
        fps = self._frames_per_second()
        where = frame.epoch, frame.iteration, frame.steps_per_second
        score, classifies = self._validation, frame.data is None or frame.data.classifies
        validation = score.accuracy if classifies else score.loss
        self.toolbar.set_figures(*where, fps, self._loss, validation, classifies)

    def _forget_figures(self) -> None:
        self._loss, self._validation = math.nan, Score(0, math.nan, math.nan)

    def _show_new_run(self) -> None:
        self._forget_figures()
        self.banner.hide()
        self.replay.begin()

    def _show_failure(self, message: str) -> None:
        self.report(message)
        if self.session.shown is None:
            self.replay.clear()
            self.data.offer()

    def _show_spec(self) -> None:
        self.controls.set_spec(self.session.spec)
        self.replay.look_again()

    def report(self, message: str) -> None:
        """Say what went wrong, above the dashboard."""
        self.banner.say(message)

    def _frames_per_second(self) -> float:
        times = self._paint_times
        if len(times) < 2 or perf_counter() - times[-1] > 1:
            return math.nan
        return (len(times) - 1) / (times[-1] - times[0])

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self.session.painted():
            now = perf_counter()
            self._paint_times.append(now)
            self.dashboard.spent(now - self._taken_at)
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._tell_painting()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_painting()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell_painting()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.findings.set_room(self.height())

    def _tell_painting(self) -> None:
        self.session.paints = self.isVisible() and not self.isMinimized()

    # Commands

    def open_file(self, path: Path) -> None:
        """Take up what is in a file: an experiment, or data for the present one."""
        if looks_like_data(path):
            self.data.open(path)
        else:
            self.document.open(path)

    def toggle_running(self) -> None:
        self.session.set_running(not self.session.is_running)

    def export(self, view: View | None = None) -> None:
        """Open the export dialog, for one view or for the whole dashboard."""
        from ui.export.dialog import ExportDialog

        ExportDialog(self.dashboard.cards(), self.session.spec, view, self).exec()

    def save_dashboard(self, path: Path, scale: float = 2.0) -> None:
        """Write the dashboard as a picture. Raises `ExportError`."""
        export(path, self._sheet(), theme.current(), scale, dumps(self.session.spec))

    def copy_dashboard(self) -> None:
        copy_to_clipboard(self._sheet(), theme.current(), spec=dumps(self.session.spec))

    def _sheet(self) -> Sheet:
        return dashboard_sheet(self.dashboard.cards())

    # Theme

    def set_theme(self, name: str) -> None:
        """Dress the window in "light" or "dark", or like the "system"."""
        self.theme_name = name
        self.memory.keep(theme=name)
        self._apply_theme()
        colors = theme.current()
        parts = (self.controls, self.toolbar, self.dashboard, self.timeline, self.findings)
        for part in parts:
            part.retheme(colors)

    def _follow_system(self) -> None:
        if self.theme_name == "system":
            self.set_theme("system")

    def _apply_theme(self) -> None:
        named = {"light": theme.LIGHT, "dark": theme.DARK}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, named.get(self.theme_name) or theme.system_theme())

    # What is remembered

    def _restore_layout(self) -> None:
        memory = self.memory
        if geometry := memory.state("geometry"):
            self.restoreGeometry(geometry)
        if layout := memory.state("layout"):
            self.dashboard.restore_layout(layout)
        for part in (self.timeline, self.findings):
            part.setVisible(memory.flag(type(part).__name__.lower(), True))

    def show_part(self, part: QWidget, shown: bool) -> None:
        """Show or hide the timeline or the findings, and remember it."""
        part.setVisible(shown)
        self.memory.keep(**{type(part).__name__.lower(): shown})

    def closeEvent(self, event: QCloseEvent) -> None:
        self.memory.keep(geometry=self.saveGeometry(), layout=self.dashboard.layout_state())
        self.session.paints = False
        self.session.close()
        super().closeEvent(event)

    # Small things

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_focused(event):
            super().keyPressEvent(event)

    def _tell_measures(self) -> None:
        self.session.measure(self.dashboard.measures())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls()[:1]:
            self.open_file(Path(url.toLocalFile()))
