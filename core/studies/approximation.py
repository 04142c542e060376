"""Lab 4: building a function out of sigmoids by hand.

One sigmoid with a large weight w is a step at −b/w; two of them, one up and one down, make a bump;
N bumps side by side make a staircase that follows any target on 0 … 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.catalogue.activations import Activation, Sigmoid
from core.catalogue.formulas import Formula
from core.studies.base import StudyError

Values = NDArray[np.float64]
Function = Callable[[Values], Values]

# How finely errors are measured over 0 … 1.
GRID = 20_001
MOST_BUMPS = 500
UNITS_PER_BUMP = 2

WHY_A_JUMP_STAYS = Message(
    "Wherever the jump lies inside a bump, the bump's one height is at least half the jump away "
    "from one side of it. More bumps make the place narrower, not the error there smaller: a "
    "continuous network follows a jump only up to a band, and universal approximation is a "
    "statement about continuous targets."
)


class Target(NamedTuple):
    """What is to be approximated on 0 … 1."""

    key: str
    label: str
    formula: str
    function: Function


def _wiggle(x: Values) -> Values:
    return 0.2 + 0.4 * x * x + 0.3 * x * np.sin(15 * x) + 0.05 * np.cos(50 * x)


JUMP_AT = 1 / np.sqrt(2)

TARGETS: dict[str, Target] = {
    target.key: target
    for target in (
        Target("wiggle", Message("Wiggle"), "0.2 + 0.4x² + 0.3x·sin 15x + 0.05·cos 50x", _wiggle),
        Target(
            "sine", Message("Sine"), "½ + ½ sin 2πx", lambda x: 0.5 + 0.5 * np.sin(2 * np.pi * x)
        ),
        Target(
            "spike",
            Message("Spike"),
            "exp(−((x − 0.5)/0.03)²)",
            lambda x: np.exp(-(((x - 0.5) / 0.03) ** 2)),
        ),
        Target(
            "plateau",
            Message("Plateau"),
            Message("1 between 0.3 and 0.7, sloping down to 0 within 0.05"),
            lambda x: np.interp(x, [0.25, 0.3, 0.7, 0.75], [0, 1, 1, 0]),
        ),
        Target(
            "jump",
            Message("Jump"),
            Message("1 from x = 1/√2 on"),
            lambda x: (x >= JUMP_AT).astype(float),
        ),
    )
}


def typed_target(text: str) -> Target:
    """A target typed as a formula of x. Raises `FormulaError`, and StudyError where it is undefined
    somewhere on 0 … 1."""
    formula = Formula(text, ("x",), differentiable=False)
    x = np.linspace(0, 1, 2001)
    undefined = x[~np.isfinite(formula.value(x))]
    if len(undefined):
        raise StudyError(Message("The formula has no finite value at x = {x:.4g}.", x=undefined[0]))
    return Target("typed", Message("Your own formula"), formula.written(), formula.value)


def drawn_target(points: Sequence[tuple[float, float]]) -> Target:
    """A target drawn as a line through points, level beyond them. Raises StudyError without any."""
    table = np.array(sorted(points), float).reshape(-1, 2)
    if not len(table):
        raise StudyError(Message("Nothing is drawn yet. Drag over the plot."))
    x, y = table[:, 0], table[:, 1]
    return Target(
        "drawn",
        Message("Drawn"),
        Message("a line through {points} points", points=len(x)),
        lambda at: np.interp(at, x, y),
    )


@dataclass(frozen=True)
class Shallow:
    """A network with one hidden layer and one input: ŷ = c + Σ v·f(w·x + b)."""

    w: Values
    b: Values
    v: Values
    c: float = 0.0
    activation: Activation = field(default_factory=Sigmoid)

    @property
    def units(self) -> int:
        return len(self.w)

    def hidden(self, x: Values) -> Values:
        """The output of each hidden unit: shape (units, points)."""
        z = self.w[:, None] * x + self.b[:, None]
        a = np.empty_like(z)
        self.activation.forward(z, a)
        return a

    def __call__(self, x: Values) -> Values:
        out = np.full(len(x), self.c)
        for first in range(0, self.units, 64):  # keeps the work array small
            part = slice(first, first + 64)
            piece = Shallow(self.w[part], self.b[part], self.v[part], 0.0, self.activation)
            out += piece.v @ piece.hidden(x)
        return out

    def step_places(self) -> Values:
        """Where each unit's sigmoid crosses one half, −b/w; ∞ or NaN where w is 0."""
        with np.errstate(all="ignore"):
            return -self.b / self.w


