"""Lab 4 in two dimensions: four steps and a threshold make a tower, towers make a surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.catalogue.activations.base import logistic
from core.studies.base import StudyError

Values = NDArray[np.float64]
Function2 = Callable[[Values, Values], Values]

STEPS_PER_TOWER, THRESHOLDS_PER_TOWER = 4, 1
MOST_ACROSS = 30

TARGETS: dict[str, tuple[str, Function2]] = {
    "hills": (
        "½ + ½ sin 2πx · sin 2πy",
        lambda x, y: 0.5 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y),
    ),
    "peak": (
        "exp(−8((x − ½)² + (y − ½)²))",
        lambda x, y: np.exp(-8 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)),
    ),
    "ring": (
        Message("exp(−60(r − 0.3)²), r from the middle"),
        lambda x, y: np.exp(-60 * (np.hypot(x - 0.5, y - 0.5) - 0.3) ** 2),
    ),
}
NAMES = {"hills": Message("Hills"), "peak": Message("Peak"), "ring": Message("Ring")}


@dataclass(frozen=True)
class Tower:
    """`height` over a rectangle, 0 elsewhere: four step units and one threshold unit."""

    x_from: float
    x_to: float
    y_from: float
    y_to: float
    height: float

    def pile(self, x: Values, y: Values, steepness: float) -> Values:
        """Sum of the four steps: 2 inside, 1 beside and 0 diagonally outside the rectangle."""
        up_x, down_x = _step(x, self.x_from, steepness), _step(x, self.x_to, steepness)
        up_y, down_y = _step(y, self.y_from, steepness), _step(y, self.y_to, steepness)
        return up_x - down_x + up_y - down_y

    def __call__(self, x: Values, y: Values, steepness: float) -> Values:
        """The tower: the threshold 1.5 cuts off everything but the middle of the pile."""
        return self.height * _step(self.pile(x, y, steepness), 1.5, steepness)


def _step(x: Values, place: float, steepness: float) -> Values:
    z = np.asarray(steepness * (x - place), float)
    logistic(z, 1, z)
    return z


def fit_towers(target: Function2, across: int) -> tuple[Tower, ...]:
    """across² towers on the unit square, each as high as the target in its middle.

    Those at the border reach half a width beyond it. Raises StudyError for a count out of range.
    """
    if not 1 <= across <= MOST_ACROSS:
        raise StudyError(Message("There can be 1 to {most} towers across.", most=MOST_ACROSS))
    middle = (np.arange(across) + 0.5) / across
    heights = target(*np.meshgrid(middle, middle))
    edges = np.linspace(0, 1, across + 1)
    edges[0], edges[-1] = -0.5 / across, 1 + 0.5 / across
    return tuple(
        Tower(
            float(edges[i]),
            float(edges[i + 1]),
            float(edges[j]),
            float(edges[j + 1]),
            float(heights[j, i]),
        )
        for j in range(across)
        for i in range(across)
    )


def surface(towers: Sequence[Tower], x: Values, y: Values, steepness: float) -> Values:
    """The sum of all towers at points of any shape."""
    total = np.zeros(np.broadcast(x, y).shape)
    for tower in towers:
        total += tower(x, y, steepness)
    return total


def units(towers: int) -> tuple[int, int]:
    """Units of the first and of the second hidden layer."""
    return STEPS_PER_TOWER * towers, THRESHOLDS_PER_TOWER * towers
