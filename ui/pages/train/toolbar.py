"""The toolbar above the views: run and stop, live figures, export."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.base.translation import Message, tr
from ui import theme
from ui.widgets.combo import Combo, choice_model
from ui.widgets.figures import NONE, Figure, Figures, decimal
from ui.widgets.layouts import add_layout

RUN_WIDTH = 90
ICON_WIDTH = 34
WIDE = 1400
SPACING, TIGHT = 8, 4
HEIGHT = 44
PACE_WIDTH = 96
# Steps per second.
PACES = {
    0.0: Message("Full speed"),
    1000.0: "1,000 /s",
    100.0: "100 /s",
    10.0: "10 /s",
    1.0: "1 /s",
}


class Toolbar(QWidget):
    """Buttons to the left and right, figures between them. The buttons are public for binding
    shortcuts; more can be added to the layout `extras`. With little room all buttons but the first
    show only their icons.
    """

    run_toggled = Signal(bool)
    step_requested = Signal()
    epoch_requested = Signal()
    reset_requested = Signal()
    new_seed_requested = Signal()
    pin_requested = Signal()
    export_requested = Signal()
    pace_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = self._pinned = self._compact = False
        self._icons: list[tuple[QPushButton, str, str]] = []
        self.run = self._button(tr("Run"), tr("Train until paused"), "Space", "play", "accent_text")
        self.run.setProperty("primary", True)
        self.run.setFixedWidth(RUN_WIDTH)
        self.step = self._button(tr("Step"), tr("One update of the weights"), "S", "step")
        self.epoch = self._button(
            tr("Epoch"), tr("One pass over all training samples"), "E", "epoch"
        )
        self.reset = self._button(
            tr("Reset"), tr("Back to step 0, with the same seed"), "R", "reset"
        )
        self.new_seed = self._button(
            tr("New seed"), tr("Back to step 0, with another seed"), "N", "seed"
        )
        self.pin = self._button(
            tr("Pin run"), tr("Keep this run to compare others with"), "P", "pin"
        )
        self.pace = self._paces()
        self.export = self._button(
            tr("Export"), tr("Export the dashboard as an image"), "Ctrl+E", "export"
        )
        self.figures = Figures(
            [
                Figure(tr("epoch"), "99.9", rank=3),
                Figure(tr("step"), "9,999", rank=2),
                Figure("", "9,999", tr("steps/s"), rank=1),
                Figure("", "60", "fps", rank=0),
                Figure(tr("loss"), "0.0000", bold=True, rank=5),
                Figure(tr("val acc"), "0.000", bold=True, rank=4),
            ]
        )
        self.extras = QHBoxLayout()
        self._arrange()
        self._connect()
        self.retheme(theme.current())

    def set_running(self, running: bool) -> None:
        """Show whether the run is running, without a signal."""
        if running == self._running:
            return
        self._running = running
        self.run.setText(tr("Pause") if running else tr("Run"))
        self.run.setAccessibleName(self.run.text())
        what = tr("Pause the run") if running else tr("Train until paused")
        self.run.setToolTip(_tip(what, "Space"))
        self._set_icon(self.run, "pause" if running else "play")

    def set_pinned(self, pinned: bool) -> None:
        """Show whether the current run is pinned; the button then opens the table of pinned
        runs."""
        if pinned == self._pinned:
            return
        self._pinned = pinned
        name = tr("Runs") if pinned else tr("Pin run")
        keep = tr("Keep this run to compare others with")
        what = tr("The pinned runs") if pinned else keep
        self.pin.setAccessibleName(name)
        self._fit(self.pin)
        self.pin.setToolTip(_tip(what, "P"))
        self._set_icon(self.pin, "runs" if pinned else "pin")

    def set_figures(
        self,
        epoch: float,
        iteration: int,
        steps_per_second: float,
        fps: float,
        loss: float,
        validation: float,
        is_accuracy: bool = True,
    ) -> None:
        """Show the progress of the run; NaN is shown as a dash. Validation is shown as accuracy, or
        as loss for a regression."""
        self.figures.set_name(-1, tr("val acc") if is_accuracy else tr("val loss"))
        self.figures.set_values(
            (
                f"{epoch:.1f}",
                f"{iteration:,}",
                _rate(steps_per_second),
                _rate(fps),
                decimal(loss, 4),
                decimal(validation, 3 if is_accuracy else 4),
            )
        )

    def retheme(self, colors: theme.Theme) -> None:
        for button, name, role in self._icons:
            button.setIcon(theme.icon(name, colors, role))
        self.figures.retheme(colors)

    def resizeEvent(self, event: QResizeEvent) -> None:
        compact = event.size().width() < WIDE
        if compact != self._compact:
            self._compact = compact
            self._row.setSpacing(TIGHT if compact else SPACING)
            worded = (self.step, self.epoch, self.reset, self.new_seed, self.pin)
            for button in (*worded, self.export):
                self._fit(button)

    def _fit(self, button: QPushButton) -> None:
        """Show the button's name, or only its icon where there is little room."""
        button.setText("" if self._compact else button.accessibleName())
        button.setFixedWidth(ICON_WIDTH if self._compact else button.sizeHint().width())

    def _button(
        self, text: str, what: str, keys: str, icon: str, role: str = "muted"
    ) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(_tip(what, keys))
        button.setAccessibleName(text)
        button.setAccessibleDescription(what)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(QSize(14, 14))
        self._icons.append((button, icon, role))
        return button

    def _paces(self) -> Combo:
        combo = Combo(choice_model((pace, tr(text), "", "") for pace, text in PACES.items()))
        combo.setToolTip(tr("Training speed; slow speeds show single steps"))
        combo.setAccessibleName(tr("Speed"))
        combo.setFixedWidth(PACE_WIDTH)
        return combo

    def _set_icon(self, button: QPushButton, name: str) -> None:
        self._icons = [(b, name if b is button else old, role) for b, old, role in self._icons]
        self.retheme(theme.current())

    def _arrange(self) -> None:
        self.setFixedHeight(HEIGHT)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(SPACING)
        for button in (self.run, self.step, self.epoch, self.reset, self.new_seed):
            row.addWidget(button)
        row.addWidget(self.pace)
        self.extras.addWidget(self.pin)
        add_layout(row, self.extras)
        row.addSpacing(8)
        row.addWidget(self.figures, 1)
        row.addSpacing(8)
        row.addWidget(self.export)

    def _connect(self) -> None:
        self.run.clicked.connect(lambda: self.run_toggled.emit(not self._running))
        self.step.clicked.connect(lambda: self.step_requested.emit())
        self.epoch.clicked.connect(lambda: self.epoch_requested.emit())
        self.reset.clicked.connect(lambda: self.reset_requested.emit())
        self.new_seed.clicked.connect(lambda: self.new_seed_requested.emit())
        self.pin.clicked.connect(lambda: self.pin_requested.emit())
        self.export.clicked.connect(lambda: self.export_requested.emit())
        self.pace.edited.connect(self.pace_chosen)


def _rate(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:,.0f}"


def _tip(what: str, keys: str) -> str:
    return f"{what} ({keys})"
