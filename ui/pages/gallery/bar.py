"""The top bar of an experiment's page: back, data, seeds, export, run, progress."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QStandardItemModel
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from core.data import DATASETS
from core.gallery.engine import data_for, plans_at_hand
from core.gallery.experiment import Experiment
from ui import theme
from ui.widgets.check import Check
from ui.widgets.combo import Combo, choice_model
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.layouts import add_layout
from ui.widgets.spin import Spin

MOST_SEEDS = 20
RUN_WIDTH = 96
# Below this width the title is shown in the window's frame only.
LEAST_TITLE = 100
# Below this share done the remaining time cannot be estimated.
EARLY, EARLY_SECONDS = 0.02, 0.5


class Bar(QWidget):
    """Its signals request actions. `data` and `seeds` are the choices."""

    back_requested = Signal()
    run_toggled = Signal()
    export_requested = Signal()
    data_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = self._button(tr("Gallery"), tr("Back to all experiments (Escape)"))
        self.title = ElidedLabel(least=LEAST_TITLE)
        self.data_choice = Combo(choice_model([]))
        self.band = Check()
        self.count = Spin(2, MOST_SEEDS)
        self.export = self._button(
            tr("Export"), tr("Export the comparison as image or data (Ctrl+E)")
        )
        self.run = self._button(tr("Run"), tr("Train all runs in lockstep (Ctrl+Return)"))
        self.progress = QProgressBar()
        self.status = QLabel()
        self._arrange()
        self._connect()
        self.retheme()

    # Choices

    @property
    def data(self) -> str:
        return self.data_choice.value()

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds to run: one, or those of the band."""
        return tuple(range(1, (self.count.value() if self.band.isChecked() else 1) + 1))

    def show_experiment(self, experiment: Experiment) -> None:
        """List an experiment's data sets, in grey those that are not on this computer."""
        self.title.setText(tr(experiment.title))
        self.data_choice.set_choices(_choices(experiment))
        self.data_choice.set_value(data_for(experiment))
        self.data_choice.setEnabled(len(experiment.plans) > 1)
        self.count.set_value(max(2, len(experiment.seeds)))
        self.set_running(False)
        self.show_progress(0.0, "")

    def show_seeds(self, seeds: int) -> None:
        """Set the number of seeds for the band, or use one seed."""
        self.band.setChecked(seeds > 1)
        if seeds > 1:
            self.count.set_value(seeds)

    # Progress

    def set_running(self, running: bool) -> None:
        """Show whether runs are training; choices are disabled then."""
        self.run.setText(tr("Stop") if running else tr("Run"))
        self.run.setAccessibleName(self.run.text())
        stop, train = (
            tr("Stop all runs (Ctrl+Return)"),
            tr("Train all runs in lockstep (Ctrl+Return)"),
        )
        self.run.setToolTip(stop if running else train)
        self._icon = "close" if running else "play"
        self.data_choice.setEnabled(not running and self.data_choice.count() > 1)
        self.band.setEnabled(not running)
        self.count.setEnabled(not running and self.band.isChecked())
        self.export.setEnabled(not running)
        self.retheme()

    def show_progress(self, share: float, words: str) -> None:
        """Show progress, 0…1, and a note."""
        self.progress.setValue(round(1000 * share))
        # Always repainted: training waits for a paint, even if nothing else has changed.
        self.progress.update()
        if words != self.status.text():
            self.status.setText(words)

    def show_training(self, share: float, turn: int, seconds: float, note: str) -> None:
        """Show the progress of the `turn`-th seed after `seconds`."""
        words = []
        if len(self.seeds) > 1:
            words.append(tr("seed {number} of {count}", number=turn + 1, count=len(self.seeds)))
        if share > EARLY and seconds > EARLY_SECONDS:
            words.append(tr("about {time} left", time=duration(seconds * (1 - share) / share)))
        if note:
            words.append(tr(note))
        self.show_progress(share, " · ".join(words) or tr("Training"))

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        colors = theme.current()
        self.run.setIcon(theme.icon(self._icon, colors, "accent_text"))
        self.export.setIcon(theme.icon("export", colors, "muted"))

    # Set-up

    _icon = "play"

    def _button(self, name: str, tip: str) -> QPushButton:
        button = QPushButton(name)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(QSize(14, 14))
        return button

    def _arrange(self) -> None:
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self.title.setFont(font)
        self.back.setText(f"‹  {tr('Gallery')}")
        self.run.setProperty("primary", True)
        self.run.setFixedWidth(RUN_WIDTH)
        self.data_choice.setAccessibleName(tr("Data set"))
        self.data_choice.setToolTip(tr("The data that all runs are trained on"))
        width = QFontMetrics(self.font()).horizontalAdvance("Fashion-MNIST")
        self.data_choice.setFixedWidth(width + 44)
        self.band.setText(tr("Repeat with"))
        self.band.setToolTip(
            tr("Repeat with several seeds: curves show mean and range, the table ±")
        )
        self.count.setAccessibleName(tr("Number of seeds"))
        self.count.setToolTip(tr("How many seeds each run is repeated with"))
        self.count.setSuffix(tr(" seeds"))
        self.count.setFixedWidth(84)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName(tr("Progress"))
        self.status.setObjectName("quiet")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addSpacing(4)
        row.addWidget(self.title, 1)
        for widget in (self.data_choice, self.band, self.count):
            row.addWidget(widget)
        row.addSpacing(4)
        row.addWidget(self.export)
        row.addWidget(self.run)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.progress, 1)
        below.addWidget(self.status)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 8)
        column.setSpacing(8)
        add_layout(column, row)
        add_layout(column, below)

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.back_requested.emit())
        self.run.clicked.connect(lambda: self.run_toggled.emit())
        self.export.clicked.connect(lambda: self.export_requested.emit())
        self.data_choice.edited.connect(self.data_chosen)
        self.band.toggled.connect(self.count.setEnabled)


def _choices(experiment: Experiment) -> QStandardItemModel:
    missing = experiment.plans.keys() - set(plans_at_hand(experiment))
    return choice_model(
        [
            (key, tr(DATASETS[key].label), tr("not on this computer") if key in missing else "", "")
            for key in experiment.plans
        ],
        missing,
    )


def duration(seconds: float) -> str:
    """A duration as text."""
    if seconds < 90:
        return tr("{seconds} s", seconds=max(1, round(seconds)))
    return tr("{minutes} min", minutes=round(seconds / 60))
