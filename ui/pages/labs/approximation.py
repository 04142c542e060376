"""The page of lab 4: curves from bumps, surfaces from towers, depth, and what training does."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
from PySide6.QtWidgets import QPushButton, QWidget

from core.base.registry import Setting, setting
from core.base.translation import Message, tr
from core.catalogue.formulas import FormulaError
from core.studies import sawtooth, towers
from core.studies.approximation import (
    TARGETS,
    UNITS_PER_BUMP,
    WHY_A_JUMP_STAYS,
    Bump,
    Error,
    Target,
    TargetChoice,
    build,
    error,
    fit_bumps,
    staircase_errors,
)
from core.studies.base import StudyError
from core.studies.learn_job import LearnJob
from core.studies.learned import BUILT, Moment, Settings
from ui.pages.labs import approximation_plots as plots
from ui.pages.labs.column import (
    Column,
    choices,
    row,
    whole,
)
from ui.pages.labs.lab_page import LabPage
from ui.pages.labs.optimizer_race import marked, show_place
from ui.session.job import BackgroundJob
from ui.theme import current
from ui.widgets.number_slider import NumberSlider
from ui.widgets.text_card import html_table
from ui.widgets.text_field import TextField

CURVE, TOWERS, DEPTH = "curve", "towers", "depth"
COUNTS = (1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 70, 100, 150, 200)
DEEPEST = 10
# Denser drawing is thinned, so that files and links stay small.
MOST_DRAWN = 500


@dataclass(frozen=True)
class ApproximationState:
    """The settings of lab 4. `own` are bumps (left, right, height) that have been dragged."""

    what: str = setting(CURVE, choices=(CURVE, TOWERS, DEPTH))
    target: str = setting("wiggle", choices=(*TARGETS, "drawn", "typed"))
    formula: str = "0.5 + 0.4 sin 2πx"
    drawn: tuple[tuple[float, float], ...] = ()
    count: int = setting(10, low=1, high=200)
    criterion: str = setting("mean", choices=("mean", "largest", "squared"))
    steepness: float = setting(200.0, low=1, high=1e6)
    own: tuple[tuple[float, float, float], ...] = ()
    surface: str = setting("hills", choices=tuple(towers.TARGETS))
    across: int = setting(6, low=1, high=14)
    steps: int = setting(3000, low=100, high=100_000)


class ApproximationPage(LabPage):
    key = "approximation"
    State = ApproximationState
    noun = Message("bump")
    look_for = (
        "One sigmoid with a large weight is a step, two are a bump, and N bumps follow any curve: "
        "the error falls like 1/N. A jump is the exception: there the largest error stays. Then "
        "train the same network: that it can represent the curve does not mean it learns to."
    )
    question = (
        "The built network needs two units for every bump. Why do the trained ones, with as many "
        "units, find it so much harder, and why does starting from the built weights help?"
    )

    # Controls

    def build_controls(self, column: Column) -> None:
        section = column.section(tr("Target"))
        items = (
            (CURVE, tr("Curve of bumps")),
            (TOWERS, tr("Surface of towers")),
            (DEPTH, tr("Sawtooth by depth")),
        )
        self.what = row(section, tr("Build"), choices(items))
        self.what.edited.connect(lambda value: self._restart(what=value))
        listed = [(key, tr(target.label)) for key, target in TARGETS.items()]
        own = [("drawn", tr("Drawn with the mouse")), ("typed", tr("Your own formula"))]
        self.target = row(section, tr("Target"), choices([*listed, *own]))
        self.target.edited.connect(lambda key: self._restart(target=key, own=()))
        self.formula_field = row(section, "f(x)", TextField(), tr("A formula of x from 0 to 1"))
        self.formula_field.edited.connect(lambda text: self.edit(formula=text, own=()))
        self.surface = row(
            section,
            tr("Target"),
            choices((k, tr(towers.NAMES[k]), tr(v[0])) for k, v in towers.TARGETS.items()),
        )
        self.surface.edited.connect(lambda key: self._restart(surface=key))
        made = self.network = column.section(tr("Network"))
        self.count = row(
            made, tr("Bumps N"), whole(self.State, "count", True), tr("Two hidden units for each")
        )
        self.count.edited.connect(lambda value: self.edit(count=value, own=()))
        self.across = row(
            made, tr("Towers"), whole(self.State, "across"), tr("As many across as down")
        )
        self.across.edited.connect(lambda value: self.edit(across=value))
        scale = Setting(tr("Weight w"), low=1.0, high=1e6, scale="log")
        self.steepness = row(
            made, tr("Weight w"), NumberSlider(scale, 1e3), tr("How steep each step is")
        )
        self.steepness.edited.connect(lambda value: self.edit(steepness=float(value)))
        fits = (
            ("mean", tr("mean error")),
            ("largest", tr("largest error")),
            ("squared", tr("squared error")),
        )
        self.criterion = row(made, tr("Fit for"), choices(fits))
        self.criterion.edited.connect(lambda value: self.edit(criterion=value, own=()))
        self.fit_button = QPushButton(tr("Fit the bumps again"))
        self.fit_button.clicked.connect(lambda: self.edit(own=()))
        made.add(self.fit_button)
        self.training = column.section(tr("Training"))
        self.steps = row(self.training, tr("Steps"), whole(self.State, "steps", True))
        self.steps.edited.connect(lambda value: self.edit(steps=value))
        self.train_button = QPushButton(tr("Train the same network"))
        self.train_button.clicked.connect(self.toggle_training)
        self.training.add(self.train_button)
        self._job: BackgroundJob | None = None
        self._moment: Moment | None = None

    def show_controls(self) -> None:
        s = self.state
        for name in (
            "what",
            "target",
            "surface",
            "count",
            "across",
            "steepness",
            "criterion",
            "steps",
        ):
            getattr(self, name).set_value(getattr(s, name))
        self.formula_field.set_value(s.formula)
        curve = s.what == CURVE
        visible = {
            self.target: curve, self.formula_field: curve and s.target == "typed",
            self.surface: s.what == TOWERS, self.count: curve, self.across: s.what == TOWERS,
            self.steepness: s.what != DEPTH, self.criterion: curve,
        }  # fmt: skip
        for field, shown in visible.items():
            _row_of(field).setVisible(shown)
        self.fit_button.setVisible(curve)
        self.fit_button.setEnabled(bool(s.own))
        self.network.setVisible(s.what != DEPTH)
        self.training.setVisible(curve)

    def _restart(self, **changes) -> None:
        self.edit(**changes)
        self.transport.go(self.transport.length)

    # Dragging and drawing

    def drag(self, handle: int, x: float, y: float) -> None:
        """A handle of `BuiltView.places` was dragged."""
        at, is_step = divmod(handle, 2)
        if at + is_step >= len(self.bumps):
            return
        bumps = [(bump.left, bump.right, bump.height) for bump in self.bumps]
        left, right, height = bumps[at]
        if is_step:
            _, far, next_height = bumps[at + 1]
            x = min(max(x, max(left, 0.0) + 1e-3), min(far, 1.0) - 1e-3)
            bumps[at : at + 2] = (left, x, height), (x, far, next_height)
        else:
            bumps[at] = (left, right, y)
        self.edit(own=tuple(bumps))

    def draw(self, stroke: tuple[tuple[float, float], ...]) -> None:
        """A line was drawn: it replaces what was drawn over the same x."""
        x = [p[0] for p in stroke]
        kept = [p for p in self.state.drawn if not min(x) <= p[0] <= max(x)]
        points = sorted({*kept, *stroke})
        self.edit(drawn=tuple(points[:: len(points) // MOST_DRAWN + 1]), own=())

    # Computing

    def choice(self) -> TargetChoice:
        s = self.state
        return TargetChoice(s.target, s.formula, s.drawn)

    def recompute(self) -> None:
        s = self.state
        for card, what in self._of.items():
            card.setVisible(s.what == what)
        self.grid.removeWidget(self.formula)
        place = (1, 1, 1, 1) if s.what == CURVE else (1, 0, 1, 2)
        self.grid.addWidget(self.formula, *place)
        self.grid.setRowStretch(0, 3 if s.what == CURVE else 4)
        self.grid.setRowStretch(1, 2 if s.what == CURVE else 1)
        self.transport.set_noun(tr(NOUNS[s.what]))
        self.bumps: tuple[Bump, ...] = ()
        self._stop_training()
        if s.what == DEPTH:
            self.transport.set_length(DEEPEST)
            return
        if s.what == TOWERS:
            self.towers = towers.fit_towers(towers.TARGETS[s.surface][1], s.across)
            self._go_on(len(self.towers))
            return
        self.built_view.drawing = s.target == "drawn"
        target = self.target_now = self._target()
        self.bumps = tuple(Bump(*b) for b in s.own) or fit_bumps(
            target.function, s.count, s.criterion
        )
        self.train_button.setEnabled(True)
        self.built_view.show_target(target)
        self.trained_view.show_target(target, self.built_view.plot)
        self._show_errors()
        self._go_on(len(self.bumps))

    def _target(self) -> Target:
        """The target of the settings. Raises StudyError where there is none."""
        s = self.state
        if s.target == "drawn" and not s.drawn:
            raise StudyError(Message("Nothing is drawn yet: drag over the plot “Built by hand”."))
        try:
            return self.choice().target()
        except FormulaError as problem:
            show_place(self.formula_field, problem)
            raise StudyError(marked(s.formula, problem)) from None

    def clear(self) -> None:
        for view in (self.built_view, self.trained_view, self.error_view):
            view.clear()
        self._errors_of = None
        self.train_button.setEnabled(False)
        self.transport.set_length(0)

    def _show_errors(self) -> None:
        asked = self.choice()
        if asked != self._errors_of:
            self._errors_of = asked
            self.error_view.show_errors(COUNTS, staircase_errors(self.target_now.function, COUNTS))

    def _go_on(self, length: int) -> None:
        """All parts are in place at first; while building, the number placed stays."""
        at_end = self.transport.at == self.transport.length
        self.transport.length = length
        self.transport.go(length if at_end else self.transport.at)

    # Training

    def toggle_training(self) -> None:
        if self._job is not None and self.is_computing:
            self._job.stop()
            return
        if not self.bumps:
            return
        s = self.state
        built = build(self.bumps, s.steepness)
        self._job = BackgroundJob(
            LearnJob(self.choice(), Settings(built.units, steps=s.steps), built)
        )
        self._job.snapshot.connect(self._show_moment)
        self._job.finished.connect(self._finish)
        self._job.failed.connect(lambda message: self.banner.say(tr(message)))
        for ended in (self._job.failed, self._job.stopped):
            ended.connect(lambda *_: self._training_ended())
        self._job.start()
        self.train_button.setText(tr("Stop"))
        self.trained_view.set_empty(True, tr("Training begins …"))
        self.busy_changed.emit(True)

    def _show_moment(self, moment: Moment) -> None:
        self._moment = moment
        self.trained_view.set_empty(False)
        self.trained_view.show_moment(moment)
        self.formula.show_html(self._written_out(self.transport.at))

    def _finish(self, moment: Moment) -> None:
        self._show_moment(moment)
        self._training_ended()

    def _training_ended(self) -> None:
        self.train_button.setText(tr("Train the same network"))
        # After a stop, what was trained before is still that of the same network.
        self.trained_view.set_empty(self._moment is None, tr(NOT_TRAINED))
        self.busy_changed.emit(False)

    def _stop_training(self) -> None:
        """What is trained belongs to the network as it was."""
        if self._job is not None:
            self._job.close()
            self._job = None
        self._moment = None
        self._training_ended()

    @property
    def is_computing(self) -> bool:
        return self._job is not None and not self._job.is_over

    def shutdown(self) -> None:
        if self._job is not None:
            self._job.close(1.0)

    # Showing

    def build_cards(self) -> None:
        self.built_view, self.error_view = plots.BuiltView(), plots.ErrorCountView()
        self.trained_view, self.towers_view = plots.TrainedView(), plots.TowersView()
        self.sawtooth_view = plots.SawtoothView()
        self.built_view.handles = self.built_view.places
        self.built_view.on_drag, self.built_view.on_draw = self.drag, self.draw
        views = (
            self.built_view,
            self.error_view,
            self.trained_view,
            self.towers_view,
            self.sawtooth_view,
        )
        for view in views:
            view.ensure_built()
        self._of = {
            self.add_card(self.built_view, 0, 0): CURVE,
            self.add_card(self.trained_view, 0, 1): CURVE,
            self.add_card(self.error_view, 1, 0): CURVE,
            self.add_card(self.towers_view, 0, 0, 1, 2): TOWERS,
            self.add_card(self.sawtooth_view, 0, 0, 1, 2): DEPTH,
        }
        self.grid.addWidget(self.formula, 1, 1)
        for part in (0, 1):
            self.grid.setColumnStretch(part, 1)
        self._errors_of: TargetChoice | None = None

    def show_step(self, at: int) -> None:
        s = self.state
        if s.what == CURVE and self.bumps:
            network = self.built_view.show_bumps(self.bumps[:at], s.steepness)
            self._error = error(self.target_now.function, network)
            self.error_view.show_now(at, self._error)
        elif s.what == TOWERS:
            target = towers.TARGETS[s.surface][1]
            self._error = self.towers_view.show_towers(target, self.towers[:at], s.steepness)
        elif s.what == DEPTH:
            self.sawtooth_view.show_layers(at)
        self.formula.show_html(self._written_out(at))

    def _written_out(self, at: int) -> str:
        s = self.state
        if s.what == DEPTH:
            return _depth_text(at)
        if s.what == TOWERS:
            return _towers_text(self.towers, at, s.steepness, self._error)
        if not self.bumps:
            return ""
        html = [_bump_text(self.bumps, at, s.steepness), _error_text(self._error)]
        if s.target == "jump":
            html.append(f"<p>{tr(WHY_A_JUMP_STAYS)}</p>")
        if self._moment is not None:
            html.append(_trained_text(self._moment, self.target_now.function))
        return "".join(html)


NOUNS = {CURVE: Message("bump"), TOWERS: Message("tower"), DEPTH: Message("layer")}
NOT_TRAINED = Message(
    "Click “Train the same network” to see what training finds with as many units."
)


def figure(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def _signed(value: float) -> str:
    """What is taken away from x: − 0.3, or + 0.1 where it is negative."""
    return f"− {figure(value)}" if value >= 0 else f"+ {figure(-value)}"


def _bump_text(bumps: tuple[Bump, ...], at: int, steepness: float) -> str:
    units = UNITS_PER_BUMP * at
    head = tr("<b>{at} bumps, {units} hidden units</b> (2 for each bump)", at=at, units=units)
    if not at:
        return f"<p>{head}</p>"
    bump, w = bumps[at - 1], figure(steepness)
    up, down = (f"σ({w}(x {_signed(place)}))" for place in (bump.left, bump.right))
    formula = f"{figure(bump.height)} · [{up} − {down}]"
    one = tr("bump {at}: {formula}", at=at, formula=formula)
    places = tr(
        "steps at −b/w = {left} and {right}", left=figure(bump.left), right=figure(bump.right)
    )
    return f"<p>{head}<br>{one}<br>{places}</p>"


def _error_text(found: Error) -> str:
    text = tr(
        "Mean error {mean}, largest error {largest}",
        mean=figure(found.mean),
        largest=figure(found.largest),
    )
    return f"<p>{text}</p>"


def _towers_text(placed: tuple[towers.Tower, ...], at: int, steepness: float, found: Error) -> str:
    steps, thresholds = towers.units(at)
    lines = [
        tr(
            "<b>{at} towers: {steps} + {thresholds} hidden units</b> "
            "(4 steps and 1 threshold each)",
            at=at,
            steps=steps,
            thresholds=thresholds,
        )
    ]
    if at:
        one, w = placed[at - 1], figure(steepness)
        formula = (
            f"{figure(one.height)} · σ({w}(s − 1.5)), s = "
            f"σ({w}(x {_signed(one.x_from)})) − σ({w}(x {_signed(one.x_to)})) + "
            f"σ({w}(y {_signed(one.y_from)})) − σ({w}(y {_signed(one.y_to)}))"
        )
        lines += [
            tr("tower {at}: {formula}", at=at, formula=formula),
            tr(
                "s is 2 inside, 1 beside and 0 diagonally outside: 1.5 cuts off all but the inside."
            ),
        ]
    return f"<p>{'<br>'.join(lines)}</p>{_error_text(found)}"


def _depth_text(layers: int) -> str:
    pieces = sawtooth.linear_pieces(lambda x: sawtooth.deep(x, layers), layers + 1)
    deep = sawtooth.UNITS_PER_LAYER * layers
    head = tr(
        "{layers} layers of 2 units: {deep} units draw {pieces:,} linear pieces",
        layers=layers,
        deep=deep,
        pieces=pieces,
    )
    why = tr(
        "hat(x) = 2·relu(x) − 4·relu(x − ½), applied to its own result again and again: each layer "
        "folds the interval once more and doubles the pieces."
    )
    shallow = tr(
        "One layer with n units has at most n + 1 pieces: it needs about {units:,} units for the "
        "same curve.",
        units=sawtooth.shallow_units(layers),
    )
    return f"<p><b>{head}</b><br>{why}</p><p>{shallow}</p>"


def _trained_text(moment: Moment, function) -> str:
    heads = f"<td></td><td>&nbsp;{tr('mean error')}</td><td>&nbsp;{tr('largest')}</td>"
    rows = [f"<tr style='color:{current().muted}'>{heads}</tr>"]
    for name, network in moment.networks.items():
        found = _coarse_error(function, network)
        label = tr("from the built weights") if name == BUILT else tr("random, {name}", name=name)
        cells = f"<td>&nbsp;{figure(found.mean)}</td><td>&nbsp;{figure(found.largest)}</td>"
        rows.append(f"<tr><td>{escape(label)}</td>{cells}</tr>")
    return html_table(rows)


def _coarse_error(function, network) -> Error:
    """The error on 1,001 points: six networks are read with every picture."""
    x = np.linspace(0, 1, 1001)
    away = np.abs(function(x) - network(x))
    return Error(float(away.mean()), float(away.max()))


def _row_of(field: QWidget) -> QWidget:
    parent = field.parentWidget()
    assert parent is not None
    return parent
