"""Lab 1 on the command line: four methods side by side, and the lecture's numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.translation import Message
from core.studies.base import Lab, Outcome, Progress, Table, at_least, at_most, within
from core.studies.gradient_descent import METHODS, POINTS, LeastSquares, descend, race

LAB = Lab(
    key="gradient_descent",
    title="Gradient descent",
    question="Why does one learning rate converge and a slightly larger one blow up?",
    minutes=10,
)
PROBLEM = LeastSquares.proportional(POINTS)
START, RATE, UPDATES = (10.0,), 0.05, 40


@LAB.report
def paths(progress: Progress) -> Iterator[Table]:
    """b of every method against updates, and when each has come close."""
    runs = race(PROBLEM, START, RATE, UPDATES)
    columns = (path.theta[:, 0].tolist() for path in runs.values())
    rows = zip(range(UPDATES + 1), *columns, strict=True)
    yield Table(Message("b against updates"), (Message("update"), *runs), tuple(rows))
    yield Table(
        Message("the problem"),
        (
            Message("rule"),
            Message("curvature H"),
            Message("largest stable rate 2/H"),
            Message("minimum b"),
        ),
        tuple(_facts(rule) for rule in ("half_sum", "mean", "half_mean")),
    )


def _facts(rule: str) -> tuple[str, float, float, float]:
    problem = LeastSquares.proportional(POINTS, rule)
    curvature, limit = float(problem.curvature[0, 0]), problem.largest_stable_rate
    return rule, curvature, limit, float(problem.minimum()[0])


@LAB.check("From b = 10 at η = 0.1 the first point leads to b = 7, the second to 6.5")
def first_two_updates() -> Outcome:
    path = descend(PROBLEM, METHODS["cyclic"], START, 0.1, 2)
    return within([10, 7, 6.5], path.theta[:, 0], 1e-14)


@LAB.check("The batch gradient at b = 10 is 246")
def batch_gradient() -> Outcome:
    return within([246], PROBLEM.gradient(np.array(START)), 1e-12)


@LAB.check("The normal equation gives b = 1.8")
def normal_equation() -> Outcome:
    return within([1.8], PROBLEM.minimum(), 1e-15)


@LAB.check("Newton's method is there in one step, from −10, 0 and 100")
def newton() -> Outcome:
    reached = [float(PROBLEM.newton(np.array([b]))[0]) for b in (-10.0, 0.0, 100.0)]
    return within([1.8] * 3, reached, 1e-12)


@LAB.check("Σx² = 30, so that the largest stable rate for ½Σ is 2/30 = 0.0667")
def limit() -> Outcome:
    return within(2 / 30, PROBLEM.largest_stable_rate, 1e-15)


@LAB.check("The largest stable rate changes with the error's rule: for the mean it is 4/30")
def limit_of_each_rule() -> Outcome:
    rules = ("half_sum", "mean", "half_mean")
    limits = [LeastSquares.proportional(POINTS, rule).largest_stable_rate for rule in rules]
    return within([2 / 30, 4 / 30, 8 / 30], limits, 1e-15)


@LAB.check("Every batch update multiplies the distance to the minimum by 1 − ηH")
def error_ratio() -> Outcome:
    rate = 0.01
    path = descend(PROBLEM, METHODS["batch"], START, rate, 10)
    distance = path.theta[:, 0] - 1.8
    return within(np.full(10, 1 - 30 * rate), distance[1:] / distance[:-1], 1e-12)


@LAB.check("At 0.99 of the largest stable rate batch descent converges")
def converges_below() -> Outcome:
    path = descend(PROBLEM, METHODS["batch"], START, 0.99 * PROBLEM.largest_stable_rate, 2000)
    return at_most(1e-9, float(abs(path.theta[-1, 0] - 1.8)))


@LAB.check("At 1.01 of the largest stable rate batch descent diverges")
def diverges_above() -> Outcome:
    path = descend(PROBLEM, METHODS["batch"], START, 1.01 * PROBLEM.largest_stable_rate, 2000)
    at = path.diverged_at
    return Outcome(
        Message("diverges"),
        Message("diverged at update {update}", update=at) if at else Message("does not"),
        at is not None,
    )


@LAB.check("Cyclic stochastic descent at a constant rate ends at the fixed point of its affine map")
def cyclic_fixed_point() -> Outcome:
    path = descend(PROBLEM, METHODS["cyclic"], START, RATE, 400)
    return within(PROBLEM.cyclic_fixed_point(RATE), path.theta[-1], 1e-9)


@LAB.check("That fixed point is not the minimum 1.8")
def fixed_point_is_not_the_minimum() -> Outcome:
    return at_least(0.01, abs(float(PROBLEM.cyclic_fixed_point(RATE)[0]) - 1.8))


@LAB.check("Batch is ahead of stochastic descent by updates, and behind it by samples seen")
def winner_depends_on_the_axis() -> Outcome:
    """When each stays within 0.5 of the minimum, counted in updates and in samples seen."""
    updates, seen = {}, {}
    for key in ("batch", "cyclic"):
        path = descend(PROBLEM, METHODS[key], START, RATE, 200)
        at = path.first_within(PROBLEM.minimum(), 0.5)
        if at is None:
            return Outcome(
                Message("both come close"), Message("{method} does not", method=key), False
            )
        updates[key], seen[key] = at, int(path.seen[at])
    measured = Message(
        "batch {batch_updates} updates and {batch_samples} samples, stochastic "
        "{updates} updates and {samples} samples",
        batch_updates=updates["batch"],
        batch_samples=seen["batch"],
        updates=updates["cyclic"],
        samples=seen["cyclic"],
    )
    ok = updates["batch"] < updates["cyclic"] and seen["batch"] > seen["cyclic"]
    return Outcome(Message("fewer updates, more samples"), measured, ok)


@LAB.check("Standardised inputs make the line's error round: condition number 1")
def standardising_helps() -> Outcome:
    raw, scaled = (LeastSquares.line(POINTS, standardize=s).condition for s in (False, True))
    return Outcome(
        Message("> 20 before, 1 after"),
        f"{raw:.4g}, {scaled:.12g}",
        raw > 20 and abs(scaled - 1) < 1e-12,
    )
