"""Lab 2 on the command line: a race and a rate sweep, and what is known about the surfaces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.translation import Message
from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.surfaces import SURFACES, Surface
from core.studies.base import Lab, Outcome, Progress, Table, at_most, within
from core.studies.optimizer_race import (
    NEWTON,
    Race,
    race,
    racers,
    stationary,
    sweep,
    sweep_rates,
)

LAB = Lab(
    key="optimizer_race",
    title="Optimizer race",
    question="Which optimizer gets down fastest, and which forgives a bad learning rate?",
    minutes=15,
)
EVERYONE = (*OPTIMIZERS, NEWTON)


@LAB.report
def results(progress: Progress) -> Iterator[Table]:
    """All optimizers on Rosenbrock, each at its own rate, and f against the rate."""
    surface = SURFACES["rosenbrock"]()
    ran = race(surface, racers(EVERYONE), [surface.start], 1000, progress=progress)
    yield standings(ran)
    swept = sweep(surface, racers(EVERYONE), surface.start, 200, sweep_rates(), progress)
    rows = zip(swept.rates.tolist(), *swept.f.tolist(), strict=True)
    yield Table(
        Message("f after 200 steps"),
        (Message("rate"), *swept.keys),
        tuple(tuple(row) for row in rows),
    )


def standings(ran: Race, start: int = 0) -> Table:
    """Rate, final f, distance to the nearest minimum, steps to 1e-3, and where one diverged."""
    rows = []
    for key, run in ran.runs.items():
        minima = ran.surface.minima
        distance = float(run.distance(minima, start)[-1]) if minima else None
        there = run.steps_to(ran.lowest, start)
        end = float(run.f[-1, start])
        rate = float(run.racer.learning_rate)
        rows.append((key, rate, end, distance, there, run.diverged_at[start]))
    return Table(
        Message("the race"),
        (
            Message("optimizer"),
            Message("rate"),
            Message("f at the end"),
            Message("distance"),
            Message("steps to 1e-3"),
            Message("diverged at"),
        ),
        tuple(rows),
    )


def _newton_f(surface: Surface, start: tuple[float, float], steps: int) -> list[float]:
    return race(surface, racers([NEWTON]), [start], steps).runs[NEWTON].f[:, 0].tolist()


@LAB.check("Himmelblau's four minima")
def himmelblau_minima() -> Outcome:
    surface = SURFACES["himmelblau"]()
    known = [(3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]
    kinds = {stationary(surface, point).kind for point in surface.minima}
    agree = within(known, surface.minima, 5.1e-7)
    return agree._replace(ok=agree.ok and kinds == {"minimum"})


@LAB.check("On Himmelblau Newton's method goes from (0, 0) to a maximum, and that is said")
def newton_finds_a_maximum() -> Outcome:
    surface = SURFACES["himmelblau"]()
    run = race(surface, racers([NEWTON]), [(0, 0)], 20).runs[NEWTON]
    x, y = run.path[-1, 0].tolist()
    agree = within([-0.270845, -0.923039, 181.6165], [x, y, run.f[-1, 0]], 6e-5)
    kind = stationary(surface, (x, y)).kind
    return Outcome(
        Message("{expected}, maximum", expected=agree.expected),
        f"{agree.measured}, {kind}",
        agree.ok and kind == "maximum",
    )


@LAB.check("Rosenbrock by Newton's method from (−1.2, 1): f of the first five steps")
def newton_on_rosenbrock() -> Outcome:
    f = _newton_f(SURFACES["rosenbrock"](), (-1.2, 1), 5)
    rounded = [f"{v:.{digits}f}" for v, digits in zip(f, (1, 4, 2, 4, 4), strict=False)]
    measured = [*rounded, f"{f[5]:.1e}"]
    expected = ["24.2", "4.7319", "1411.85", "0.0560", "0.3132", "1.9e-11"]
    return Outcome(", ".join(expected), ", ".join(measured), measured == expected)


@LAB.check("Rosenbrock's condition number at the minimum is 2508.0")
def rosenbrock_condition() -> Outcome:
    low, high = stationary(SURFACES["rosenbrock"](), (1, 1)).curvatures
    return within(2508.0, high / low, 0.05)


@LAB.check("Plain descent there is stable up to a rate of 0.0020")
def rosenbrock_limit() -> Outcome:
    _, high = stationary(SURFACES["rosenbrock"](), (1, 1)).curvatures
    return within(0.0020, 2 / high, 5e-6)


@LAB.check("Beale: (3, 0.5) is the minimum; (0, 1) is stationary with f = 14.2031")
def beale() -> Outcome:
    surface = SURFACES["beale"]()
    kinds = [stationary(surface, point).kind for point in ((3, 0.5), (0, 1))]
    f = float(surface.value(np.array([0.0]), np.array([1.0]))[0])
    ok = kinds == ["minimum", "saddle"] and abs(f - 14.2031) < 5e-5
    return Outcome(Message("minimum, saddle, 14.2031"), f"{kinds[0]}, {kinds[1]}, {f:.4f}", ok)


@LAB.check("On x²/20 + y² plain descent at η = 1 never changes |y|")
def bowl_at_its_limit() -> Outcome:
    surface = SURFACES["bowl"]()
    path = race(surface, racers(["sgd"], 1.0), [(-7, 2)], 500).runs["sgd"].path
    return within(np.full(501, 2.0), np.abs(path[:, 0, 1]), 1e-12)


@LAB.check("The best rate there is 2/(0.1 + 2): a smaller and a larger one both contract less")
def bowl_best_rate() -> Outcome:
    """The distance in the slower of the two directions after 100 steps from (1, 1)."""
    surface, best = SURFACES["bowl"](), 2 / 2.1
    rates = best + np.linspace(-0.02, 0.02, 41)
    left = [
        float(
            np.abs(race(surface, racers(["sgd"], rate), [(1, 1)], 100).runs["sgd"].path[-1]).max()
        )
        for rate in rates
    ]
    return within(best, rates[int(np.argmin(left))], 1e-12)


@LAB.check("From the saddle's ridge nothing leaves")
def ridge_holds() -> Outcome:
    surface = SURFACES["saddle"]()
    ran = race(surface, racers(OPTIMIZERS), [(-2, 0)], 500)
    furthest = max(float(np.abs(run.path[..., 1]).max()) for run in ran.runs.values())
    return within(0.0, furthest, 0.0)


@LAB.check("Nudged by 1e-6 everything leaves the ridge")
def nudge_leaves() -> Outcome:
    surface = SURFACES["saddle"]()
    ran = race(surface, racers(OPTIMIZERS), [(-2, 1e-6)], 2000)
    stayed = [k for k, run in ran.runs.items() if not np.nanmax(np.abs(run.path[..., 1])) > 1]
    return Outcome(
        Message("nobody stays"), ", ".join(stayed) or Message("nobody stays"), not stayed
    )


@LAB.check("Gradients agree with central differences on 1,000 points of every surface")
def gradients() -> Outcome:
    return at_most(1e-6, max(gradient_error(entry()) for entry in SURFACES.entries()))


def gradient_error(surface: Surface, points: int = 1000) -> float:
    """The largest difference from central differences of fourth order, relative to 1 + |g|."""
    x_from, x_to, y_from, y_to = surface.window
    rng = np.random.default_rng(1)
    x, y = rng.uniform(x_from, x_to, points), rng.uniform(y_from, y_to, points)
    worst = 0.0
    for axis, exact in enumerate(surface.gradient(x, y)):
        h = 1e-4
        a, b, c, d = (
            surface.value(x + k * h * (axis == 0), y + k * h * (axis == 1)) for k in (-2, -1, 1, 2)
        )
        numeric = (a - 8 * b + 8 * c - d) / (12 * h)
        worst = max(worst, float((np.abs(exact - numeric) / (1 + np.abs(exact))).max()))
    return worst


@LAB.check("The race runs the catalogue's own optimizer classes")
def same_classes() -> Outcome:
    surface = SURFACES["bowl"]()
    ran = race(surface, racers(OPTIMIZERS), [surface.start], 1)
    same = all(type(run.racer) is OPTIMIZERS[key] for key, run in ran.runs.items())
    return Outcome(
        Message("the same classes"),
        Message("the same classes") if same else Message("others"),
        same,
    )
