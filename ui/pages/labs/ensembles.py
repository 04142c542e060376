"""The page of lab 7: members trained in lockstep, and what they are worth together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np

from core.base.registry import setting
from core.base.translation import Message, tr
from core.catalogue.activations import ReLU, Tanh
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import Adam
from core.data.digits import Digits
from core.data.mnist import MNIST, find
from core.data.toys import Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.studies.ensembles import Baseline, Settings
from core.studies.ensembles_jobs import EnsembleJob, EnsembleMoment, EnsembleRun
from ui.pages.labs import ensembles_plots as plots
from ui.pages.labs.column import (
    Column,
    choices,
    row,
    whole,
)
from ui.pages.labs.job_page import JobLabPage, table
from ui.plots.ticks import number
from ui.theme import current
from ui.widgets.check import Check

TRAIN, PLANE, DIGITS, MNIST_KEY = "train", "plane", "digits", "mnist"


@dataclass(frozen=True)
class EnsembleState:
    """The settings of lab 7."""

    experiment: str = setting(PLANE, choices=(PLANE, DIGITS, MNIST_KEY, TRAIN))
    members: int = setting(10, low=1, high=40)
    epochs: int = setting(60, low=1, high=1000)
    weights: bool = True
    batches: bool = False
    resampled: bool = False
    architectures: bool = False
    seed: int = setting(1, low=1, high=2**31 - 1)
    baselines: bool = True
    loss: bool = False


def preset(key: str) -> ExperimentSpec:
    """A small experiment in which members disagree."""
    two = key == PLANE
    data = {
        PLANE: DataSpec(dataset=Spiral(count=400, noise=0.12), validation=0.5),
        DIGITS: DataSpec(dataset=Digits(), validation=0.55, test=0.25, standardize=False),
        "mnist": DataSpec(dataset=MNIST(count=1000), validation=0, standardize=False),
    }[key]
    width = 24 if two else 50
    return ExperimentSpec(
        data=data,
        network=NetworkSpec(
            hidden=(Dense(units=width), Dense(units=width)), activation=Tanh() if two else ReLU()
        ),
        training=TrainingSpec(
            optimizer=Adam(learning_rate=0.02 if two else 0.002),
            batching=MiniBatch(size=20 if two else 50),
        ),
    )


class EnsemblesPage(JobLabPage):
    key = "ensembles"
    State = EnsembleState
    noun = Message("moment")
    look_for = (
        "No two members draw the same border, and where they differ most their mean is the "
        "smoothest. Most of the gain comes with the first few members. Switch everything off: "
        "identical members gain nothing."
    )
    question = (
        "The gain is the mean ambiguity, that is, how much the members differ. Why is it then not "
        "best to make them differ as much as possible?"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.moments: list[EnsembleMoment] = []
        self.found: tuple[Baseline, ...] = ()
        self._computed: object = None
        self._is_new = False
        super().__init__(*args, **kwargs)

    # Controls

    def build_controls(self, column: Column) -> None:
        members = column.section(tr("Members"))
        known = [(PLANE, tr("two inputs, a noisy spiral")), (DIGITS, tr("digits"))]
        if find("mnist"):
            known.append(("mnist", tr("MNIST, 1,000 pictures")))
        known.append((TRAIN, tr("of the Train page")))
        self.experiment = row(members, tr("Data"), choices(known), tr("What the members learn"))
        self.members = row(members, tr("Members"), whole(self.State, "members"))
        self.epochs = row(members, tr("Epochs"), whole(self.State, "epochs", True))
        self.seed = row(members, tr("Seed"), whole(self.State, "seed"))
        differ = column.section(tr("They differ by"))
        self.weights = _check(differ, tr("initial weights"))
        self.batches = _check(differ, tr("order of batches"))
        self.resampled = _check(differ, tr("bootstrap sample"))
        self.resampled.setToolTip(tr("Each trains on as many samples, drawn with replacement"))
        self.architectures = _check(differ, tr("width of the layers"))
        shown = column.section(tr("Picture"))
        self.loss = _check(shown, tr("loss instead of accuracy"))
        self.baselines = _check(shown, tr("compare with baselines"))
        tip = tr("One network with as many parameters, and dropout as an ensemble")
        self.baselines.setToolTip(tip)
        shown.add(self.working)
        self.connect_fields()

    # Computing

    def recompute(self) -> None:
        self.show_step(self.transport.at)
        self.begin_soon()

    def settings(self) -> Settings:
        s = self.state
        spec = self.context.session.spec if s.experiment == TRAIN else preset(s.experiment)
        spec = replace(spec, seed=s.seed)
        return Settings(
            spec, s.members, s.weights, s.batches, s.resampled, s.architectures, s.epochs
        )

    def begin(self) -> None:
        job = EnsembleJob(self.settings(), self.state.baselines)
        if job != self._computed:
            self._computed, self._is_new = job, True
            self.start(job, self._finish, self._take)

    def forget(self) -> None:
        self._computed = None

    def _failed(self, message: str) -> None:
        self._clear()
        self._show_nothing()
        super()._failed(message)

    def _clear(self) -> None:
        self.moments, self.found = [], ()
        self.borders.choose(None)

    def _take(self, moment: EnsembleMoment) -> None:
        # What was there before stays until there is something to show.
        if self._is_new:
            self._is_new = False
            self._clear()
        self.moments.append(moment)
        self.extend(len(self.moments) - 1)

    def _finish(self, found: EnsembleRun) -> None:
        self.moments, self.found = list(found.moments), found.baselines
        self.extend(len(self.moments) - 1)

    # Showing

    def build_cards(self) -> None:
        self.borders, self.curves = plots.BordersView(), plots.CurvesView()
        self.agreement = plots.AgreementView()
        for view in (self.borders, self.curves, self.agreement):
            view.ensure_built()
            view.set_empty(True, tr("Being computed …"))
        self.borders.on_choose = self._write
        self.border_card = self.add_card(self.borders, 0, 0)
        self.add_card(self.curves, 0, 1)
        self.add_card(self.agreement, 1, 0)
        self.grid.addWidget(self.formula, 1, 1)
        for part in (0, 1):
            self.grid.setColumnStretch(part, 1)
            self.grid.setRowStretch(part, 1)

    def show_step(self, at: int) -> None:
        if not self.moments:
            return
        moment = self.moments[min(at, len(self.moments) - 1)]
        self.borders.show(moment)
        for view in (self.curves, self.agreement):
            view.set_empty(False)
        self.curves.show(moment, self.state.loss)
        self.agreement.show(moment)
        self._write()

    def _write(self) -> None:
        if not self.moments:
            return
        moment = self.moments[min(self.transport.at, len(self.moments) - 1)]
        ensemble, members, ambiguity = moment.ambiguity
        law = (
            f"<p>{tr('E<sub>ensemble</sub> = Ē − Ā, squared errors:')} "
            f"{number(members)} − {number(ambiguity)} = <b>{number(ensemble)}</b></p>"
        )
        self.formula.show_html(law + self._table(moment) + self._votes(moment))

    def _table(self, moment: EnsembleMoment) -> str:
        found = moment.curves
        rows: dict[str, tuple[float, float]] = {
            tr("mean member"): (found.mean_member, float(found.members[:, 1].mean())),
            tr("best member"): (found.best_member, float(found.members[:, 1].min())),
            tr("all, mean probability"): (found.ensemble, float(found.loss[-1, 0])),
            tr("all, vote"): (float(found.by_vote[-1, 0]), np.nan),
        }
        for each in self.found:
            name = tr(
                "{label} ({parameters:,} parameters)",
                label=each.label,
                parameters=each.parameters,
            )
            rows[name] = (each.accuracy, each.loss)
        columns = [
            {escape(name): f"{100 * value[0]:.2f} %" for name, value in rows.items()},
            {
                escape(name): number(value[1]) if np.isfinite(value[1]) else "–"
                for name, value in rows.items()
            },
        ]
        judged = tr(
            "epoch {epoch}, {samples:,} {part} samples",
            epoch=moment.epoch,
            samples=moment.samples,
            part=Message(moment.part),
        )
        words = f"<p style='color:{current().muted}'>{judged}</p>"
        return words + table([tr("accuracy"), tr("loss")], columns, current().text)

    def _votes(self, moment: EnsembleMoment) -> str:
        planar, at = moment.planar, self.borders.at
        if planar is None or at is None or at >= len(planar.points):
            return ""
        x, y = planar.points[at]
        chosen = planar.chosen[:, at]
        each = " ".join(f"{i}:<b>{c}</b>" for i, c in enumerate(chosen.tolist(), 1))
        ones = int(chosen.sum())
        text = tr(
            "Point ({x:.3g}, {y:.3g}) of class {label}. Votes: {each}. {ones} for class 1, "
            "{zeros} for class 0.",
            x=x,
            y=y,
            label=planar.classes[at],
            each=each,
            ones=ones,
            zeros=len(chosen) - ones,
        )
        return f"<p>{text}</p>"


def _check(section: Any, text: str) -> Check:
    check = Check()
    check.setText(text)
    section.add(check)
    return check
