"""Toy regression problems, on the line and in the plane.

Targets lie within about ±1 before noise, which is normal with the share `noise` as deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import setting
from core.base.translation import Message
from core.data.dataset import DATASETS, Dataset, Samples, Task
from core.data.toys import EXTENT, noise_setting, samples_setting

# Centres of the bumps of `MultiGaussian` and their signs: neighbours differ.
CENTRES = np.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
SIGNS = np.array([1, -1, 1, -1, 1, -1])


@dataclass(frozen=True)
class Curve(Dataset):
    """Base of the toys: inputs uniform in ±5, a target function of them, and noise on top."""

    task: ClassVar[Task] = "regression"
    features: ClassVar[int] = 1

    count: int = samples_setting()
    noise: float = noise_setting(
        0.0, Message("Deviation of the noise on the targets, which span about ±1.")
    )

    def target(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The noiseless targets, shape (n,), of inputs of shape (n, features)."""
        raise NotImplementedError

    def samples(self, rng: np.random.Generator) -> Samples:
        noise_rng = rng.spawn(1)[0]
        x = EXTENT * (2 * rng.random((self.count, self.features)) - 1)
        y = self.target(x) + self.noise * noise_rng.standard_normal(self.count)
        return Samples(
            inputs=x,
            targets=y[:, None],
            task="regression",
            feature_names=("x₁", "x₂") if self.features == 2 else ("x",),
        )


@DATASETS.add(
    "plane",
    label="Plane",
    formula="y = (x₁ + x₂) / 10",
    advice="A slope: linear regression solves it exactly.",
)
class Plane(Curve):
    features: ClassVar[int] = 2

    def target(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x.sum(axis=1) / (2 * EXTENT)


@DATASETS.add(
    "multi_gaussian",
    label="Multi-Gaussian",
    formula="y = Σ ± exp(−‖x − cᵢ‖²/2)",
    advice="Six bumps, alternating in sign: only a network with a hidden layer can follow them.",
)
class MultiGaussian(Curve):
    features: ClassVar[int] = 2

    def target(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        squares = ((x[:, None, :] - CENTRES) ** 2).sum(axis=2)
        return np.exp(-squares / 2) @ SIGNS


@DATASETS.add(
    "sine",
    label="Sine",
    formula="y = sin(kx)",
    advice="A smooth curve on the line: see how many units it takes to follow the waves.",
)
class Sine(Curve):
    frequency: float = setting(
        1.0,
        label="Frequency",
        low=0.1,
        high=10,
        scale="log",
        restarts_run=True,
        help="k, the waves per 2π of the input, which runs from −5 to 5.",
    )

    def target(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sin(self.frequency * x[:, 0])


@DATASETS.add(
    "step",
    label="Step function",
    formula="y = 1[x > 0]",
    advice="A jump: smooth activations need large weights to approximate it.",
)
class Step(Curve):
    def target(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(x[:, 0] > 0, 1.0, 0.0)


@DATASETS.add(
    "line",
    label="Four points",
    formula="(2,5) (1,2) (3,6) (4,6)",
    advice="The smallest regression there is: ŷ = bx is best at b = 1.8. Set validation to 0 and "
    "standardising off to reproduce a calculation by hand.",
)
class FourPoints(Dataset):
    task: ClassVar[Task] = "regression"
    features: ClassVar[int] = 1

    def samples(self, rng: np.random.Generator) -> Samples:
        return Samples(
            inputs=np.array([[2.0], [1.0], [3.0], [4.0]]),
            targets=np.array([[5.0], [2.0], [6.0], [6.0]]),
            task="regression",
            feature_names=("x",),
        )
