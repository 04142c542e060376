"""Lab 7 on the command line: what ten members gain, what they gain by, and what always holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import Adam
from core.data.digits import Digits
from core.data.mnist import MNIST, find
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.studies.base import Lab, Outcome, Progress, Table, at_least, at_most, within
from core.studies.ensembles import (
    Curves,
    Ensemble,
    Settings,
    curves,
    dropout_as_ensemble,
    one_large,
)
from core.training.ensembles import agreement, ambiguity, cross_entropy

LAB = Lab(
    key="ensembles",
    title="Ensembles",
    question="Why is the average of several networks better than each of them?",
    minutes=10,
)
MEMBERS, SEEDS = 10, (1, 2, 3, 4, 5)


class Case(NamedTuple):
    """A data set, and by how much ten members must beat the mean member (test accuracy)."""

    data: DataSpec
    margin: float
    epochs: int


CASES = {
    "mnist": Case(DataSpec(dataset=MNIST(count=1000), validation=0, standardize=False), 0.006, 20),
    "digits": Case(
        DataSpec(dataset=Digits(), validation=0.55, test=0.25, standardize=False), 0.005, 20
    ),
}


def spec(data: DataSpec, seed: int = 1) -> ExperimentSpec:
    return ExperimentSpec(
        data=data,
        network=NetworkSpec(hidden=(Dense(units=50), Dense(units=50)), activation=ReLU()),
        training=TrainingSpec(optimizer=Adam(learning_rate=0.002), batching=MiniBatch(size=50)),
        seed=seed,
    )


def _cases() -> list[str]:
    return [key for key in CASES if key == "digits" or find(key)]


@cache
def _trained(key: str, seed: int, **changes: bool) -> tuple[np.ndarray, np.ndarray]:
    """Outputs of the members on the test part, and its targets."""
    case = CASES[key]
    settings = replace(Settings(spec(case.data, seed), MEMBERS, epochs=case.epochs), **changes)
    ensemble = Ensemble(settings)
    for _ in range(case.epochs):
        ensemble.train_epoch()
    return ensemble.outputs(), ensemble.targets


@cache
def _curves(key: str, seed: int) -> Curves:
    return curves(*_trained(key, seed))


@LAB.report
def tables(progress: Progress) -> Iterator[Table]:
    """Members, ensemble and baselines on every data set that is there."""
    for key in _cases():
        rows = []
        for i, seed in enumerate(SEEDS):
            progress(i / len(SEEDS), Message("{data}, seed {seed}", data=key, seed=seed))
            found = _curves(key, seed)
            vote, loss = float(found.by_vote[-1, 0]), float(found.loss[-1, 0])
            member_loss = float(found.members[:, 1].mean())
            rows.append(
                (
                    seed,
                    found.mean_member,
                    found.best_member,
                    found.ensemble,
                    vote,
                    member_loss,
                    loss,
                )
            )
        columns = (
            Message("seed"),
            Message("mean member"),
            Message("best member"),
            Message("mean probability"),
            Message("vote"),
            Message("mean loss of members"),
            Message("loss of the mean"),
        )
        yield Table(
            Message("{data}, ten members that differ by their weights", data=key),
            columns,
            tuple(rows),
        )
    yield _baselines(progress)


def _baselines(progress: Progress) -> Table:
    case = CASES["digits"]
    settings = Settings(spec(case.data), MEMBERS, epochs=case.epochs)
    found = [one_large(settings, progress), *dropout_as_ensemble(settings, progress=progress)]
    rows = tuple((b.label, b.parameters, b.accuracy, b.loss) for b in found)
    return Table(
        Message("digits, baselines"),
        (Message("what"), Message("parameters"), Message("test accuracy"), Message("test loss")),
        rows,
    )


@LAB.check("Squared error: ensemble = mean of the members − mean ambiguity")
def decomposition() -> Outcome:
    found = ambiguity(*_trained("digits", 1))
    return within(found.members - found.ambiguity, found.ensemble, 1e-12)


@LAB.check("Members that differ in nothing gain nothing: accuracy of all minus that of one")
def identical_members() -> Outcome:
    outputs, targets = _trained("digits", 1, weights=False)
    found = curves(outputs, targets)
    differ = float(1 - agreement(outputs).min())
    spread = float(np.ptp(found.members, axis=0).max())
    return within([0, 0, 0], [found.ensemble - found.mean_member, spread, differ], 1e-12)


@LAB.check("Cross-entropy: that of the mean probability is at most the mean of the members'")
def jensen() -> Outcome:
    gaps = []
    for seed in SEEDS:
        outputs, targets = _trained("digits", seed)
        together = cross_entropy(outputs.mean(axis=0), targets)
        gaps.append(float(together - cross_entropy(outputs, targets).mean()))
    return at_most(0, max(gaps))


def _gain(key: str) -> Outcome:
    gains = [_curves(key, seed).ensemble - _curves(key, seed).mean_member for seed in SEEDS]
    return at_least(CASES[key].margin, float(np.mean(gains)))


@LAB.check("Digits: ten members beat the mean member (test accuracy, mean of five seeds)")
def gain_on_digits() -> Outcome:
    return _gain("digits")


if find("mnist"):

    @LAB.check("MNIST, 1,000 pictures: ten members beat the mean member")
    def gain_on_mnist() -> Outcome:
        return _gain("mnist")


@LAB.check("Bootstrap samples make members that agree less than other weights do")
def bootstrap_differs() -> Outcome:
    usual, _ = _trained("digits", 1)
    resampled, _ = _trained("digits", 1, resampled=True)
    return at_least(0.002, float(agreement(usual).mean() - agreement(resampled).mean()))
