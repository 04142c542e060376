"""Lab 2: the catalogue's optimizers on a surface f(x, y), all from the same starts.

The rules are the catalogue's own classes, in float64. Points that one rule moves lie side by side
in its vector; an elementwise rule takes all its starts, or all rates of a sweep, in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.optimizers import OPTIMIZERS, Optimizer
from core.catalogue.surfaces import Point, Surface, is_below
from core.studies.base import Progress, StudyError, no_progress

Values = NDArray[np.float64]

# A point this far out has diverged; it is followed until it is no longer finite.
FAR = 1e6
# Close enough to the lowest value to have arrived.
ARRIVED = 1e-3
# A stationary point this near, in relation to the window, is one that has been reached.
AT_POINT = 1e-4
ROUNDING = 1e-15
NEWTON = "newton"


@dataclass(frozen=True)
class Newton:
    """Newton's method, p ← p − η·H⁻¹g: it goes to the nearest flat point of any kind."""

    learning_rate: float = 1.0
    label: str = Message("Newton")
    formula: str = "p ← p − η H⁻¹ g"


Racer = Optimizer | Newton


def racers(keys: Iterable[str], rate: float | None = None) -> dict[str, Racer]:
    """Entries of the catalogue (and "newton") by key, each with its own default rate or `rate`."""
    made: dict[str, Racer] = {}
    for key in keys:
        racer: Any = Newton() if key == NEWTON else OPTIMIZERS[key]()
        made[key] = racer if rate is None else replace(racer, learning_rate=rate)
    return made


class Lane(NamedTuple):
    """The points moved by one call: rows `first` to `last` of all, and what moves them."""

    racer: Racer
    first: int
    last: int
    rate: Any  # a number, or one rate for each coordinate


@dataclass(frozen=True)
class Run:
    """One racer's paths from all starts.

    `path` (steps + 1, starts, 2) and `f` (steps + 1, starts) hold whatever the arithmetic gives,
    after divergence possibly infinite or NaN. `diverged_at` holds for every start the first step
    that is further out than `FAR` or undefined, or None.
    """

    racer: Racer
    path: Values
    f: Values = field(repr=False)
    diverged_at: tuple[int | None, ...] = ()

    def steps_to(self, lowest: float | None, start: int = 0) -> int | None:
        """The first step at which f is within `ARRIVED` of the lowest value."""
        if lowest is None:
            return None
        there = np.flatnonzero(self.f[:, start] <= lowest + ARRIVED)
        return int(there[0]) if len(there) else None

    def undefined_at(self, start: int = 0) -> int | None:
        """The first step to a point where the surface has no value, or None."""
        missing = np.flatnonzero(np.isnan(self.f[:, start]))
        diverged = self.diverged_at[start]
        if not len(missing) or (diverged is not None and diverged <= missing[0]):
            return None
        return int(missing[0])

    def distance(self, minima: Sequence[Point], start: int = 0) -> Values:
        """The distance to the nearest of the minima after every step."""
        with np.errstate(all="ignore"):
            away = self.path[:, start, None, :] - np.asarray(minima, float).reshape(1, -1, 2)
            return np.hypot(away[..., 0], away[..., 1]).min(axis=1)


@dataclass(frozen=True)
class Race:
    """The result of a race: the runs by key, and the noise that their gradients had."""

    surface: Surface
    starts: tuple[Point, ...]
    runs: Mapping[str, Run]
    noise: float = 0.0
    seed: int = 1

    @cached_property
    def lowest(self) -> float | None:
        """f at the lowest known minimum; None if there is none or a racer went below it."""
        return _lowest(self.surface, *(run.f for run in self.runs.values()))


def race(
    surface: Surface,
    contestants: Mapping[str, Racer],
    starts: Sequence[Point],
    steps: int,
    noise: float = 0.0,
    seed: int = 1,
    progress: Progress = no_progress,
) -> Race:
    """Let all contestants descend from all starts.

    `noise` is the deviation of normal noise added to every gradient, the same for all contestants.
    Raises StudyError where f is undefined at a start.
    """
    starts = tuple((float(x), float(y)) for x, y in starts)
    require_defined(surface, starts)
    lanes, groups, count = [], {}, len(starts)
    points: list[Point] = []
    for key, racer in contestants.items():
        groups[key] = slice(len(points), len(points) + count)
        whole = isinstance(racer, Newton) or racer.elementwise
        size = count if whole else 1  # one start at a time where coordinates influence each other
        for first in range(len(points), len(points) + count, size):
            lanes.append(Lane(racer, first, first + size, racer.learning_rate))
        points.extend(starts)
    path = _run(surface, lanes, points, steps, gradient_noise(noise, steps, count, seed), progress)
    with np.errstate(all="ignore"):
        f = surface.value(path[..., 0], path[..., 1])
    runs = {}
    for key, group in groups.items():
        mine = path[:, group]
        runs[key] = Run(contestants[key], mine, f[:, group], _diverged_at(mine))
    return Race(surface, starts, runs, noise, seed)


