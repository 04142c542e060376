"""Lab 1: gradient descent on a least-squares problem with one or two parameters.

The model is linear in its parameters θ: ŷ = Xθ. With one column, X = x, that is the lecture's
ŷ = b·x; with a column of ones beside it a line with intercept. The error is quadratic in θ, so its
minimum (normal equation), its curvature H and the largest stable rate 2/λ_max(H) are known exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.schedules import Constant, Schedule
from core.studies.base import StudyError

Vector = NDArray[np.float64]

# The lecture's four points (x, y).
POINTS: tuple[tuple[float, float], ...] = ((2, 5), (1, 2), (3, 6), (4, 6))

# A run counts as diverged once its error is this many times the one it started with.
DIVERGED = 1e6
# Coordinates whose squares can still be added.
LARGEST = 1e100


class ErrorRule(NamedTuple):
    """How residuals become one error: `factor` · Σ(y − ŷ)², over the samples summed or averaged."""

    key: str
    formula: str
    factor: float
    mean: bool

    def scale(self, samples: int) -> float:
        """The weight of one squared residual among `samples` of them."""
        return self.factor / samples if self.mean else self.factor


RULES: dict[str, ErrorRule] = {
    rule.key: rule
    for rule in (
        ErrorRule("half_sum", "E = ½ Σ (y − ŷ)²", 0.5, False),
        ErrorRule("mean", "E = 1/N Σ (y − ŷ)²", 1.0, True),
        ErrorRule("half_mean", "E = 1/2N Σ (y − ŷ)²", 0.5, True),
    )
}


@dataclass(frozen=True)
class LeastSquares:
    """A design matrix X (samples, parameters), targets y (samples,) and an error rule."""

    X: Vector
    y: Vector
    rule: ErrorRule = RULES["half_sum"]

    @classmethod
    def proportional(
        cls, points: Sequence[tuple[float, float]], rule: str = "half_sum"
    ) -> LeastSquares:
        """ŷ = b·x. Raises StudyError where there is no point, or a number is not finite or so large
        that squares are not."""
        x, y = _columns(points)
        return cls(x[:, None], y, RULES[rule])

    @classmethod
    def line(
        cls,
        points: Sequence[tuple[float, float]],
        rule: str = "half_sum",
        standardize: bool = False,
    ) -> LeastSquares:
        """ŷ = w·x + b with θ = (w, b); with `standardize` x has mean 0 and deviation 1.

        Raises StudyError as `proportional`, and where all x are the same and are standardised.
        """
        x, y = _columns(points)
        if standardize:
            # Rounding can leave equal numbers a deviation of about 1e-17.
            if np.ptp(x) == 0:
                raise StudyError(Message("All x are the same: there is nothing to standardise."))
            x = (x - x.mean()) / x.std()
        return cls(np.column_stack([x, np.ones_like(x)]), y, RULES[rule])

    @property
    def samples(self) -> int:
        return len(self.y)

    def error(self, theta: Vector) -> Vector:
        """E at parameters θ of shape (…, parameters)."""
        return self.sample_errors(theta).sum(axis=-1)

    def sample_errors(self, theta: Vector) -> Vector:
        """What each sample adds to E: shape (…, samples)."""
        residual = theta @ self.X.T - self.y
        return self.rule.scale(self.samples) * residual**2

    def gradient(self, theta: Vector, rows: NDArray[np.intp] | slice = slice(None)) -> Vector:
        """dE/dθ over the samples `rows`, their mean or sum according to the rule."""
        X, y = self.X[rows], self.y[rows]
        return 2 * self.rule.scale(len(y)) * (X.T @ (X @ theta - y))

    @cached_property
    def curvature(self) -> Vector:
        """The Hessian H (parameters, parameters), the same everywhere."""
        return 2 * self.rule.scale(self.samples) * (self.X.T @ self.X)

    @cached_property
    def eigenvalues(self) -> Vector:
        """The curvatures along the principal axes of E, ascending."""
        return np.asarray(np.linalg.eigvalsh(self.curvature), float)

    @property
    def largest_stable_rate(self) -> float:
        """2/λ_max: batch gradient descent converges below and diverges above; ∞ on a flat E."""
        steepest = float(self.eigenvalues[-1])
        return 2 / steepest if steepest > 0 else math.inf

    @cached_property
    def is_determined(self) -> bool:
        """Whether E has one minimum, as far as float64 can tell: the rank of H is full."""
        return int(np.linalg.matrix_rank(self.curvature, hermitian=True)) == self.X.shape[1]

    @property
    def condition(self) -> float:
        """λ_max/λ_min: how many times steeper E is along its steepest axis than its flattest."""
        return float(self.eigenvalues[-1] / self.eigenvalues[0]) if self.is_determined else math.inf

    def minimum(self) -> Vector:
        """The normal equation's solution. Raises StudyError where it has more than one."""
        if not self.is_determined:
            raise StudyError(
                Message("The points do not determine the parameters: more than one fits best.")
            )
        return np.asarray(np.linalg.solve(self.X.T @ self.X, self.X.T @ self.y), float)

    def newton(self, theta: Vector) -> Vector:
        """One step of Newton's method, θ − H⁻¹g. Raises StudyError where H is singular."""
        if not self.is_determined:
            raise StudyError(
                Message("The curvature is 0 along some direction: Newton's step is undefined.")
            )
        return theta - np.linalg.solve(self.curvature, self.gradient(theta))

    def cycle(self, rate: float) -> tuple[Vector, Vector]:
        """A and c of one pass through the samples in order, θ ← Aθ + c, at a constant rate."""
        size = self.X.shape[1]
        A, c = np.eye(size), np.zeros(size)
        for row, target in zip(self.X, self.y, strict=True):
            step = rate * 2 * self.rule.scale(1)
            shrink = np.eye(size) - step * np.outer(row, row)
            A, c = shrink @ A, shrink @ c + step * target * row
        return A, c

    def cyclic_fixed_point(self, rate: float) -> Vector:
        """Where cyclic stochastic descent with a constant rate ends: θ = Aθ + c.

        Raises StudyError where the cycle does not contract, that is, where descent diverges.
        """
        A, c = self.cycle(rate)
        if max(abs(np.linalg.eigvals(A))) >= 1:
            raise StudyError(
                Message("At this rate one pass through the samples does not contract.")
            )
        return np.asarray(np.linalg.solve(np.eye(len(c)) - A, c), float)


