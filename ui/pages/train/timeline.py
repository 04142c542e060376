"""The timeline under the dashboard, which shows earlier steps of a run."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.base.translation import Message, tr
from core.telemetry.history import EMPTY, History
from ui import theme
from ui.widgets.scrubber import Scrubber

HEIGHT = 40
# Seconds between two updates of ticks and handle during a run.
FOLLOW_SECONDS = 0.25
NOTHING = Message("There is no earlier step yet")
LIVE = Message("Choose an earlier step first; training can then continue from there")


class Timeline(QWidget):
    """Shows which step of a run is on the dashboard; its signals request another.

    `follow` is cheap enough to be called with every frame.
    """

    chosen = Signal(float)
    stepped = Signal(int)
    live_requested = Signal()
    continue_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = EMPTY
        self._step: int | None = None
        self._checkpoint: int | None = None
        self._follow_at = 0.0
        self.scrubber = Scrubber()
        self.name = QLabel()
        self.go_on = QPushButton(tr("Continue from here"))
        self.live = QPushButton(tr("Live"))
        self._arrange()
        self.scrubber.chosen.connect(self.chosen)
        self.scrubber.stepped.connect(self.stepped)
        self.scrubber.live_requested.connect(self.live_requested)
        self.live.clicked.connect(self.live_requested)
        self.go_on.clicked.connect(self.continue_requested)
        self.show_step(EMPTY, None, None)

    def show_step(self, history: History, step: int | None, checkpoint: int | None) -> None:
        """Show the selected iteration, or None for the newest. `checkpoint` is the iteration near
        it from which the run can continue, None without any.
        """
        self._history, self._step = history, step
        self._move()
        self.name.setText(tr("Timeline") if step is None else tr("Step {step:,}", step=step))
        role = "accent" if step is None else "muted"
        self.live.setIcon(theme.icon("live", theme.current(), role))
        self.offer(checkpoint)

    def offer(self, checkpoint: int | None) -> None:
        """Set the iteration from which the run can continue."""
        self._checkpoint = checkpoint
        enabled = self._step is not None and checkpoint is not None
        self.go_on.setEnabled(enabled)
        from_there = tr("Continue from {step:,}", step=checkpoint) if enabled else ""
        self.go_on.setText(from_there or tr("Continue from here"))
        self.go_on.setToolTip(self._explained(checkpoint))

    def follow(self, history: History, at_once: bool = False) -> bool:
        """The run has grown; return whether this is shown, which is not so at every frame."""
        if not at_once and monotonic() < self._follow_at:
            return False
        self._history = history
        self._move()
        return True

    def retheme(self, colors: theme.Theme) -> None:
        self.show_step(self._history, self._step, self._checkpoint)
        self.update()

    def _move(self) -> None:
        self._follow_at = monotonic() + FOLLOW_SECONDS
        last = self._history.iteration
        step = last if self._step is None else self._step
        self.scrubber.show_run(step, last, self._history.marks)
        self.scrubber.setAccessibleDescription(
            tr("The newest step, {step}", step=last)
            if self._step is None
            else tr("Step {step:,}", step=step)
        )

    def _explained(self, checkpoint: int | None) -> str:
        if self._step is None:
            return tr(LIVE if self._history.iteration else NOTHING)
        if checkpoint is None:
            return tr(
                "No copy of the weights was kept near step {step:,}: copies are made during the "
                "run, fewer for large networks. Try a later step.",
                step=self._step,
            )
        return tr(
            "Continue training from step {step:,}, with the weights, the optimizer's state and the "
            "settings of that step. The present run remains as a grey curve.",
            step=checkpoint,
        )

    def _arrange(self) -> None:
        self.setFixedHeight(HEIGHT)
        self.name.setObjectName("quiet")
        self.name.setBuddy(self.scrubber)
        font = QFont(self.name.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        self.name.setFont(font)
        # Room for large numbers: the slider must not change its length under the pointer.
        self.name.setFixedWidth(self.name.fontMetrics().horizontalAdvance(_widest("Step {step:,}")))
        widest = self.go_on.fontMetrics().horizontalAdvance(_widest("Continue from {step:,}"))
        self.go_on.setFixedWidth(widest + 26)
        self.live.setToolTip(tr("Back to the newest step (End)"))
        for button in (self.go_on, self.live):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 8, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.scrubber, 1)
        row.addWidget(self.go_on)
        row.addWidget(self.live)


def _widest(text: str) -> str:
    """A text with the largest step there is room for."""
    return tr(text, step=99_999_999)