class Sweep(NamedTuple):
    """f after N steps for every racer and rate: `f` (racers, rates), NaN or ∞ where diverged."""

    surface: Surface
    keys: tuple[str, ...]
    rates: Values
    f: Values
    steps: int

    @property
    def lowest(self) -> float | None:
        """f at the lowest known minimum; None if there is none or a racer ended below it."""
        return _lowest(self.surface, self.f[np.abs(self.f) < FAR])


def sweep_rates(low: float = 1e-5, high: float = 10.0, count: int = 60) -> Values:
    """Rates spread evenly over the decades from `low` to `high`."""
    return np.geomspace(low, high, count)


def sweep(
    surface: Surface,
    contestants: Mapping[str, Racer],
    start: Point,
    steps: int,
    rates: Values,
    progress: Progress = no_progress,
) -> Sweep:
    """Every contestant from one start with every rate. Raises StudyError as `race` does."""
    require_defined(surface, (start,))
    lanes, points = [], []
    for racer in contestants.values():
        first = len(points)
        points.extend([start] * len(rates))
        if isinstance(racer, Newton) or racer.elementwise:
            lanes.append(Lane(racer, first, len(points), np.repeat(rates, 2)))
        else:
            lanes += [
                Lane(racer, first + i, first + i + 1, float(rate)) for i, rate in enumerate(rates)
            ]
    last = _run(surface, lanes, points, steps, None, progress, keep=False)[-1]
    with np.errstate(all="ignore"):
        f = surface.value(last[:, 0], last[:, 1])
    f[~np.isfinite(last).all(axis=1)] = np.nan
    table = f.reshape(len(contestants), len(rates))
    return Sweep(surface, tuple(contestants), rates, table, steps)


def _lowest(surface: Surface, *values: Values) -> float | None:
    """f at the lowest known minimum; None if there is none or some of the values are below it."""
    lowest = surface.lowest()
    if lowest is None:
        return None
    below = (is_below(float(np.fmin.reduce(f, axis=None, initial=np.inf)), lowest) for f in values)
    return None if any(below) else lowest


def _run(
    surface: Surface,
    lanes: Sequence[Lane],
    points: Sequence[Point],
    steps: int,
    noise: Values | None,
    progress: Progress,
    keep: bool = True,
) -> Values:
    """The path of all points (steps + 1, points, 2), or only its end (1, points, 2)."""
    now = np.array(points, float).reshape(-1, 2)
    slope = np.empty_like(now)
    path = np.empty((steps + 1 if keep else 1, *now.shape))
    path[0] = now
    x, y, dx, dy = now[:, 0], now[:, 1], slope[:, 0], slope[:, 1]
    moves = [_move(surface, lane, now, slope) for lane in lanes]
    gradient, copy = surface.gradient, np.copyto
    repeats = 0 if noise is None else len(now) // noise.shape[1]
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            gx, gy = gradient(x, y)
            copy(dx, gx)
            copy(dy, gy)
            if noise is not None:
                slope += np.tile(noise[t - 1], (repeats, 1))
            for move, rate, scratch in moves:
                move(t, rate, scratch)
            if keep:
                path[t] = now
            if t % 64 == 0:
                progress(t / steps, Message("step {step:,}", step=t))
    if not keep:
        path[0] = now
    return path


def _move(
    surface: Surface, lane: Lane, now: Values, slope: Values
) -> tuple[Callable[..., None], Any, Values]:
    """A rule's step, to be called with t, its rate and its work vector."""
    params = now[lane.first : lane.last].reshape(-1)
    grads = slope[lane.first : lane.last].reshape(-1)
    if isinstance(lane.racer, Newton):
        return partial(_newton_step, surface, params, grads), lane.rate, np.empty(0)
    state = lane.racer.init(len(params), np.float64)
    return partial(lane.racer.step, params, grads, state), lane.rate, np.empty_like(params)


