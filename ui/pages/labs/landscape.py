"""The page of lab 5: the loss around a network, and beside it around another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from core.base.registry import setting
from core.base.translation import Message, tr
from core.experiment.presets import deep_digits
from core.experiment.spec import ExperimentSpec
from core.studies.base import StudyError
from core.studies.landscape import LEVELS, Subject
from core.studies.landscape_jobs import PATH, RANDOM, Slice, SliceJob, SliceSettings, TrainJob
from ui.pages.labs import landscape_plots as plots
from ui.pages.labs.column import (
    Column,
    choices,
    real,
    row,
    whole,
)
from ui.pages.labs.job_page import JobLabPage, table
from ui.plots.ticks import number
from ui.theme import current
from ui.widgets.check import Check
from ui.widgets.combo import choice_model

TRAIN, NOTHING, PIN = "train", "", "pin:"
DEPTHS = (4, 16, 32)
PRESETS = {
    f"{depth} {'skip' if skip else 'plain'}": (depth, skip)
    for depth in DEPTHS
    for skip in (False, True)
}
KINDS = {False: Message("plain"), True: Message("skip")}
CONTOURS, SURFACE = "contours", "surface"
# Networks trained last that are kept: each has the weights of a whole run.
MOST_TRAINED = 4
# A random walk alone explains these shares of its variance.
WALK = (61, 15)

# Label, settings and updates (0: to its end) of a network to be trained.
Run = tuple[str, ExperimentSpec, int]


@dataclass(frozen=True)
class LandscapeState:
    """The settings of lab 5. A network is one of the presets, "train", or "pin:" with a name."""

    network: str = "16 plain"
    beside: str = "16 skip"
    plane: str = setting(RANDOM, choices=(RANDOM, PATH))
    normalised: bool = True
    reach: float = setting(1.0, low=1e-3, high=100.0)
    seed: int = setting(1, low=1, high=2**31 - 1)
    lines: int = setting(10, low=1, high=50)
    samples: int = setting(500, low=1, high=60_000)
    finest: str = setting(str(LEVELS[1]), choices=tuple(map(str, LEVELS)))
    picture: str = setting(CONTOURS, choices=(CONTOURS, SURFACE))
    log: bool = True


@dataclass(frozen=True, eq=False)
class Drawn:
    """Slices with what they were taken of: networks, settings, and the point of their paths."""

    subjects: tuple[Subject, ...] = ()
    settings: SliceSettings = field(default_factory=SliceSettings)
    at: int = 0
    slices: tuple[Slice, ...] = ()


class LandscapePage(JobLabPage):
    key = "landscape"
    State = LandscapeState
    noun = Message("moment")
    speed = 12.0
    look_for = (
        "The plain network of 16 layers lies among ridges and hollows, the one with skip "
        "connections in a single smooth bowl: count how often a line turns. But compare the "
        "losses, too: the plain one has hardly learned, and 4 plain layers, which have, are smooth."
    )
    question = (
        "In the plane of its own path the run seems to go straight to its end. A random walk shows "
        "61 % and 15 % of its variance in two directions, too: what does the plane prove?"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.subjects: dict[Run, Subject] = {}
        # What the steps walk through, and what is in the pictures: slices take their time.
        self.chosen: tuple[Subject, ...] = ()
        self.drawn = Drawn()
        # Settings that need computing; whether networks are to be read anew; those in training.
        self._asked: object = None
        self._is_stale = True
        self._training: tuple[Run, ...] = ()
        # What the last slices were taken of, and at which step.
        self._sliced: object = None
        self._sliced_at = -1
        super().__init__(*args, **kwargs)
        self.context.session.pins.changed.connect(self._pins_changed)

    # Controls

    def build_controls(self, column: Column) -> None:
        networks = column.section(tr("Networks"))
        self.network = row(
            networks, tr("Network"), choices(self._networks()), tr("Whose loss is shown")
        )
        beside = [(NOTHING, tr("none")), *self._networks()]
        self.beside = row(
            networks, tr("Beside it"), choices(beside), tr("Another one to compare with")
        )
        slice_ = column.section(tr("Slice"))
        kinds = [(RANDOM, tr("random directions")), (PATH, tr("the run's own path"))]
        self.plane = row(slice_, tr("Plane"), choices(kinds))
        tip = tr("Give each unit's part of a direction the length of the unit's weights")
        self.normalised = row(slice_, tr("Normalise"), Check(), tip)
        self.reach = row(
            slice_, tr("Distance"), real(self.State, "reach"), tr("How far to go either way")
        )
        self.seed = row(
            slice_, tr("Seed"), whole(self.State, "seed"), tr("Of the random directions")
        )
        self.lines = row(slice_, tr("Lines"), whole(self.State, "lines"))
        tip = tr("Training samples over which the loss is taken, the first ones")
        self.samples = row(slice_, tr("Samples"), whole(self.State, "samples", True), tip)
        sides = [(str(side), tr("{side} × {side} points", side=side)) for side in LEVELS]
        self.finest = row(slice_, tr("Finest"), choices(sides))
        shown = column.section(tr("Picture"))
        kinds = [(CONTOURS, tr("contours")), (SURFACE, tr("surface, to be turned"))]
        self.picture = row(shown, tr("Plane as"), choices(kinds))
        self.log = row(shown, tr("Log loss"), Check(), tr("Logarithmic levels of the loss"))
        shown.add(self.working)
        self.connect_fields()

    def _offer(self) -> None:
        """Put the networks that there are now into the lists, and those that are chosen."""
        found = self._networks()
        known = {key for key, _ in found}
        gone = {self.state.network, self.state.beside} - known - {NOTHING}
        found += [
            (key, tr("{name} (not there)", name=key.removeprefix(PIN))) for key in sorted(gone)
        ]
        for combo, first in ((self.network, []), (self.beside, [(NOTHING, tr("none"))])):
            combo.set_choices(choice_model((key, text, "", "") for key, text in [*first, *found]))

    def _pins_changed(self) -> None:
        self.show_controls()

    def _networks(self) -> list[tuple[str, str]]:
        found = [(TRAIN, tr("of the Train page"))]
        found += [(PIN + pin.name, pin.name) for pin in self._pins()]
        found += [
            (key, tr("{depth} layers, {kind}", depth=depth, kind=KINDS[skip]))
            for key, (depth, skip) in PRESETS.items()
        ]
        return found

    def _pins(self) -> tuple[Any, ...]:
        session = self.context.session
        return session.pins.all

    def show_controls(self) -> None:
        self._offer()
        super().show_controls()

    # Computing

    def recompute(self) -> None:
        self._lay_out()
        asked = (self.state.network, self.state.beside, self._settings())
        self._is_stale |= asked != self._asked
        self._asked = asked
        if self.drawn.slices:
            self._show_slices()
        if self._is_stale or not self.drawn.slices:
            self.begin_soon()
        else:
            self._tell_edits()

    def _settings(self) -> SliceSettings:
        s = self.state
        return SliceSettings(
            s.plane, s.normalised, s.reach, s.seed, s.lines, s.samples, int(s.finest)
        )

    def _wanted(self) -> tuple[Run, ...]:
        """The networks that the settings name, as far as they are now. Raises StudyError."""
        keys = [key for key in (self.state.network, self.state.beside) if key]
        return tuple(self._run_of(key) for key in keys)

    def _run_of(self, key: str) -> Run:
        session = self.context.session
        if key == TRAIN:
            frame = session.shown
            steps = frame.iteration if frame is not None else 0
            if not steps:
                raise StudyError(Message("The network of the Train page has not been trained yet."))
            return Message("Train page"), session.spec, steps
        if key.startswith(PIN):
            pin = next((pin for pin in self._pins() if PIN + pin.name == key), None)
            if pin is None:
                raise StudyError(
                    Message("{name} is not pinned any more.", name=key.removeprefix(PIN))
                )
            frames = pin.history.frames
            return pin.name, pin.spec, frames[-1].iteration if frames else 1
        if key not in PRESETS:
            raise StudyError(Message("There is no network {name!r}.", name=key))
        depth, skip = PRESETS[key]
        label = Message("{depth} {kind}", depth=depth, kind=KINDS[skip])
        return label, deep_digits(depth, skip), 0

    def _edited_runs(self) -> list[str]:
        """Networks whose settings were changed while they trained: trained again, they differ."""
        session, found = self.context.session, []
        if TRAIN in (self.state.network, self.state.beside) and session.history.marks:
            found.append(tr("the Train page"))
        chosen = (self.state.network, self.state.beside)
        pins = (pin for pin in self._pins() if PIN + pin.name in chosen)
        return found + [pin.name for pin in pins if pin.history.marks]

    def _tell_edits(self) -> None:
        if edited := self._edited_runs():
            self.banner.say(
                tr(
                    "Settings of {runs} were changed in mid-run. Shown is a run that had the "
                    "present settings from its start.",
                    runs=_listed(edited),
                )
            )

    def begin(self) -> None:
        """After a change of settings take the networks as they are now; else slice those there."""
        if self._is_stale or not self.chosen:
            self._choose()
        elif not self._training:
            self._slice()

    def _choose(self) -> None:
        """Train what is not trained yet, then slice it. A run that goes on is not followed."""
        try:
            wanted = self._wanted()
        except StudyError as error:
            self.banner.say(tr(str(error)))
            return
        self._is_stale = False
        self._tell_edits()
        self._keep_latest(wanted)
        missing = tuple(run for run in wanted if run not in self.subjects)
        if not missing:
            if self._training:
                self.stop()
            self._look_at(wanted)
        elif wanted != self._training:
            self._training = wanted
            self.start(TrainJob(missing), lambda found: self._trained(wanted, missing, found))

    def _keep_latest(self, wanted: tuple[Run, ...]) -> None:
        """Keep what is wanted and the last networks that were, the latest at the end."""
        for run in wanted:
            if run in self.subjects:
                self.subjects[run] = self.subjects.pop(run)
        for run in list(self.subjects)[:-MOST_TRAINED]:
            del self.subjects[run]

    def _trained(
        self, wanted: tuple[Run, ...], missing: tuple[Run, ...], found: tuple[Subject, ...]
    ) -> None:
        self.subjects.update(zip(missing, found, strict=True))
        if wanted == self._training:
            self._look_at(wanted)

    def _look_at(self, wanted: tuple[Run, ...]) -> None:
        """Slice networks that are trained; those that are new at the end of their paths."""
        self._training = ()
        subjects = tuple(self.subjects[run] for run in wanted)
        if subjects != self.chosen:
            self.chosen = subjects
            points = max(subject.points for subject in subjects)
            self.transport.length = (points - 1) // self._spacing
            self.transport.go(self.transport.length)
        self._slice()

    def _slice(self) -> None:
        subjects, settings, at = self.chosen, self._settings(), self._walked
        centres = subjects
        if settings.plane == RANDOM:
            centres = tuple(subject.at(at) for subject in subjects)
        sliced = (subjects, settings, at if settings.plane == RANDOM else -1)
        self._sliced_at = at
        if sliced == self._sliced:
            return
        self._sliced = sliced

        def take(slices: tuple[Slice, ...]) -> None:
            self.drawn = Drawn(subjects, settings, at, slices)
            self._show_slices()

        self.start(SliceJob(centres, settings), take, take)

    def forget(self) -> None:
        self._sliced, self._training = None, ()

    # Showing

    def build_cards(self) -> None:
        self.maps = [plots.MapView(), plots.MapBeside()]
        self.reliefs = [plots.ReliefView(), plots.ReliefBeside()]
        for one, other in (self.reliefs, self.reliefs[::-1]):
            one.others = [other]
        self.fan = plots.FanView()
        for view in (*self.maps, *self.reliefs, self.fan):
            view.ensure_built()
            view.set_empty(True, tr("Being computed …"))
        self.map_cards = [self.add_card(view, 0, i) for i, view in enumerate(self.maps)]
        self.relief_cards = [self.add_card(view, 0, i) for i, view in enumerate(self.reliefs)]
        self.add_card(self.fan, 1, 0)
        self.grid.addWidget(self.formula, 1, 1)
        for column in (0, 1):
            self.grid.setColumnStretch(column, 1)
        self.grid.setRowStretch(0, 5)
        self.grid.setRowStretch(1, 4)

    def _lay_out(self) -> None:
        """One network: contours and surface side by side. Two: the same picture of both."""
        both, surface = bool(self.state.beside), self.state.picture == SURFACE
        self.grid.addWidget(self.relief_cards[0], 0, 0 if both else 1)
        self.map_cards[0].setVisible(not both or not surface)
        self.map_cards[1].setVisible(both and not surface)
        self.relief_cards[0].setVisible(not both or surface)
        self.relief_cards[1].setVisible(both and surface)

    def _show_slices(self) -> None:
        drawn = self.drawn
        heights = plots.Heights(drawn.slices, self.state.log)
        labels = tuple(tr(subject.label) for subject in drawn.subjects)
        for i, views in enumerate(zip(self.maps, self.reliefs, strict=True)):
            for view in views:
                view.set_empty(i >= len(drawn.slices), tr("Being computed …"))
                if not view.is_empty:
                    view.show(drawn.slices[i], labels[i], heights, self._path(i))
        self.fan.set_empty(False)
        self.fan.show(drawn.slices, labels, heights.log)
        self._write()

    def _point(self) -> int:
        """The point of the paths that is drawn: a path is walked, other slices are of one point."""
        drawn = self.drawn
        is_walked = drawn.settings.plane == PATH and drawn.subjects == self.chosen
        return self._walked if is_walked else drawn.at

    @property
    def _spacing(self) -> int:
        """A step goes so many points on: to the next that is kept of any path."""
        return min((subject.spacing for subject in self.chosen), default=1)

    @property
    def _walked(self) -> int:
        """The point of the paths that the steps have reached."""
        return self.transport.at * self._spacing

    def _path(self, index: int) -> np.ndarray | None:
        """The path as far as the present moment, where it is the path's plane that is shown."""
        whole = self.drawn.slices[index].plane.path
        kept = self.drawn.subjects[index].kept(self._point())
        return None if whole is None else whole[: kept + 1]

    def show_step(self, at: int) -> None:
        if not self.drawn.slices:
            return
        views = zip(range(len(self.drawn.slices)), self.maps, self.reliefs, strict=False)
        for i, map_view, relief in views:
            map_view.show_path(self._path(i))
            relief.show_path(self._path(i))
        self._write()
        if self.state.plane == RANDOM and self._walked != self._sliced_at:
            self.begin_soon()

    def _write(self) -> None:
        settings = self.drawn.settings
        if settings.plane == PATH:
            html = tr(
                "L(α, β) = L(θ<sub>end</sub> + α p₁ + β p₂), p₁ and p₂ the principal components of "
                "the run's path, each of length 1"
            )
        else:
            rule = tr("g · ‖w‖ / ‖g‖ as a whole")
            if settings.normalised:
                rule = tr("g<sub>i</sub> · ‖w<sub>i</sub>‖ / ‖g<sub>i</sub>‖ for every unit i")
            html = tr(
                "L(α, β) = L(θ + α d₁ + β d₂), g normal draws, d = {rule}; biases stay", rule=rule
            )
        self.formula.show_html(f"<p>{html}</p>{self._table()}{self._warning()}")

    def _table(self) -> str:
        """All figures, a column a network."""
        columns = list(zip(self.drawn.slices, self.drawn.subjects, strict=True))
        titles = [
            f"<span style='color:{getattr(current(), role)}'>●</span> {escape(tr(subject.label))}"
            for (_, subject), role in zip(columns, plots.ROLES, strict=False)
        ]
        values = [self._figures(found, subject) for found, subject in columns]
        return table(titles, values, current().muted)

    def _figures(self, found: Slice, subject: Subject) -> dict[str, str]:
        losses = found.surface.losses
        known = losses[np.isfinite(losses)]
        ends = (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)
        step = subject.at(self._point()).iteration
        side = found.surface.side
        missing = losses.size - len(known)
        return {
            tr("step"): tr("{step:,} of {steps:,}", step=step, steps=subject.iteration),
            "L(0, 0)": number(found.centre),
            tr("lowest … highest"): " … ".join(map(number, ends)),
            tr("extrema a line"): f"{found.fan.mean_extrema:.1f}",
            tr("samples"): f"{found.samples:,}",
            tr("points"): f"{side} × {side}",
            tr("not finite"): tr("{count} points", count=missing),
            tr("computed in"): f"{found.seconds:.1f} s",
        }

    def _warning(self) -> str:
        explained = [s.plane.explained for s in self.drawn.slices if s.plane.explained is not None]
        if not explained:
            return ""
        text = tr(
            "The plane shows {shares} of the path's variance. A random walk in as many dimensions "
            "shows {first} % + {second} % by itself.",
            shares=_listed([f"{100 * e[0]:.0f} % + {100 * e[1]:.0f} %" for e in explained]),
            first=WALK[0],
            second=WALK[1],
        )
        return f"<p>{text}</p>"

    def restore_state(self) -> None:
        super().restore_state()
        self.transport.go(self.transport.length)


def _listed(texts: list[str]) -> str:
    """One or two texts as one."""
    if len(texts) == 1:
        return texts[0]
    return tr("{first} and {second}", first=texts[0], second=texts[1])