def _columns(points: Sequence[tuple[float, float]]) -> tuple[Vector, Vector]:
    table = np.asarray(points, float).reshape(-1, 2)
    if not len(table):
        raise StudyError(Message("There is no point. Add one."))
    if not np.isfinite(table).all():
        raise StudyError(Message("A coordinate is not a finite number."))
    if np.abs(table).max() > LARGEST:
        raise StudyError(Message("A coordinate is too large: E would not be a finite number."))
    return table[:, 0], table[:, 1]


@dataclass(frozen=True)
class Method:
    """How the samples of an update are chosen. `size` 0 takes all of them."""

    key: str
    label: str
    size: int
    order: str  # "all", "cyclic", "random" (with replacement) or "shuffled" (once an epoch)

    def batches(self, samples: int, seed: int) -> Iterator[NDArray[np.intp]]:
        """The rows of each update, without end."""
        rng = Streams(seed)[f"batches/{self.key}"]
        size = min(self.size or samples, samples)
        rows = np.arange(samples)
        while True:
            if self.order == "random":
                yield rng.integers(samples, size=size)
                continue
            if self.order == "shuffled":
                rows = rng.permutation(samples)
            for start in range(0, samples, size):
                yield rows[start : start + size]


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Method("batch", Message("Batch"), 0, "all"),
        Method("cyclic", Message("Stochastic, cyclic"), 1, "cyclic"),
        Method("random", Message("Stochastic, random"), 1, "random"),
        Method("mini_batch", Message("Mini-batch, h = 2"), 2, "shuffled"),
    )
}


@dataclass(frozen=True)
class Path:
    """A run of gradient descent; arrays are in the order of updates.

    `theta` (updates + 1, parameters) begins with the start; `gradient` (updates, parameters),
    `rate` (updates,) and `rows` belong to the update that leads to the next θ; `seen`
    (updates + 1,) counts samples. `diverged_at` is the first update after which the error is not
    finite or exceeds `DIVERGED` times that of the start. The path ends where θ is not finite.
    """

    method: Method
    theta: Vector
    gradient: Vector
    rate: Vector
    rows: tuple[tuple[int, ...], ...]
    seen: NDArray[np.int64]
    error: Vector = field(repr=False)
    diverged_at: int | None

    @property
    def updates(self) -> int:
        return len(self.rate)

    def first_within(self, target: Vector, distance: float) -> int | None:
        """The first update after which θ stays within `distance` of `target`; None if never."""
        far = np.flatnonzero(~(np.abs(self.theta - target).max(axis=1) <= distance))
        first = int(far[-1]) + 1 if len(far) else 0
        return first if first < len(self.theta) else None


def descend(
    problem: LeastSquares,
    method: Method,
    start: Sequence[float],
    rate: float,
    updates: int,
    schedule: Schedule | None = None,
    seed: int = 1,
) -> Path:
    """Gradient descent from `start` with the samples chosen by `method`."""
    schedule = schedule or Constant()
    rates = rate * np.array([schedule.factor(t, ()) for t in range(updates)])
    theta = np.empty((updates + 1, problem.X.shape[1]))
    gradient = np.empty((updates, problem.X.shape[1]))
    theta[0] = start
    batches, rows = method.batches(problem.samples, seed), []
    done = updates
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(updates):
            batch = next(batches)
            rows.append(tuple(batch.tolist()))
            gradient[t] = problem.gradient(theta[t], batch)
            theta[t + 1] = theta[t] - rates[t] * gradient[t]
            if not np.isfinite(theta[t + 1]).all():
                done = t + 1
                break
        error = problem.error(theta[: done + 1])
    return Path(
        method=method,
        theta=theta[: done + 1],
        gradient=gradient[:done],
        rate=rates[:done],
        rows=tuple(rows),
        seen=np.concatenate([[0], np.cumsum([len(each) for each in rows], dtype=np.int64)]),
        error=error,
        diverged_at=_diverged_at(error),
    )


def _diverged_at(error: Vector) -> int | None:
    beyond = np.flatnonzero(~(error <= DIVERGED * max(float(error[0]), np.finfo(float).tiny)))
    return int(beyond[0]) if len(beyond) else None


def race(
    problem: LeastSquares,
    start: Sequence[float],
    rate: float,
    updates: int,
    schedule: Schedule | None = None,
    seed: int = 1,
) -> dict[str, Path]:
    """All methods side by side from one start, by key."""
    return {
        key: descend(problem, method, start, rate, updates, schedule, seed)
        for key, method in METHODS.items()
    }