def _newton_step(
    surface: Surface, params: Values, grads: Values, t: int, rate: Any, scratch: Values
) -> None:
    direction = newton_direction(surface, params.reshape(-1, 2), grads.reshape(-1, 2))
    params -= rate * direction.reshape(-1)


def newton_direction(surface: Surface, points: Values, gradient: Values) -> Values:
    """H⁻¹g at points (n, 2); infinite or NaN where H is singular and g is not 0."""
    xx, xy, yy = surface.hessian(points[:, 0], points[:, 1])
    gx, gy = gradient[:, 0], gradient[:, 1]
    determinant = xx * yy - xy * xy
    direction = np.column_stack([yy * gx - xy * gy, xx * gy - xy * gx])
    direction /= determinant[:, None]
    direction[(gx == 0) & (gy == 0)] = 0
    return direction


def gradient_noise(deviation: float, steps: int, starts: int, seed: int) -> Values | None:
    """The noise on every gradient (steps, starts, 2); None where there is none."""
    if deviation == 0:
        return None
    return deviation * Streams(seed)["gradient noise"].standard_normal((steps, starts, 2))


def _diverged_at(path: Values) -> tuple[int | None, ...]:
    with np.errstate(all="ignore"):
        inside = np.asarray(np.abs(path) <= FAR).all(axis=2)
    return tuple(
        None if column.all() else int(np.argmin(column)) for column in np.transpose(inside)
    )


def require_defined(surface: Surface, starts: Sequence[Point]) -> None:
    """Raises StudyError without a start, and where f is undefined at one."""
    points = np.array(starts, float).reshape(-1, 2)
    if not len(points):
        raise StudyError(Message("There is no start. Click the picture to set one."))
    with np.errstate(all="ignore"):
        values = surface.value(points[:, 0], points[:, 1])
    for (x, y), f in zip(starts, values.tolist(), strict=True):
        if not np.isfinite(f):
            raise StudyError(
                Message("f is undefined at the start ({x:.4g}, {y:.4g}). Choose another.", x=x, y=y)
            )


class Stationary(NamedTuple):
    """What kind of point a descent has come to: `kind` is "minimum", "maximum", "saddle",
    "degenerate" or "slope", the last where it is at no stationary point. `curvatures` are the
    eigenvalues of the Hessian, the smaller first."""

    kind: str
    gradient_norm: float
    curvatures: tuple[float, float]


def stationary(surface: Surface, point: Point, tolerance: float = AT_POINT) -> Stationary:
    """The kind of the stationary point that a point is at: the one of f's second-order Taylor
    polynomial there, if it is within `tolerance` of the window's width and height.

    That does not depend on the scale of f: a small gradient alone may be a gentle slope.
    """
    x, y = np.array([point[0]], float), np.array([point[1]], float)
    with np.errstate(all="ignore"):
        gradient = np.array([part[0] for part in surface.gradient(x, y)], float)
        xx, xy, yy = (float(part[0]) for part in surface.hessian(x, y))
    hessian, norm = np.array([[xx, xy], [xy, yy]]), float(np.hypot(*gradient))
    if not (np.isfinite(hessian).all() and np.isfinite(norm)):
        return Stationary("slope", norm, (np.nan, np.nan))
    curvatures, axes = np.linalg.eigh(hessian)
    low, high = curvatures.tolist()
    largest = max(abs(low), abs(high))
    # What rounding makes of a gradient that is 0, and of a curvature.
    noise = ROUNDING * (largest * float(np.hypot(*point)) + norm)
    along = axes.T @ gradient
    along[np.abs(along) <= noise] = 0
    left, right, bottom, top = surface.window
    with np.errstate(all="ignore"):
        step = axes @ np.where(along == 0, 0, along / curvatures)
        away = np.abs(step) / (right - left, top - bottom)
    if not (away <= tolerance).all():
        kind = "slope"
    elif min(abs(low), abs(high)) <= ROUNDING * largest:
        kind = "degenerate"
    elif low > 0:
        kind = "minimum"
    else:
        kind = "maximum" if high < 0 else "saddle"
    return Stationary(kind, norm, (low, high))
