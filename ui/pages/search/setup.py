"""The left column: the experiment, what varies, how it is searched, and where it runs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.registry import setting
from core.base.translation import Message, tr
from core.experiment.space import SearchError, validate_ranges
from core.experiment.spec import ExperimentSpec
from core.search.plan import SearchPlan, score_for, with_epochs
from core.search.presets import lecture
from ui import theme
from ui.caption import caption
from ui.forms.form import Form
from ui.pages.search.ranges import RangesEditor
from ui.widgets.layouts import add_layout, set_layout
from ui.widgets.scroll_area import ScrollArea
from ui.widgets.section import Section

MARGIN = 16
DEFAULT_EPOCHS = 50
WORDS = {
    "ready": Message("Start"),
    "reading": Message("Stop"),
    "running": Message("Pause"),
    "paused": Message("Resume"),
    "done": Message("Done"),
}
HOW = ("strategy", "pruning", "trials", "stages", "score", "seed")


@dataclass(frozen=True)
class Place:
    """Where trials run, and for how long each."""

    epochs: int = setting(
        DEFAULT_EPOCHS, label="Epochs", low=1, high=100_000, scale="log", help="Of every trial."
    )
    jobs: int = setting(
        min(2, os.cpu_count() or 1),
        label="Processes",
        low=1,
        high=64,
        help="Trials that run at once on this computer.",
    )
    cluster: str = setting(
        "",
        label="Cluster",
        help="Address of a Dask scheduler, such as tcp://host:8786, to run the trials there. "
        "Anyone who can reach it can run code on it.",
    )
    minutes: float = setting(
        0.0,
        label="Minutes",
        low=0.0,
        high=10_000.0,
        help="Budget: the search pauses after this many minutes; 0 lets it run to its end.",
    )
    repeat: bool = setting(
        True,
        label="Repeat best",
        help="At the end train the best 5 again with 3 seeds each and score them on the test data.",
    )


class SetupColumn(QFrame):
    """Shows a plan; `plan_edited` carries the new one, `started` and `paused` the buttons."""

    plan_edited = Signal(object)
    started = Signal()
    paused = Signal()
    cleared = Signal()
    problem = Signal(str)

    def __init__(self, plan: SearchPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column")
        self.setFixedWidth(theme.CONTROL_COLUMN)
        self.state = "ready"
        self.plan, self.place = plan, Place(epochs=plan.experiment.training.max_epochs)
        self.run = self._button(tr("Start"), tr("Run the trials (Ctrl+Return)"))
        self.run.setProperty("primary", True)
        self.clear = self._button(tr("New search"), tr("Discard the trials and begin again"))
        self.of_lecture = self._button(
            tr("Lecture preset"), tr("The search of the lecture: 100 trials")
        )
        self.of_train = self._button(
            tr("From Train"), tr("Search on the experiment of the Train page")
        )
        self.experiment = QLabel()
        self.experiment.setWordWrap(True)
        self.experiment.setObjectName("quiet")
        self.ranges = RangesEditor()
        self.how = Form(plan, "search", HOW)
        self.where = Form(self.place, "search")
        self._editable = [
            self.ranges, self.how, self.where, self.of_lecture, self.of_train
        ]  # fmt: skip
        self._arrange()
        self._connect()
        self.show_plan(plan)
        self.show_state("ready")

    def show_plan(self, plan: SearchPlan) -> None:
        """Show another plan, without a signal."""
        self.plan = plan
        self.experiment.setText(caption(plan.experiment))
        self.ranges.show_ranges(plan.experiment, plan.ranges)
        self.how.set_value(plan)
        self.place = replace(self.place, epochs=plan.experiment.training.max_epochs)
        self.where.set_value(self.place)

    def show_state(self, state: str) -> None:
        """ "ready" to start, "reading" a study, "running", "paused" on the way, or "done"."""
        self.state = state
        word = tr(WORDS[state])
        self.run.setText(word)
        self.run.setAccessibleName(word)
        self.run.setEnabled(state != "done")
        self.clear.setEnabled(state in ("paused", "done"))
        for widget in self._editable:
            # Results belong to the plan they were found with.
            widget.setEnabled(state == "ready")
        self.retheme()

    def use_lecture(self) -> None:
        """Search as in the lecture."""
        self._edit(replace(lecture(), seed=self.plan.seed))
        self.show_plan(self.plan)

    def use_experiment(self, spec: ExperimentSpec) -> None:
        """Search on another experiment; ranges stay as far as it has their settings."""
        epochs = spec.training.max_epochs or self.place.epochs
        spec = with_epochs(spec, epochs)
        if not spec.data.validation:
            spec = replace(spec, data=replace(spec.data, validation=0.25))
        kept = tuple(each for each in self.plan.ranges if _fits(spec, each))
        self._edit(replace(self.plan, experiment=spec, ranges=kept, score=score_for(spec)))
        self.show_plan(self.plan)

    def retheme(self) -> None:
        colors = theme.current()
        icon = {"running": "pause", "reading": "close"}.get(self.state, "play")
        role = "muted" if self.state == "done" else "accent_text"
        self.run.setIcon(theme.icon(icon, colors, role))
        self.ranges.retheme()

    def _edit(self, plan: SearchPlan) -> None:
        self.plan = plan
        self.plan_edited.emit(plan)

    def _take_place(self, place: Any) -> None:
        self.place = place
        experiment = self.plan.experiment
        if experiment.training.max_epochs != place.epochs:
            self._edit(replace(self.plan, experiment=with_epochs(experiment, place.epochs)))
            self.experiment.setText(caption(self.plan.experiment))

    def _press_run(self) -> None:
        (self.paused if self.state in ("reading", "running") else self.started).emit()

    def _button(self, name: str, tip: str) -> QPushButton:
        button = QPushButton(name)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _arrange(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        column.setSpacing(16)
        add_layout(column, self._pair(self.run, self.clear))
        section = Section(tr("Experiment"))
        section.add(self.experiment)
        add_layout(section.column, self._pair(self.of_lecture, self.of_train))
        column.addWidget(section)
        for name, widget in (
            (tr("What varies"), self.ranges),
            (tr("How it is searched"), self.how),
            (tr("Trials"), self.where),
        ):
            section = Section(name)
            section.add(widget)
            column.addWidget(section)
        column.addStretch(1)
        content = QWidget()
        set_layout(content, column)
        area = ScrollArea(content, self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _pair(self, *buttons: QPushButton) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(button, 1)
        return row

    def _connect(self) -> None:
        self.run.clicked.connect(self._press_run)
        self.clear.clicked.connect(self.cleared)
        self.of_lecture.clicked.connect(self.use_lecture)
        self.ranges.edited.connect(lambda ranges: self._edit(replace(self.plan, ranges=ranges)))
        self.ranges.problem.connect(self.problem)
        self.how.changed.connect(lambda plan: self._edit(_with_how(self.plan, plan)))
        self.where.changed.connect(self._take_place)


def _with_how(plan: SearchPlan, edited: SearchPlan) -> SearchPlan:
    """The plan with what the form edits; experiment and ranges have editors of their own."""
    return replace(edited, experiment=plan.experiment, ranges=plan.ranges)


def _fits(spec: ExperimentSpec, each: Any) -> bool:
    try:
        validate_ranges(spec, [each])
    except SearchError:
        return False
    return True
