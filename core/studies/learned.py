"""Lab 4: the network that was built, trained instead: from random weights and from the built ones.

It runs on the training core, in float64, with the whole target as one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.activations import Activation, Sigmoid
from core.catalogue.blocks import Dense
from core.catalogue.losses import HalfSquaredError
from core.catalogue.optimizers import Adam, Optimizer
from core.experiment.spec import ExperimentSpec, NetworkSpec, TrainingSpec
from core.network.network import Network
from core.network.objective import Objective
from core.network.passes import TrainingPass
from core.studies.approximation import Shallow
from core.training.update import Update

Values = NDArray[np.float64]

POINTS = 257
BUILT = "built"


@dataclass(frozen=True)
class Settings:
    """How it is trained."""

    units: int
    activation: Activation = field(default_factory=Sigmoid)
    optimizer: Optimizer = field(default_factory=lambda: Adam(learning_rate=0.01))
    steps: int = 4000
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)


class Learner:
    """One network with one hidden layer on the way to its target."""

    def __init__(
        self, target: Callable[[Values], Values], settings: Settings, start: int | Shallow
    ) -> None:
        """`start` is the seed of random weights, or the network to start from."""
        self._activation, self._rate = settings.activation, settings.optimizer.learning_rate
        units = start.units if isinstance(start, Shallow) else settings.units
        spec = ExperimentSpec(
            network=NetworkSpec(hidden=(Dense(units=units),), activation=settings.activation),
            training=TrainingSpec(loss=HalfSquaredError(), optimizer=settings.optimizer),
            precision="float64",
        )
        seed = start if isinstance(start, int) else 1
        self._network = Network(spec.network, 1, 1, Streams(seed), np.float64)
        if isinstance(start, Shallow):
            self._take(start)
        self._update = Update(settings.optimizer, self._network.params, self._network.grads)
        self._pass = TrainingPass(self._network, Objective(spec, "regression"), POINTS)
        x = np.linspace(0, 1, POINTS)
        inputs, targets = np.column_stack([x, np.ones(POINTS)]), target(x)[:, None]
        self._pass.load(inputs, targets, np.arange(POINTS))
        self._targets = targets[:, 0]

    def _take(self, start: Shallow) -> None:
        first, last = (affine.block.value for affine in self._network.affines)
        first[:, 0], first[:, 1] = start.w, start.b
        last[0, :-1], last[0, -1] = start.v, start.c

    def advance(self, steps: int) -> float:
        """Do `steps` updates; returns the mean squared error before the last of them."""
        for _ in range(steps):
            for operation in self._pass.forward:
                operation()
            for operation in self._pass.backward:
                operation()
            self._update(self._rate)
        return float(np.mean((self._pass.logits[0] - self._targets) ** 2))

    def network(self) -> Shallow:
        """The network as it is now."""
        first, last = (affine.block.value.astype(float) for affine in self._network.affines)
        return Shallow(first[:, 0], first[:, 1], last[0, :-1], float(last[0, -1]), self._activation)


class Moment(NamedTuple):
    """All learners after a number of steps: networks and mean squared errors by name."""

    step: int
    networks: dict[str, Shallow]
    loss: dict[str, float]


def learn(
    target: Callable[[Values], Values],
    settings: Settings,
    built: Shallow | None = None,
    moments: Sequence[int] = (),
) -> Iterator[Moment]:
    """Train from every seed and, if given, from the built network, all in step.

    Yields at the steps `moments` (ascending) and at the end.
    """
    with np.errstate(all="ignore"):
        learners: dict[str, Learner] = {
            Message("seed {seed}", seed=seed): Learner(target, settings, seed)
            for seed in settings.seeds
        }
        if built is not None:
            learners[BUILT] = Learner(target, settings, built)
        done = 0
        for upto in (*(m for m in moments if m < settings.steps), settings.steps):
            loss = {name: learner.advance(upto - done) for name, learner in learners.items()}
            done = upto
            networks = {name: learner.network() for name, learner in learners.items()}
            yield Moment(done, networks, loss)
