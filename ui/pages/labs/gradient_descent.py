"""The page of lab 1: gradient descent on one parameter, and on a line with intercept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.base.registry import setting
from core.base.translation import Message, tr
from core.catalogue.schedules import SCHEDULES, Constant, Schedule
from core.studies.base import StudyError
from core.studies.gradient_descent import METHODS, POINTS, RULES, LeastSquares, Path, race
from ui.pages.labs import descent_plots as plots
from ui.pages.labs.column import (
    Column,
    choices,
    real,
    row,
    whole,
)
from ui.pages.labs.lab_page import LabPage
from ui.pages.labs.rate_slider import RateSlider
from ui.plots.ticks import number
from ui.theme import current
from ui.widgets.check import Check
from ui.widgets.numbers import shown
from ui.widgets.row_label import RowLabel
from ui.widgets.text_card import html_table
from ui.widgets.text_field import TextField

SLOPE, LINE = "slope", "line"
SCHEDULES_OFFERED = ("constant", "staircase", "exponential", "inverse_time")


@dataclass(frozen=True)
class DescentState:
    """The settings of lab 1."""

    points: tuple[tuple[float, float], ...] = tuple((float(x), float(y)) for x, y in POINTS)
    model: str = setting(SLOPE, choices=(SLOPE, LINE))
    standardize: bool = False
    rule: str = setting("half_sum", choices=tuple(RULES))
    start: float = setting(10.0, low=-1e6, high=1e6)
    start_intercept: float = setting(8.0, low=-1e6, high=1e6)
    rate: float = setting(0.05, low=0, high=1e12)
    schedule: str = setting("constant", choices=SCHEDULES_OFFERED)
    half_life: int = setting(20, low=1, high=10_000)
    updates: int = setting(60, low=1, high=5000)
    seed: int = setting(1, low=1, high=2**31 - 1)
    methods: tuple[str, ...] = setting(
        ("batch", "cyclic", "random", "mini_batch"), choices=tuple(METHODS)
    )
    explained: str = setting("batch", choices=tuple(METHODS))
    against: str = setting("updates", choices=("updates", "samples"))


class GradientDescentPage(LabPage):
    key = "gradient_descent"
    State = DescentState
    noun = Message("update")
    look_for = (
        "Drag the rate towards the mark: each update overshoots a little more, at the mark batch "
        "descent jumps between two values forever, and beyond it diverges. Stochastic descent "
        "does not end at the minimum with a constant rate; a decaying rate lets it."
    )
    question = (
        "Batch descent needs the fewest updates here and stochastic descent the fewest samples. "
        "Which of the two would you choose with a million samples, and why?"
    )

    # Controls

    def build_controls(self, column: Column) -> None:
        data = column.section(tr("Data"))
        self.points = row(data, tr("Points"), TextField(), tr("x,y pairs separated by semicolons"))
        self.points.edited.connect(self._type_points)
        self.model = row(data, tr("Model"), choices([(SLOPE, "ŷ = b·x"), (LINE, "ŷ = w·x + b")]))
        self.model.edited.connect(lambda value: self.edit(model=value, **_fitting_start(value)))
        self.standardize = row(
            data, tr("Standardise"), Check(), tr("Shift and scale x to mean 0 and deviation 1")
        )
        self.standardize.edited.connect(lambda on: self.edit(standardize=on))
        self.rule = row(data, tr("Error"), choices((k, r.formula) for k, r in RULES.items()))
        self.rule.edited.connect(lambda value: self.edit(rule=value))
        descent = column.section(tr("Descent"))
        self.rate = RateSlider()
        row(descent, tr("Rate η"), self.rate.field)
        descent.add(self.rate)
        self.rate.edited.connect(lambda value: self.edit(rate=float(value)))
        self.schedule = row(descent, tr("Schedule"), choices(_schedule_choices()))
        self.schedule.edited.connect(lambda value: self.edit(schedule=value))
        self.half_life = row(
            descent,
            tr("Steps T"),
            whole(self.State, "half_life", True),
            tr("Updates until it has halved"),
        )
        self.half_life.edited.connect(lambda value: self.edit(half_life=value))
        self.start = row(descent, tr("Start b"), real(self.State, "start"))
        self.start.edited.connect(lambda value: self.edit(start=float(value)))
        self.intercept = row(
            descent,
            tr("Start b"),
            real(self.State, "start_intercept"),
            tr("Start of the intercept"),
        )
        self.intercept.edited.connect(lambda value: self.edit(start_intercept=float(value)))
        self.updates = row(descent, tr("Updates"), whole(self.State, "updates", True))
        self.updates.edited.connect(lambda value: self.edit(updates=value))
        self.seed = row(
            descent, tr("Seed"), whole(self.State, "seed"), tr("Of random draws and shuffles")
        )
        self.seed.edited.connect(lambda value: self.edit(seed=value))
        shown = column.section(tr("Methods"))
        self.methods: dict[str, Check] = {}
        for key, method in METHODS.items():
            check = self.methods[key] = Check()
            check.setText(tr(method.label))
            check.edited.connect(lambda on, key=key: self._show_method(key, on))
            shown.add(check)
        self.explained = row(
            shown, tr("Formula of"), choices((k, tr(m.label)) for k, m in METHODS.items())
        )
        self.explained.edited.connect(lambda value: self.edit(explained=value))
        self.against = row(
            shown,
            tr("Plot over"),
            choices([("updates", tr("updates")), ("samples", tr("samples seen"))]),
        )
        self.against.edited.connect(lambda value: self.edit(against=value))
        shown.add(self._exact_buttons())

    def _exact_buttons(self) -> QWidget:
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        tips = {
            tr("Normal equation"): tr("Set the start to the exact minimum"),
            tr("Newton step"): tr("Move the start by one step of Newton's method"),
        }
        acts = (self._solve, self._newton)
        for (text, tip), act in zip(tips.items(), acts, strict=True):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(act)
            layout.addWidget(button)
        return line

    def show_controls(self) -> None:
        s = self.state
        line = s.model == LINE
        self.points.set_value("; ".join(f"{shown(x)}, {shown(y)}" for x, y in s.points))
        for name in (
            "model",
            "rule",
            "schedule",
            "explained",
            "against",
            "updates",
            "seed",
            "half_life",
            "start",
            "standardize",
        ):
            getattr(self, name).set_value(getattr(s, name))
        self.intercept.set_value(s.start_intercept)
        label = _row_of(self.start).findChild(RowLabel)
        if label is not None:
            label.setText(tr("Start w") if line else tr("Start b"))
        _row_of(self.intercept).setVisible(line)
        _row_of(self.standardize).setVisible(line)
        _row_of(self.half_life).setVisible(s.schedule != "constant")
        for key, check in self.methods.items():
            check.setChecked(key in s.methods)

    # The user's edits

    def _type_points(self, text: str) -> None:
        try:
            self.edit(points=parsed_points(text))
        except StudyError as error:
            self.banner.say(tr(str(error)))

    def _show_method(self, key: str, on: bool) -> None:
        chosen = {*self.state.methods, key} if on else {*self.state.methods} - {key}
        self.edit(methods=tuple(k for k in METHODS if k in chosen))

    def move_point(self, index: int, x: float, y: float) -> None:
        points = list(self.state.points)
        points[index] = (x, y)
        self.edit(points=tuple(points))

    def add_point(self, x: float, y: float) -> None:
        self.edit(points=(*self.state.points, (x, y)))

    def remove_point(self, index: int) -> None:
        points = self.state.points
        if len(points) > 1:
            self.edit(points=points[:index] + points[index + 1 :])

    def move_start(self, *place: float) -> None:
        """The start was dragged in the plot of the error."""
        if self.state.model == LINE:
            self.edit(start=place[0], start_intercept=place[1])
        else:
            self.edit(start=place[0])

    def _solve(self) -> None:
        self._jump(lambda problem: problem.minimum())

    def _newton(self) -> None:
        self._jump(lambda problem: problem.newton(np.array(self.start_point())))

    def _jump(self, find: Callable[[LeastSquares], np.ndarray]) -> None:
        try:
            # That of the last settings which could be computed may be another one.
            theta = find(self._problem()).tolist()
        except StudyError as error:
            self.banner.say(tr(str(error)))
            return
        self.edit(start=theta[0], **({"start_intercept": theta[1]} if len(theta) > 1 else {}))
        self.transport.restart()

    # Computing

    def start_point(self) -> tuple[float, ...]:
        s = self.state
        return (s.start, s.start_intercept) if s.model == LINE else (s.start,)

    def _problem(self) -> LeastSquares:
        """What the settings describe. Raises StudyError where it cannot be computed."""
        s = self.state
        if s.model == LINE:
            return LeastSquares.line(s.points, s.rule, s.standardize)
        return LeastSquares.proportional(s.points, s.rule)

    def recompute(self) -> None:
        s = self.state
        self.problem = self._problem()
        name = "2/λ" if s.model == LINE else "2/H"
        self.rate.set_limit(self.problem.largest_stable_rate, name, s.schedule != "constant")
        self.rate.set_value(s.rate)
        self.paths: dict[str, Path] = race(
            self.problem, self.start_point(), s.rate, s.updates, self._schedule(), s.seed
        )
        for view in (self.data_view, self.error_view, self.path_view):
            view.set_problem(self.problem, s, self.paths)
        self.transport.set_length(s.updates)

    def _schedule(self) -> Schedule:
        s = self.state
        if s.schedule == "constant":
            return Constant()
        kind = SCHEDULES[s.schedule]
        names = kind.__dataclass_fields__  # type: ignore[attr-defined]
        return kind(**({"steps": s.half_life} if "steps" in names else {}))

    # Showing

    def build_cards(self) -> None:
        self.data_view = plots.DataView()
        self.error_view = plots.ErrorView()
        self.path_view = plots.PathView()
        self.data_view.handles = lambda: self.state.points
        self.data_view.on_drag, self.data_view.on_add = self.move_point, self.add_point
        self.data_view.on_remove = self.remove_point
        self.error_view.handles = self._start_handle
        self.error_view.on_drag = lambda _, x, y: self.move_start(x, y)
        for view in (self.data_view, self.error_view, self.path_view):
            view.ensure_built()
        self.add_card(self.data_view, 0, 0)
        self.add_card(self.error_view, 0, 1)
        self.add_card(self.path_view, 1, 0)
        self.grid.addWidget(self.formula, 1, 1)
        for part in (0, 1):
            self.grid.setRowStretch(part, 1)
            self.grid.setColumnStretch(part, 1)

    def _start_handle(self) -> list[tuple[float, float]]:
        theta = np.array(self.start_point())
        if self.state.model == LINE:
            return [(theta[0], theta[1])]
        return [(theta[0], float(self.problem.error(theta)))]

    def show_step(self, at: int) -> None:
        for view in (self.data_view, self.error_view, self.path_view):
            view.show_step(at)
        self.formula.show_html(self._written_out(at))

    def _written_out(self, at: int) -> str:
        s, path = self.state, self.paths[self.state.explained]
        method = escape(tr(METHODS[s.explained].label))
        html = [f"<p><b>{method}</b>: {update_text(self.problem, path, at)}</p>"]
        rate, scheduled = s.rate, s.schedule != "constant"
        if scheduled:
            rate = float(path.rate[at]) if at < path.updates else np.nan
        html.append(limit_text(self.problem, rate, scheduled))
        html.append(self._figures(at))
        return "".join(html)

    def _figures(self, at: int) -> str:
        """The table of all methods; where one has diverged it says at which update."""
        names = ("w", "b") if self.problem.X.shape[1] == 2 else ("b",)
        heads = (*names, "E", tr("gradient"))
        cells = "".join(f"<td align='right'>&nbsp;&nbsp;{head}</td>" for head in heads)
        rows = [f"<tr style='color:{current().muted}'><td></td>{cells}<td></td></tr>"]
        for key in self.state.methods:
            path = self.paths[key]
            t = min(at, path.updates)
            values = [figure(v) for v in (*path.theta[t], path.error[t])]
            slope = figure(float(np.abs(path.gradient[t]).max())) if t < path.updates else "–"
            if t < path.updates and len(names) == 1:
                slope = figure(float(path.gradient[t, 0]))
            told = path.diverged_at is not None and at >= path.diverged_at
            note = tr("diverged at update {update}", update=path.diverged_at) if told else ""
            color = plots.COLORS[key](current())
            cells = "".join(f"<td align='right'>&nbsp;&nbsp;{v}</td>" for v in (*values, slope))
            rows.append(
                f"<tr><td><span style='color:{color}'>●</span> {escape(tr(path.method.label))}</td>"
                f"{cells}<td style='color:{current().bad}'>&nbsp;{note}</td></tr>"
            )
        return html_table(rows)


def parsed_points(text: str) -> tuple[tuple[float, float], ...]:
    """Points typed as 2,5; 1,2. Raises StudyError naming the pair that is wrong."""
    points = []
    for pair in filter(str.strip, re.split(r"[;\n]", text)):
        parts = pair.replace("−", "-").replace("(", "").replace(")", "").split(",")
        try:
            x, y = map(float, parts)
        except ValueError:
            raise StudyError(
                Message("“{pair}” is not a pair of numbers like 2, 5.", pair=pair.strip())
            ) from None
        points.append((x, y))
    if not points:
        raise StudyError(Message("There is no point. Type at least one, like 2, 5."))
    return tuple(points)


def update_text(problem: LeastSquares, path: Path, at: int) -> str:
    """The update that leads from this step to the next, with the present numbers."""
    if at >= path.updates:
        return tr("there is no further update.")
    theta, gradient, rate = path.theta[at], path.gradient[at], float(path.rate[at])
    after = path.theta[at + 1]
    names = ("b",) if len(theta) == 1 else ("w", "b")
    lines = []
    for i, name in enumerate(names):
        slope = figure(float(gradient[i]))
        slope = f"({slope})" if slope.startswith("−") else slope
        written = f"{figure(float(theta[i]))} − {figure(rate)} · {slope}"
        result = f"<b>{figure(float(after[i]))}</b>"
        lines.append(f"{name} ← {name} − η · ∂E/∂{name} = {written} = {result}")
    return f"<br>{gradient_text(problem, path, at)}<br>{'<br>'.join(lines)}"


def gradient_text(problem: LeastSquares, path: Path, at: int) -> str:
    """The gradient over the samples of the next update, written out."""
    rows, theta = path.rows[at], path.theta[at]
    who = tr("All samples")
    if len(rows) < problem.samples:
        *others, last = [str(i + 1) for i in rows]
        who = tr("Sample {number}", number=last)
        if others:
            who = tr("Samples {others} and {last}", others=", ".join(others), last=last)
    if len(theta) > 1:
        return f"{who}:"
    scale = 2 * problem.rule.scale(len(rows))
    terms = []
    for i in rows[:6]:
        x, y = figure(float(problem.X[i, 0])), figure(float(problem.y[i]))
        terms.append(f"{x}·({figure(float(theta[0]))}·{x} − {y})")
    inner = " + ".join(terms) + (" + …" if len(rows) > 6 else "")
    written = inner if scale == 1 else f"{figure(scale)} · [{inner}]"
    return f"{who}: ∂E/∂b = {written} = {figure(float(path.gradient[at, 0]))}"


def limit_text(problem: LeastSquares, rate: float, scheduled: bool = False) -> str:
    """The largest stable rate with its numbers, and on which side of it the rate lies.

    With a schedule `rate` is that of the present update, NaN where there is none, and nothing is
    said about the whole run.
    """
    limit = problem.largest_stable_rate
    if not np.isfinite(limit):
        return f"<p>{tr('E is flat: every rate is stable.')}</p>"
    steepest = float(problem.eigenvalues[-1])
    alone = len(problem.eigenvalues) == 1
    largest = tr(
        "Largest stable rate 2/{name} = 2/{steepest} = {limit};",
        name="H" if alone else "λ<sub>max</sub>",
        steepest=figure(steepest),
        limit=figure(limit),
    )
    parts = [largest, _side_of_limit(rate, limit, scheduled)]
    if alone and np.isfinite(rate):
        parts.append(_factor_text(1 - rate * steepest, scheduled))
    elif not alone:
        condition = tr(
            "Condition number λ<sub>max</sub>/λ<sub>min</sub> = {condition}.",
            condition=figure(problem.condition),
        )
        parts.append(condition)
    return f"<p>{' '.join(parts)}</p>"


def _side_of_limit(rate: float, limit: float, scheduled: bool) -> str:
    """On which side of the largest stable rate the rate lies, and what that means."""
    exactly, shown = abs(rate / limit - 1) < 1e-12, figure(rate)
    if np.isnan(rate):
        return tr("with a schedule each update has a rate of its own.")
    if scheduled and exactly:
        return tr("η = {rate} of this update is exactly there.", rate=shown)
    if scheduled and rate < limit:
        return tr("η = {rate} of this update is below it.", rate=shown)
    if scheduled:
        return tr("η = {rate} of this update is above it.", rate=shown)
    if exactly:
        return tr(
            "η = {rate} is exactly there: batch descent neither converges nor diverges.", rate=shown
        )
    if rate <= limit:
        return tr("η = {rate} is below it: batch descent converges.", rate=shown)
    return tr("η = {rate} is above it: batch descent diverges.", rate=shown)


def _factor_text(factor: float, scheduled: bool) -> str:
    """What batch updates do to the distance from the minimum."""
    if scheduled:
        return tr(
            "With it a batch update multiplies the distance by 1 − ηH = {factor}.",
            factor=figure(factor),
        )
    return tr(
        "Each batch update multiplies the distance by 1 − ηH = {factor}.", factor=figure(factor)
    )


def figure(value: float) -> str:
    """A number to six digits, with a real minus sign."""
    if not np.isfinite(value):
        return number(value)
    return f"{value:.6g}".replace("-", "−")


def _fitting_start(model: str) -> dict[str, float]:
    """A rate that suits the other model's curvature."""
    return {"rate": 0.02} if model == LINE else {"rate": 0.05}


def _schedule_choices() -> list[tuple[str, str]]:
    return [(key, tr(SCHEDULES[key].label)) for key in SCHEDULES_OFFERED if key in SCHEDULES]


def _row_of(field: QWidget) -> QWidget:
    parent = field.parentWidget()
    assert parent is not None
    return parent
