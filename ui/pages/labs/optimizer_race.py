"""The page of lab 2: the race of the optimizers over a surface, and the rate sweep."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton

from core.base.registry import setting
from core.base.translation import Message, joined, tr
from core.catalogue.formulas import FormulaError
from core.catalogue.surfaces import SURFACES, Surface
from core.catalogue.surfaces.typed import FARTHEST, Typed
from core.studies.base import StudyError
from core.studies.optimizer_race import (
    NEWTON,
    Race,
    Racer,
    Sweep,
    racers,
    require_defined,
    sweep_rates,
)
from core.studies.race_jobs import Memory, RaceJob, SweepJob, memory
from ui.pages.labs import race_words as words
from ui.pages.labs.column import (
    Column,
    choices,
    paragraph,
    real,
    row,
    whole,
)
from ui.pages.labs.lab_page import LabPage
from ui.pages.labs.race_plots import CurveView, MapView, SweepView
from ui.pages.labs.racers_form import KEYS, LABELS, RacersForm, default_rate
from ui.session.job import BackgroundJob
from ui.widgets.check import Check
from ui.widgets.text_field import TextField

TYPED = "typed"
# A sweep starts when nothing has been edited for this long.
SWEEP_DELAY = 250


@dataclass(frozen=True)
class RaceState:
    """The settings of lab 2."""

    surface: str = setting("bowl", choices=tuple(SURFACES))
    condition: float = setting(100.0, low=1, high=1e6)
    formula: str = Typed().text
    window: tuple[float, float, float, float] = setting(
        Typed().window, low=-FARTHEST, high=FARTHEST
    )
    starts: tuple[tuple[float, float], ...] = ((-7.0, 2.0),)
    racers: tuple[str, ...] = setting(
        ("sgd", "momentum", "nag", "adagrad", "rmsprop", "adam"), choices=KEYS
    )
    same_rate: bool = False
    rate: float = setting(0.1, low=0, high=1e12)
    rates: tuple[tuple[str, float], ...] = setting((), choices=KEYS, low=0, high=1e12)
    noise: float = setting(0.0, low=0, high=1e6)
    steps: int = setting(200, low=1, high=5000)
    sweep_steps: int = setting(200, low=1, high=2000)
    seed: int = setting(1, low=1, high=2**31 - 1)
    explained: str = setting("momentum", choices=KEYS)
    distance: bool = False


class OptimizerRacePage(LabPage):
    key = "optimizer_race"
    State = RaceState
    speed = 30.0
    look_for = (
        "Plain descent zigzags across a valley and creeps along it; momentum overshoots and comes "
        "back; rules that divide by the gradient's size go straight for it. In the rate sweep a "
        "wide low stretch means that a rule forgives a badly chosen rate."
    )
    question = (
        "On the plateau Adam moves at once and plain descent hardly at all. Which part of Adam's "
        "formula makes the difference, and what does it cost near the minimum?"
    )

    # Controls

    def build_controls(self, column: Column) -> None:
        section = column.section(tr("Surface"))
        items = (
            (e.key, tr(e.label), "" if e.key == TYPED else e.formula) for e in SURFACES.entries()
        )
        self.surface_choice = row(section, "f(x, y)", choices(items))
        self.surface_choice.edited.connect(self._choose_surface)
        self.condition = row(
            section, tr("Condition κ"), real(self.State, "condition"), tr("Steepest over flattest")
        )
        self.condition.edited.connect(lambda value: self.edit(condition=float(value)))
        self.formula_field = TextField()
        self.formula_field.setAccessibleName(tr("Formula of x and y"))
        self.formula_field.setToolTip(tr("A formula of x and y, like x²/20 + y² or sin 3x + |y|"))
        self.formula_field.edited.connect(lambda text: self.edit(formula=text))
        section.add(self.formula_field)
        tip = tr("Which part of the plane is shown: x from, x to, y from, y to")
        self.window_field = row(section, tr("Window"), TextField(), tip)
        self.window_field.edited.connect(self._type_window)
        self.zoom_button = QPushButton(tr("Take the window from the zoom"))
        self.zoom_button.setToolTip(
            tr("Draw levels and look for minima where the plot shows them now")
        )
        self.zoom_button.clicked.connect(self.take_zoom)
        section.add(self.zoom_button)
        self.about = paragraph("")
        self.about.setObjectName("quiet")
        section.add(self.about)
        race = column.section(tr("Race"))
        self.steps = row(race, tr("Steps"), whole(self.State, "steps", True))
        self.steps.edited.connect(lambda value: self.edit(steps=value))
        self.noise = row(
            race, tr("Noise"), real(self.State, "noise"), tr("Deviation of noise on the gradient")
        )
        self.noise.edited.connect(lambda value: self.edit(noise=float(value)))
        self.seed = row(race, tr("Seed"), whole(self.State, "seed"), tr("Of the noise"))
        self.seed.edited.connect(lambda value: self.edit(seed=value))
        self.explained = row(race, tr("Formula of"), choices((k, tr(LABELS[k])) for k in KEYS))
        self.explained.edited.connect(lambda value: self.edit(explained=value))
        self.distance = row(
            race, tr("Plot"), choices([(False, "f"), (True, tr("distance to minimum"))])
        )
        self.distance.edited.connect(lambda value: self.edit(distance=value))
        field = column.section(tr("Optimizers"))
        self.same_rate = Check()
        self.same_rate.setText(tr("Same rate for all"))
        self.same_rate.edited.connect(lambda on: self.edit(same_rate=on))
        field.add(self.same_rate)
        self.rate = row(field, tr("Rate η"), real(self.State, "rate"), tr("The rate of all racers"))
        self.rate.edited.connect(lambda value: self.edit(rate=float(value)))
        self.racers_form = RacersForm()
        self.racers_form.chosen.connect(lambda keys: self.edit(racers=keys))
        self.racers_form.rate_edited.connect(self._set_rate)
        field.add(self.racers_form)
        swept = column.section(tr("Rate sweep"))
        self.sweep_steps = row(
            swept,
            tr("Steps"),
            whole(self.State, "sweep_steps", True),
            tr("f after this many steps"),
        )
        self.sweep_steps.edited.connect(lambda value: self.edit(sweep_steps=value))
        self._race_job: BackgroundJob | None = None
        self._sweep_job: BackgroundJob | None = None
        self._sweep_timer = QTimer(self)
        self._sweep_timer.setSingleShot(True)
        self._sweep_timer.setInterval(SWEEP_DELAY)
        self._sweep_timer.timeout.connect(self._start_sweep)
        self._asked: RaceJob | None = None
        self._race: Race | None = None
        # Of the rules of this race that have been explained.
        self._memories: dict[str, Memory] = {}
        self._swept: tuple = ()

    def show_controls(self) -> None:
        s = self.state
        self.surface_choice.set_value(s.surface)
        self.about.setText(tr(SURFACES[s.surface].advice))
        self.condition.set_value(s.condition)
        parent = self.condition.parentWidget()
        if parent is not None:
            parent.setVisible(s.surface == "elongated")
        for typed in (self.formula_field, self.zoom_button, self.window_field.parentWidget()):
            if typed is not None:
                typed.setVisible(s.surface == TYPED)
        self.window_field.set_value(", ".join(map(exact, s.window)))
        self.formula_field.set_value(s.formula)
        for name in ("steps", "noise", "seed", "explained", "distance", "rate", "sweep_steps"):
            getattr(self, name).set_value(getattr(s, name))
        self.same_rate.setChecked(s.same_rate)
        parent = self.rate.parentWidget()
        if parent is not None:
            parent.setVisible(s.same_rate)
        self.racers_form.set_values(s.racers, self.rates(), s.same_rate)

    def _choose_surface(self, key: str) -> None:
        start = tuple(float(v) for v in SURFACES[key].start)
        self.edit(surface=key, starts=(start,))
        self.transport.restart()

    def _type_window(self, text: str) -> None:
        try:
            self.edit(window=parsed_window(text))
        except StudyError as error:
            self.banner.say(tr(str(error)))

    def take_zoom(self) -> None:
        """Use the part of the plane that the plot shows as the window."""
        x0, x1, y0, y1 = self.map_view.shown_window()
        digits = 3 - math.floor(math.log10(max(x1 - x0, y1 - y0)))
        self._type_window(", ".join(exact(round(v, digits)) for v in (x0, x1, y0, y1)))

    def _set_rate(self, key: str, rate: float) -> None:
        self.edit(rates=tuple({**dict(self.state.rates), key: rate}.items()))

    def move_start(self, index: int, x: float, y: float) -> None:
        starts = list(self.state.starts)
        starts[index] = (x, y)
        self.edit(starts=tuple(starts))

    def add_start(self, x: float, y: float) -> None:
        self.edit(starts=(*self.state.starts, (x, y)))

    def remove_start(self, index: int) -> None:
        starts = self.state.starts
        if len(starts) > 1:
            self.edit(starts=starts[:index] + starts[index + 1 :])

    # Computing

    def rates(self) -> dict[str, float]:
        """The rate of every racer."""
        s = self.state
        if s.same_rate:
            return {key: float(s.rate) for key in KEYS}
        own: dict[str, float] = dict(s.rates)
        return {key: own[key] if key in own else default_rate(key) for key in KEYS}

    def surface(self) -> Surface:
        """The surface of the settings. Raises StudyError where a formula is wrong."""
        s = self.state
        if s.surface == "elongated":
            return SURFACES["elongated"](condition=s.condition)  # type: ignore[call-arg]
        if s.surface != TYPED:
            return SURFACES[s.surface]()
        left, right, bottom, top = map(float, s.window)
        if not (left < right and bottom < top):
            raise StudyError(Message("Window: each “from” must be less than its “to”."))
        typed = Typed(text=s.formula, left=left, right=right, bottom=bottom, top=top)
        try:
            typed.gradient(np.zeros(1), np.zeros(1))
        except FormulaError as error:
            show_place(self.formula_field, error)
            raise StudyError(marked(s.formula, error)) from None
        return typed

    def contestants(self) -> dict[str, Racer]:
        rates = self.rates()
        return {
            key: replace(racer, learning_rate=rates[key])  # type: ignore[type-var]
            for key, racer in racers(self.state.racers).items()
        }

    def recompute(self) -> None:
        s = self.state
        self.map_view.clear_surface()
        self.map_view.show_starts(s.starts)
        surface = self.surface()
        share = self.map_view.show_surface(surface, surface.window)
        if share == 0:
            raise StudyError(Message("f has no finite value anywhere in this window."))
        about = [words.surface_text(surface) if isinstance(surface, Typed) else self.about.text()]
        if share < 1:
            about.append(tr("Grey: f is undefined there."))
        if surface.unbounded:
            about.append(tr("Unbounded: nothing can arrive."))
        self.about.setText(" ".join(about))
        require_defined(surface, s.starts)
        if self._race is not None and self._race.surface != surface:
            self._clear_race()  # until the new one is there
        job = RaceJob(surface, self.contestants(), s.starts, s.steps, s.noise, s.seed)
        if job != self._asked:
            self._asked = job
            self._run_race(job)
        elif self._race is not None:  # another rule is explained, or another quantity drawn
            self._show_race(self._race)
        self._sweep_timer.start()

    def _run_race(self, job: RaceJob) -> None:
        """Short races at once, long ones in the background."""
        slow = sum(key == "lbfgs" for key in job.contestants) * len(job.starts)
        # Second derivatives of a typed formula take some 350 µs.
        slow += 7 * (NEWTON in job.contestants and isinstance(job.surface, Typed))
        microseconds = job.steps * (6 * len(job.contestants) + 50 * slow)
        self._end_race()
        if microseconds < 60_000:
            from core.studies.optimizer_race import race

            ran = race(job.surface, job.contestants, job.starts, job.steps, job.noise, job.seed)
            self._take_race(ran)
            return
        self._race_job = BackgroundJob(job)
        self._race_job.finished.connect(self._take_race)
        self._race_job.failed.connect(lambda message: self._fail(self.clear, message))
        self._race_job.start()
        self.transport.set_length(job.steps)

    def _take_race(self, ran: Race) -> None:
        self._race, self._memories = ran, {}
        self._show_race(ran)

    def _show_race(self, ran: Race) -> None:
        self.curve_view.show_race(ran, LABELS, self.state.distance)
        self.transport.set_length(self.state.steps)

    def _end_race(self) -> None:
        if self._race_job is not None:
            self._race_job.close()
            self._race_job = None

    def _clear_race(self) -> None:
        self._end_race()
        self._asked, self._race = None, None
        self.map_view.clear_race()
        self.curve_view.clear()
        self.formula.show_html("")

    def clear(self) -> None:
        self._clear_race()
        self._clear_sweep()
        self.transport.set_length(self.state.steps)

    def _fail(self, clear: Callable[[], None], message: str) -> None:
        clear()
        self.banner.say(tr(message))

    def _start_sweep(self) -> None:
        race, steps = self._asked, self.state.sweep_steps
        if race is None:
            return
        asked = (race.surface, tuple(race.contestants), race.starts[0], steps)
        if asked == self._swept:
            return
        self._clear_sweep()
        self._swept = asked
        if not race.contestants:
            return
        job = SweepJob(race.surface, race.contestants, race.starts[0], steps, sweep_rates())
        self._sweep_job = BackgroundJob(job)
        self.sweep_view.set_empty(True, tr("Trying 60 rates …"))
        self._sweep_job.snapshot.connect(self._show_sweep)
        self._sweep_job.finished.connect(self._show_sweep)
        self._sweep_job.failed.connect(lambda message: self._fail(self._clear_sweep, message))
        self._sweep_job.start()

    def _clear_sweep(self) -> None:
        self._sweep_timer.stop()
        if self._sweep_job is not None:
            self._sweep_job.close()
            self._sweep_job = None
        self._swept = ()
        self.sweep_view.clear()

    def _show_sweep(self, swept: Sweep) -> None:
        self.sweep_view.show_sweep(swept, LABELS)

    @property
    def is_computing(self) -> bool:
        return self._sweep_timer.isActive() or any(not job.is_over for job in self._jobs())

    def shutdown(self) -> None:
        self._sweep_timer.stop()
        for job in self._jobs():
            job.close(1.0)

    def _jobs(self) -> list[BackgroundJob]:
        return [job for job in (self._race_job, self._sweep_job) if job is not None]

    # Showing

    def build_cards(self) -> None:
        self.map_view, self.curve_view, self.sweep_view = MapView(), CurveView(), SweepView()
        self.map_view.handles = lambda: self.state.starts
        self.map_view.on_drag, self.map_view.on_add = self.move_start, self.add_start
        self.map_view.on_remove = self.remove_start
        for view in (self.map_view, self.curve_view, self.sweep_view):
            view.ensure_built()
        self.add_card(self.map_view, 0, 0, 2, 1)
        self.add_card(self.curve_view, 0, 1)
        self.add_card(self.sweep_view, 1, 1, 2, 1)
        self.grid.addWidget(self.formula, 2, 0)
        for part, stretch in enumerate((3, 1, 2)):
            self.grid.setRowStretch(part, stretch)
        self.grid.setColumnStretch(0, 6)
        self.grid.setColumnStretch(1, 5)

    def show_step(self, at: int) -> None:
        if self._race is None:
            return
        self.map_view.show_race(self._race, at)
        self.curve_view.show_step(at)
        self._show_rule(at)

    def _show_rule(self, at: int) -> None:
        ran, key = self._race, self.state.explained
        assert ran is not None
        html = ""
        place = gradient = velocity = step = None
        if key in ran.runs:
            if key not in self._memories:
                self._memories[key] = memory(ran, key)
            run, known = ran.runs[key], self._memories[key]
            path = run.path[:, 0]
            html = words.rule_text(key, run.racer, path, known, at)
            if at + 1 < len(path) and np.isfinite(path[at : at + 2]).all():
                place, gradient = path[at].tolist(), (-known.gradient[at]).tolist()
                step = (path[at + 1] - path[at]).tolist()
                if "velocity" in known.slots:
                    velocity = (-known.slots["velocity"][at]).tolist()
        elif ran.runs:
            absent = tr(
                "{label} does not race: choose another under “Formula of”.",
                label=Message(LABELS[key]),
            )
            html = f"<p>{absent}</p>"
        self.map_view.show_vectors(place, gradient, velocity, step)
        self.formula.show_html(html + words.standings_text(ran, at))


def parsed_window(text: str) -> tuple[float, float, float, float]:
    """A window typed as x from, x to, y from, y to. Raises StudyError."""
    words = text.replace("−", "-").replace(";", ",").split(",")
    try:
        left, right, bottom, top = map(float, words)
    except ValueError:
        raise StudyError(Message("Window: four numbers: x from, x to, y from, y to.")) from None
    if not -FARTHEST <= left < right <= FARTHEST or not -FARTHEST <= bottom < top <= FARTHEST:
        raise StudyError(
            Message("Window: each “from” must be less than its “to”, within ±1,000,000.")
        )
    return left, right, bottom, top


def exact(value: float) -> str:
    """A number with every digit it has."""
    return repr(float(value)).removesuffix(".0")


def marked(text: str, error: FormulaError) -> str:
    """The message with the place in the formula marked."""
    start, end = error.position, error.position + error.length
    before, there, after = text[:start], text[start:end] or "▮", text[end:]
    return joined(": ", (f"{before}»{there}«{after}", error.message))


def show_place(field: TextField, error: FormulaError) -> None:
    """Select what is wrong in the formula's field."""
    field.setSelection(error.position, error.length)
