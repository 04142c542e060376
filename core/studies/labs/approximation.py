"""Lab 4 on the command line: error against the number of bumps, built against trained, depth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import Identity
from core.catalogue.optimizers import Momentum
from core.studies import sawtooth, towers
from core.studies.approximation import (
    TARGETS,
    UNITS_PER_BUMP,
    build,
    error,
    fit_bumps,
    staircase_errors,
    step,
)
from core.studies.base import Lab, Outcome, Progress, Table, at_most, within
from core.studies.learned import BUILT, Learner, Settings, learn

LAB = Lab(
    key="approximation",
    title="Universal approximation",
    question="How can one hidden layer represent any curve, and will it learn to?",
    minutes=20,
)
COUNTS = (5, 10, 20, 50, 100)
WIGGLE = TARGETS["wiggle"].function
STEEP = 1e5


@LAB.report
def results(progress: Progress) -> Iterator[Table]:
    """Error against N for every target, ten bumps built and trained, and the sawtooth."""
    rows = []
    for target in TARGETS.values():
        limits = staircase_errors(target.function, COUNTS)
        for count, limit in zip(COUNTS, limits, strict=True):
            rows.append((target.key, count, UNITS_PER_BUMP * count, limit.mean, limit.largest))
    columns = (
        Message("target"),
        Message("bumps N"),
        Message("hidden units"),
        Message("mean error"),
        Message("largest error"),
    )
    yield Table(Message("error against N"), columns, tuple(rows))
    built = build(fit_bumps(WIGGLE, 10), 200)
    settings = Settings(units=built.units, steps=2000)
    (*_, last) = learn(WIGGLE, settings, built, range(100, settings.steps, 100))
    rows = [(Message("built by hand"), *error(WIGGLE, built))]
    for name, network in last.networks.items():
        label = (
            Message("trained from the built weights")
            if name == BUILT
            else Message("trained, {name}", name=name)
        )
        rows.append((label, *error(WIGGLE, network)))
    columns = (
        Message("network of 20 hidden units"),
        Message("mean error"),
        Message("largest error"),
    )
    yield Table(Message("built and trained"), columns, tuple(rows))
    rows = tuple(
        (k, sawtooth.UNITS_PER_LAYER * k, _pieces(k), sawtooth.shallow_units(k))
        for k in range(1, 11)
    )
    columns = (
        Message("layers k"),
        Message("units of the deep network"),
        Message("linear pieces"),
        Message("units in one layer"),
    )
    yield Table(Message("sawtooth"), columns, rows)


def _pieces(layers: int) -> int:
    return sawtooth.linear_pieces(lambda x: sawtooth.deep(x, layers), layers + 1)


@LAB.check("The best N-step staircase on the wiggle: mean error, within 3 %")
def staircase_mean() -> Outcome:
    measured = [limit.mean for limit in staircase_errors(WIGGLE, COUNTS)]
    return within([0.0702, 0.0543, 0.0245, 0.0099, 0.0050], measured, 0.03, relative=True)


@LAB.check("The best N-step staircase on the wiggle: largest error, within 3 %")
def staircase_largest() -> Outcome:
    measured = [limit.largest for limit in staircase_errors(WIGGLE, COUNTS)]
    return within([0.279, 0.237, 0.123, 0.0687, 0.0346], measured, 0.03, relative=True)


@LAB.check("A network of N steep bumps does as well, within 3 %")
def built_networks() -> Outcome:
    measured = [error(WIGGLE, build(fit_bumps(WIGGLE, count), STEEP)).mean for count in COUNTS]
    return within([0.0702, 0.0543, 0.0245, 0.0099, 0.0050], measured, 0.03, relative=True)


@LAB.check("One sigmoid steps at −b/w")
def step_place() -> Outcome:
    weight, bias = step(0.3, 1000)
    network = build(fit_bumps(WIGGLE, 4), 1000)
    return within([0.3, 0.25, 0.5], [-bias / weight, *network.step_places()[[1, 3]]], 1e-12)


@LAB.check("With identity as activation training ends at the least-squares line")
def identity_is_a_line() -> Outcome:
    settings = Settings(4, Identity(), Momentum(learning_rate=0.1))
    learner = Learner(WIGGLE, settings, 1)
    learner.advance(6000)
    x = np.linspace(0, 1, 257)
    line = np.polyval(np.polyfit(x, WIGGLE(x), 1), x)
    return at_most(1e-6, float(np.abs(learner.network()(x) - line).max()))


@LAB.check("The sawtooth of k layers has 2ᵏ linear pieces, k from 1 to 10")
def sawtooth_pieces() -> Outcome:
    return within([2**k for k in range(1, 11)], [_pieces(k) for k in range(1, 11)], 0)


@LAB.check("One layer of 2ᵏ units draws the same sawtooth")
def one_layer_needs_as_many_units() -> Outcome:
    x = np.arange(2**12 + 1) / 2**12
    gap = max(
        float(np.abs(sawtooth.deep(x, k) - sawtooth.shallow(x, k)).max()) for k in range(1, 11)
    )
    return within(0.0, gap, 0.0)


@LAB.check("Nothing overflows at weights of a million")
def no_overflow() -> Outcome:
    x = np.linspace(-1, 2, 3001)
    with np.errstate(all="raise"):
        try:
            values = [build(fit_bumps(WIGGLE, 10), w)(x) for w in (1e6, -1e6)]
            values.append(towers.surface(towers.fit_towers(lambda a, b: a * b, 3), x, x, 1e6))
        except FloatingPointError as raised:
            return Outcome(Message("no warning, all finite"), str(raised), False)
    finite = bool(np.isfinite(values).all())
    return Outcome(
        Message("no warning, all finite"),
        Message("all finite") if finite else Message("not finite"),
        finite,
    )


@LAB.check("A jump's largest error does not fall with N: it stays half the jump")
def jump_stays() -> Outcome:
    limits = staircase_errors(TARGETS["jump"].function, COUNTS)
    measured = [limit.largest for limit in limits]
    return within([0.5] * len(COUNTS), measured, 1e-12)


@LAB.check("A tower is its height inside, 0 outside, and takes 4 + 1 units")
def tower() -> Outcome:
    one = towers.Tower(0.25, 0.5, 0.25, 0.75, 2.0)
    x, y = np.array([0.4, 0.4, 0.1, 0.9]), np.array([0.5, 0.9, 0.5, 0.9])
    agree = within([2, 0, 0, 0], one(x, y, 1e3), 1e-9)
    return agree._replace(ok=agree.ok and towers.units(1) == (4, 1))


@LAB.check(
    "What can be represented is not learnt: every random start ends worse than the built one"
)
def representing_is_not_learning() -> Outcome:
    """Twenty bumps on the wiggle, 40 hidden units, 2,000 steps of Adam, five seeds."""
    built = build(fit_bumps(WIGGLE, 20), 400)
    settings = Settings(units=built.units, steps=2000)
    (*_, last) = learn(WIGGLE, settings)
    best = min(error(WIGGLE, network).mean for network in last.networks.values())
    limit = error(WIGGLE, built).mean
    return Outcome(f"> {limit:.4g}", f"{best:.4g}", best > limit)
