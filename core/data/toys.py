"""Two-class toy problems in the plane, drawn from the seed.

Every sample takes the same number of draws, noise included even where it is 0. So more samples
extend the same set (but for the spiral, which keeps its arms evenly filled), and more noise moves
the same points. Points lie within about ±6 where there is little noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import setting
from core.base.translation import Message
from core.data.dataset import DATASETS, Dataset, Samples, Task

Points = NDArray[np.float64]

EXTENT = 5.0


def samples_setting() -> int:
    """How many samples a drawn data set has."""
    return setting(
        500,
        label="Samples",
        low=4,
        high=100_000,
        scale="log",
        restarts_run=True,
        help="How many samples are drawn, held-out ones included.",
    )


def noise_setting(default: float, described: str) -> float:
    """The share of noise, as in TensorFlow Playground."""
    return setting(default, label="Noise", low=0, high=0.5, restarts_run=True, help=described)


@dataclass(frozen=True)
class PlaneToy(Dataset):
    """Base of the two-class toys: a subclass turns uniform draws into points and labels."""

    task: ClassVar[Task] = "binary"
    features: ClassVar[int] = 2

    count: int = samples_setting()
    noise: float = noise_setting(
        0.0, Message("How far points stray, as a share of the picture's half-width.")
    )

    def draw(self, rng: np.random.Generator) -> tuple[Points, NDArray[np.bool_]]:
        """Points of shape (count, 2) and whether each is of class 1, shape (count,)."""
        raise NotImplementedError

    def samples(self, rng: np.random.Generator) -> Samples:
        points, positive = self.draw(rng)
        return Samples(
            inputs=points,
            targets=positive[:, None].astype(np.float64),
            task="binary",
            class_names=(Message("Class 0"), Message("Class 1")),
            feature_names=("x₁", "x₂"),
        )

    def alternating(self) -> NDArray[np.bool_]:
        """True at even rows: both classes equally often."""
        return np.arange(self.count) % 2 == 0


@DATASETS.add(
    "circle",
    label="Circle",
    formula="‖x‖ < R/2",
    advice="A disc inside a ring: no straight line separates them, so one linear layer fails.",
)
class Circle(PlaneToy):
    def draw(self, rng: np.random.Generator) -> tuple[Points, NDArray[np.bool_]]:
        u = rng.random((self.count, 4))
        low, high = np.where(self.alternating(), [[0.0], [0.5]], [[0.7], [1.0]])
        radius = EXTENT * (low + (high - low) * u[:, 0])
        angle = 2 * math.pi * u[:, 1]
        points = radius[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
        # Noise blurs the border rather than the picture: it decides the label, not the place.
        seen = points + self.noise * EXTENT * (2 * u[:, 2:] - 1)
        return points, np.hypot(*seen.T) < EXTENT / 2


@DATASETS.add(
    "xor",
    label="Exclusive or",
    formula="x₁x₂ > 0",
    advice="The classic that a single layer cannot learn: the sign of a product.",
    source="Minsky & Papert 1969",
)
class ExclusiveOr(PlaneToy):
    def draw(self, rng: np.random.Generator) -> tuple[Points, NDArray[np.bool_]]:
        u = 2 * rng.random((self.count, 4)) - 1
        gap = 0.3
        points = EXTENT * u[:, :2] + np.copysign(gap, u[:, :2])
        seen = points + self.noise * EXTENT * u[:, 2:]
        return points, seen.prod(axis=1) >= 0


@DATASETS.add(
    "gaussians",
    label="Two Gaussians",
    formula="N(±2, σ²)",
    advice="Two clouds that a straight line separates: no hidden layer is needed.",
)
class TwoGaussians(PlaneToy):
    def draw(self, rng: np.random.Generator) -> tuple[Points, NDArray[np.bool_]]:
        positive = self.alternating()
        centre = np.where(positive, 2.0, -2.0)[:, None]
        variance = 0.5 + 7 * self.noise
        return centre + math.sqrt(variance) * rng.standard_normal((self.count, 2)), positive


@DATASETS.add(
    "spiral",
    label="Spiral",
    formula="r = R·t, φ = 3.5πt",
    advice="Two arms wound around each other: needs hidden layers, and shows what a good "
    "activation, initialiser and optimizer contribute.",
    source="Lang & Witbrock 1988",
)
class Spiral(PlaneToy):
    noise: float = noise_setting(0.1, Message("How far points stray from their arm."))

    def draw(self, rng: np.random.Generator) -> tuple[Points, NDArray[np.bool_]]:
        stray = self.noise * (2 * rng.random((self.count, 2)) - 1)
        positive = self.alternating()
        along = (np.arange(self.count) // 2) / math.ceil(self.count / 2)
        angle = 3.5 * math.pi * along + np.where(positive, 0.0, math.pi)
        points = EXTENT * along[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
        return points + stray, positive
