"""The main window: the column of settings, the toolbar, the dashboard, and the menus over them."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QByteArray, QEvent, QSettings
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from core.files import read_experiment, write_experiment
from core.reading import SpecError
from core.specio import dumps
from core.telemetry import Frame
from ui import theme
from ui.banner import Banner
from ui.controls import Controls
from ui.dashboard import Dashboard
from ui.export import copy_to_clipboard, export
from ui.menus import Menus
from ui.session import Session
from ui.sheet import Sheet
from ui.sheet import dashboard as dashboard_sheet
from ui.toolbar import Toolbar
from ui.views import View

DEFAULT_SIZE = (1440, 900)
MINIMUM_SIZE = (1000, 640)
MARGIN = 12
FILES = "Experiments (*.json);;All files (*)"


class MainWindow(QMainWindow):
    """Everything one sees. With `remember` the layout is kept from one start to the next."""

    def __init__(
        self, session: Session, theme_name: str | None = None, remember: bool = True
    ) -> None:
        super().__init__()
        self.session = session
        self._settings = _settings() if remember else None
        self._file: Path | None = None
        self._paint_times: deque[float] = deque(maxlen=90)
        self._loss = self._accuracy = math.nan
        self.theme_name = theme_name or str(self._recall("theme", "system"))
        self._apply_theme()
        self.controls = Controls(session.spec)
        self.toolbar = Toolbar()
        self.banner = Banner()
        self.dashboard = Dashboard(session.history)
        self.menus = Menus(self)
        self._arrange()
        self._connect()
        self._restore_layout()
        self._tell_title()
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
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.controls)
        whole.addLayout(right, 1)
        center = QWidget()
        center.setLayout(whole)
        self.setCentralWidget(center)

    def _connect(self) -> None:
        session, toolbar = self.session, self.toolbar
        self.controls.spec_edited.connect(session.edit)
        session.spec_changed.connect(self._show_spec)
        session.frame_shown.connect(self._show_frame)
        session.running_changed.connect(toolbar.set_running)
        session.run_started.connect(self._show_new_run)
        session.failed.connect(self.report)
        toolbar.run_toggled.connect(session.set_running)
        toolbar.step_requested.connect(session.step)
        toolbar.epoch_requested.connect(session.finish_epoch)
        toolbar.reset_requested.connect(session.reset)
        toolbar.new_seed_requested.connect(session.new_seed)
        toolbar.pace_chosen.connect(session.set_pace)
        toolbar.export_requested.connect(lambda: self.export())
        self.dashboard.measures_changed.connect(self._tell_measures)
        self.dashboard.export_requested.connect(self.export)
        session.saved_changed.connect(self._tell_title)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self._follow_system())

    # Showing

    def _show_frame(self, frame: Frame) -> None:
        history = self.session.history
        self.dashboard.show_frame(frame, history)
        if frame.segment.loss.size:
            self._loss = float(frame.segment.loss[-100:].mean())
        accuracy = frame.validation[-1].accuracy if frame.validation else self._accuracy
        self._accuracy = accuracy
        self.toolbar.set_figures(
            frame.epoch,
            frame.iteration,
            frame.steps_per_second,
            self._frames_per_second(),
            self._loss,
            accuracy,
        )
        if frame.status == "diverged":
            self.report(f"The run {frame.reason}. Its history is kept; change a setting to retry.")
        # A frame always ends in a paint, which lets training go on, even when nothing changed.
        figures = self.toolbar.figures
        figures.update(figures.width() - 1, 0, 1, 1)

    def _show_new_run(self) -> None:
        self._loss = self._accuracy = math.nan
        self.banner.hide()
        self.dashboard.clear(self.session.history)

    def _show_spec(self) -> None:
        self.controls.set_spec(self.session.spec)
        self._tell_title()

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
        if event.type() == QEvent.Type.UpdateRequest:
            self._paint_times.append(perf_counter())
            self.session.painted()
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

    def _tell_painting(self) -> None:
        self.session.paints = self.isVisible() and not self.isMinimized()

    # Commands

    def toggle_running(self) -> None:
        self.session.set_running(not self.session.is_running)

    def export(self, view: View | None = None) -> None:
        """Open the export dialog, for one view or for the whole dashboard."""
        from ui.export_dialog import ExportDialog

        ExportDialog(self.dashboard.cards(), self.session.spec, view, self).exec()

    def save_dashboard(self, path: Path, scale: float = 2.0) -> None:
        """Write the dashboard as a picture. Raises `ExportError`."""
        export(path, self._sheet(), theme.current(), scale, dumps(self.session.spec))

    def copy_dashboard(self) -> None:
        copy_to_clipboard(self._sheet(), theme.current(), spec=dumps(self.session.spec))

    def _sheet(self) -> Sheet:
        return dashboard_sheet(self.dashboard.cards())

    def open_file(self, path: Path) -> None:
        """Take up the experiment in a file; on a bad one say every problem and change nothing."""
        try:
            spec = read_experiment(path)
        except SpecError as error:
            self.report("\n".join(error.problems))
            return
        self._file = path
        self.banner.hide()
        self.session.open(spec)
        self.session.undo_stack.setClean()
        self._tell_title()

    def ask_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open experiment", self._folder(), FILES)
        if name:
            self.open_file(Path(name))

    def save(self) -> None:
        if self._file is None:
            self.ask_save()
        else:
            self._save_to(self._file)

    def ask_save(self) -> None:
        suggested = str(self._file or Path(self._folder()) / "experiment.json")
        name, _ = QFileDialog.getSaveFileName(self, "Save experiment", suggested, FILES)
        if name:
            self._save_to(Path(name))

    def _save_to(self, path: Path) -> None:
        try:
            write_experiment(path, self.session.spec)
        except OSError as error:
            self.report(f"{path}: {error.strerror or error}")
            return
        self._file = path
        self.session.undo_stack.setClean()
        self._tell_title()

    def _folder(self) -> str:
        return str(self._file.parent if self._file else Path.home())

    # Theme

    def set_theme(self, name: str) -> None:
        """Dress the window in "light" or "dark", or like the "system"."""
        self.theme_name = name
        self._remember("theme", name)
        self._apply_theme()
        colors = theme.current()
        for part in (self.controls, self.toolbar, self.dashboard):
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

    def _recall(self, key: str, default: object) -> object:
        return default if self._settings is None else self._settings.value(key, default)

    def _remember(self, key: str, value: object) -> None:
        if self._settings is not None:
            self._settings.setValue(key, value)

    def _restore_layout(self) -> None:
        geometry, layout = self._recall("geometry", None), self._recall("layout", None)
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(layout, QByteArray):
            self.dashboard.restoreState(layout)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember("geometry", self.saveGeometry())
        self._remember("layout", self.dashboard.layout_state())
        self.session.paints = False
        self.session.close()
        super().closeEvent(event)

    # Small things

    def _tell_title(self) -> None:
        name = self.session.spec.title or (self._file.stem if self._file else "")
        changed = "" if self.session.undo_stack.isClean() else "*"
        self.setWindowTitle(
            f"{name}{changed} – Training Playground" if name else "Training Playground"
        )

    def _tell_measures(self) -> None:
        self.session.measure(self.dashboard.measures())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls()[:1]:
            self.open_file(Path(url.toLocalFile()))


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "training-playground", "window"
    )
