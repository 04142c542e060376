"""Lab 5 on the command line: plain networks against ones with skip connections, and what holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import ReLU
from core.catalogue.blocks import Dense
from core.data.toys import Circle
from core.experiment.presets import deep_digits
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.network.landscape import path_plane
from core.studies.base import Lab, Outcome, Progress, Table, at_least, at_most, within
from core.studies.landscape import (
    Fan,
    Site,
    Subject,
    Surface,
    fan,
    own_plane,
    random_plane,
    rescaled,
    surface,
    train,
)
from core.training.trainer import Trainer

LAB = Lab(
    key="landscape",
    title="Loss landscape",
    question="What does the loss look like around a trained network, and what smooths it?",
    minutes=15,
)
DEPTHS = (4, 16, 32)
SEEDS = (1, 2, 3, 4, 5)
# Of the digits, this many training pictures are enough for a slice.
SAMPLES = 500
SMALL = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=200)),
    network=NetworkSpec(hidden=(Dense(units=12), Dense(units=8)), activation=ReLU()),
    precision="float64",
)


@cache
def _trained(depth: int, skip: bool, seed: int) -> Subject:
    return train(replace(deep_digits(depth, skip), seed=seed))


@cache
def _fan(depth: int, skip: bool, seed: int) -> Fan:
    return fan(Site(_trained(depth, skip, seed), SAMPLES), seed)


def _extrema(depth: int, skip: bool) -> float:
    """Local extrema per random line, mean over lines and seeds."""
    return float(np.mean([_fan(depth, skip, seed).mean_extrema for seed in SEEDS]))


@LAB.report
def tables(progress: Progress) -> Iterator[Table]:
    """Extrema per line and training loss by depth; shares of variance of one run's path."""
    rows, kinds = [], [(depth, skip) for depth in DEPTHS for skip in (False, True)]
    for i, (depth, skip) in enumerate(kinds):
        kind = Message("skip") if skip else Message("plain")
        progress(i / len(kinds), Message("{depth} layers, {kind}", depth=depth, kind=kind))
        losses = [Site(_trained(depth, skip, seed)).centre() for seed in SEEDS]
        rows.append((depth, kind, _extrema(depth, skip), float(np.mean(losses))))
    columns = (
        Message("layers"),
        Message("kind"),
        Message("extrema per line"),
        Message("training loss"),
    )
    yield Table(Message("ruggedness"), columns, tuple(rows))
    explained = own_plane(_trained(4, False, 1)).explained
    assert explained is not None
    walk = _random_walk()
    yield Table(
        Message("variance explained by the path's plane"),
        (Message("path"), Message("first direction"), Message("second direction")),
        (
            (Message("4 plain layers"), *explained.tolist()),
            (Message("a random walk of as many parameters"), *walk.tolist()),
        ),
    )


@cache
def _small() -> tuple[Subject, float]:
    trainer = Trainer(SMALL)
    trainer.advance(100)
    score = trainer.evaluate("train")
    assert score
    return Subject.of("small", trainer), score.loss


def _picture(subject: Subject, seed: int = 1, normalised: bool = True) -> Surface:
    site = Site(subject)
    return surface(site, random_plane(site, seed, normalised=normalised), 9)


def _largest_difference(first: Surface, second: Surface) -> float:
    return float(np.abs(first.losses - second.losses).max())


@LAB.check("The centre of every slice is the loss of the run, to 1e-12 in float64")
def centre() -> Outcome:
    subject, loss = _small()
    side = _picture(subject)
    middle = fan(Site(subject)).losses[:, 20]
    return within([loss] * 12, [Site(subject).centre(), side.losses[4, 4], *middle], 1e-12)


@LAB.check("Scaling a ReLU layer by 10 and the next by 1/10 leaves the normalised picture as it is")
def scaling_normalised() -> Outcome:
    subject, _ = _small()
    other = rescaled(subject, 10.0)
    return at_most(1e-6, _largest_difference(_picture(subject), _picture(other)))


@LAB.check("and changes the picture along directions that are not normalised")
def scaling_raw() -> Outcome:
    subject, _ = _small()
    other = rescaled(subject, 10.0)
    raw = _picture(subject, normalised=False), _picture(other, normalised=False)
    return at_least(1e-2, _largest_difference(*raw))


@LAB.check("The same seed gives the same picture, bit for bit")
def same_seed() -> Outcome:
    subject, _ = _small()
    return within(0, _largest_difference(_picture(subject, 3), _picture(subject, 3)), 0)


@LAB.check("Another seed gives another picture")
def other_seed() -> Outcome:
    subject, _ = _small()
    return at_least(1e-3, _largest_difference(_picture(subject, 3), _picture(subject, 4)))


@cache
def _random_walk(points: int = 300, parameters: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(1)
    steps = rng.standard_normal((points, parameters))
    return path_plane(list(np.cumsum(steps, axis=0))).explained


@LAB.check("A random walk alone explains 6/π² = 61 % and 15 % of its variance in two directions")
def random_walk() -> Outcome:
    return within(np.array([6, 1.5]) / np.pi**2, _random_walk(), 0.01)


@LAB.check("4 plain layers: one minimum and nothing else along a random line")
def plain_4() -> Outcome:
    return at_most(1.5, _extrema(4, skip=False))


@LAB.check("16 plain layers: at least four extrema along a random line")
def plain_16() -> Outcome:
    return at_least(4, _extrema(16, skip=False))


@LAB.check("32 plain layers: at least four extrema along a random line")
def plain_32() -> Outcome:
    return at_least(4, _extrema(32, skip=False))


@LAB.check("Skip connections smooth it at every depth: at most 1.5 extrema along a random line")
def skip_connections() -> Outcome:
    return at_most(1.5, max(_extrema(depth, skip=True) for depth in DEPTHS))