def step(place: float, steepness: float) -> tuple[float, float]:
    """Weight and bias of a unit that steps up at `place`."""
    return steepness, -steepness * place


@dataclass(frozen=True)
class Bump:
    """`height` between `left` and `right`, 0 elsewhere: two hidden units."""

    left: float
    right: float
    height: float


def build(bumps: Sequence[Bump], steepness: float) -> Shallow:
    """The network of these bumps: for each a unit up at its left and one down at its right."""
    if not np.isfinite(steepness):
        raise StudyError(Message("The weight is not a finite number."))
    edges = np.array([(bump.left, bump.right) for bump in bumps], float).reshape(-1)
    heights = np.array([(bump.height, -bump.height) for bump in bumps], float).reshape(-1)
    return Shallow(np.full(len(edges), float(steepness)), -steepness * edges, heights)


# What one height a bump makes smallest: the mean error, the largest error or the squared error.
CRITERIA: dict[str, Callable[[Values], float]] = {
    "mean": lambda values: float(np.median(values)),
    "largest": lambda values: float(values.min() + values.max()) / 2,
    "squared": lambda values: float(values.mean()),
}


def fit_bumps(target: Function, count: int, criterion: str = "mean") -> tuple[Bump, ...]:
    """The best `count` equally wide bumps, the outer ones reaching half a width beyond 0 and 1.

    Raises StudyError for a count out of range.
    """
    if not 1 <= count <= MOST_BUMPS:
        raise StudyError(Message("There can be 1 to {most} bumps.", most=MOST_BUMPS))
    x = np.linspace(0, 1, GRID)
    heights = _heights(target(x), _intervals(x, count), count, criterion)
    edges = np.linspace(0, 1, count + 1)
    edges[0], edges[-1] = -0.5 / count, 1 + 0.5 / count
    return tuple(
        Bump(float(edges[i]), float(edges[i + 1]), height) for i, height in enumerate(heights)
    )


def _intervals(x: Values, count: int) -> NDArray[np.intp]:
    """In which of `count` equal intervals of 0 … 1 each x lies."""
    return np.minimum((x * count).astype(int), count - 1)


def _heights(
    values: Values, intervals: NDArray[np.intp], count: int, criterion: str
) -> list[float]:
    """The best constant for the values of each interval; the intervals are in ascending order."""
    cuts, height = np.searchsorted(intervals, np.arange(count + 1)), CRITERIA[criterion]
    return [height(values[cuts[i] : cuts[i + 1]]) for i in range(count)]


class Error(NamedTuple):
    """The mean and the largest distance from the target over 0 … 1."""

    mean: float
    largest: float


def error(target: Function, network: Function) -> Error:
    x = np.linspace(0, 1, GRID)
    away = np.abs(target(x) - network(x))
    return Error(float(away.mean()), float(away.max()))


def staircase_errors(target: Function, counts: Sequence[int]) -> list[Error]:
    """The best that so many equal steps can do: each error with the heights that make it smallest.

    That is the limit of infinitely steep bumps.
    """
    x = np.linspace(0, 1, GRID)
    values, found = target(x), []
    for count in counts:
        intervals = _intervals(x, count)
        mean, largest = (
            np.abs(values - np.array(_heights(values, intervals, count, criterion))[intervals])
            for criterion in ("mean", "largest")
        )
        found.append(Error(float(mean.mean()), float(largest.max())))
    return found


@dataclass(frozen=True)
class TargetChoice:
    """Which target: the key of a listed one, "typed" with a formula, or "drawn" with points."""

    key: str = "wiggle"
    text: str = ""
    points: tuple[tuple[float, float], ...] = ()

    def target(self) -> Target:
        """The target itself. Raises `FormulaError` and StudyError."""
        if self.key == "typed":
            return typed_target(self.text)
        return drawn_target(self.points) if self.key == "drawn" else TARGETS[self.key]
