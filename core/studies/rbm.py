"""Lab 6: pre-training by restricted Boltzmann machines, watched layer by layer.

`pretrained` does what the initialiser `rbm` does, with the same draws, and shows what the machines
have learned meanwhile; `Exact` computes a small machine's probabilities by enumeration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.initializers import RBM, XavierNormal
from core.experiment.spec import ExperimentSpec
from core.network.pretraining import BATCH, input_range
from core.network.rbm import (
    FIRST_MOMENTUM,
    MOMENTUM,
    ContrastiveDivergence,
    Machine,
    Statistics,
    drawn,
)
from core.studies.base import Progress, no_progress
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

Floats = NDArray[np.float64]

# Shown of a layer: filters, originals beside reconstructions, and samples drawn from scratch.
FILTERS, EXAMPLES, FANTASIES = 36, 12, 12
# Samples used for statistics and free energies.
JUDGED = 500
# Fantasies go through this many Gibbs steps between two snapshots.
GIBBS = 20


class Exact:
    """A small machine's distribution by enumeration of all states of its smaller side."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        hidden, visible = machine.weights.shape
        self.states_v, self.states_h = _states(visible), _states(hidden)
        energy = (
            -self.states_v @ machine.visible_bias[:, None]
            - (self.states_h @ machine.hidden_bias)[None]
            - self.states_v @ machine.weights.T @ self.states_h.T
        )
        weight = np.exp(-energy)
        self.partition = float(weight.sum())
        self.joint: Floats = weight / self.partition

    def probability(self) -> Floats:
        """p(v) of every visible state."""
        return self.joint.sum(axis=1)

    def log_likelihood(self, v: Floats) -> float:
        """Mean ln p(v) of data, by way of the free energy."""
        return float(-self._machine.free_energy(v).mean() - np.log(self.partition))

    def hidden_given_visible(self) -> Floats:
        given = self.joint / self.joint.sum(axis=1, keepdims=True)
        return given @ self.states_h

    def visible_given_hidden(self) -> Floats:
        given = self.joint / self.joint.sum(axis=0, keepdims=True)
        return given.T @ self.states_v

    def gradient(self, v: Floats) -> Floats:
        """The exact d ln p/dW (hidden, visible), mean over data: data minus model."""
        data = self._machine.hidden(v).T @ v / len(v)
        return data - self.states_h.T @ self.joint.T @ self.states_v


def _states(units: int) -> Floats:
    return np.array(list(product((0.0, 1.0), repeat=units)))


@dataclass(frozen=True)
class Settings:
    """Initialiser settings, and whether the chains continue from update to update."""

    spec: ExperimentSpec
    rbm: RBM
    persistent: bool = False


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What one machine looks like at a moment.

    `filters` (filters, features) are incoming weights, of deeper layers carried down to the inputs
    by the layers between; `examples`, `reconstructions` and `fantasies` (pictures, features) too.
    `weights`, `positive` and `negative` are (hidden, visible), the latter two the statistics of the
    last update, or before the first those of one Gibbs step. `errors` and
    `gaps` one number an epoch: mean squared error of reconstruction, and mean free energy of held
    out minus that of training data (NaN without any).
    """

    layer: int
    layers: int
    epoch: float
    filters: Array
    examples: Array
    reconstructions: Array
    fantasies: Array
    weights: Array
    positive: Array
    negative: Array
    errors: tuple[float, ...]
    gaps: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Pretrained:
    """The machines (first layer first) and what was recorded of each at its end."""

    machines: tuple[Machine, ...]
    ends: tuple[Snapshot, ...]


# Called with the epochs a machine has learned and a function that makes a snapshot of it.
Show = Callable[[float, Callable[[], Snapshot]], None]


def pretrained(
    settings: Settings,
    data: TrainingData | None = None,
    progress: Progress = no_progress,
    show: Show = lambda epoch, make: None,
) -> Pretrained:
    """Train a stack of machines as wide as the spec's hidden layers, which must be dense.

    `show` is called before the first and after every update. Inputs outside 0…1 are
    scaled by what brings the training inputs there.
    """
    data = data or TrainingData(settings.spec)
    machines: list[Machine] = []
    ends: list[Snapshot] = []
    low, width = input_range(data.inputs[:10_000, :-1])
    train, held = _scaled(data.inputs[:10_000, :-1], low, width), None
    if len(data.part("validation")):
        held = _scaled(data.part_inputs("validation")[:JUDGED, :-1], low, width)
    streams, widths = Streams(settings.spec.seed), [b.units for b in settings.spec.network.hidden]
    for i, units in enumerate(widths):
        v, v_held = train, held
        for below in machines:
            v, v_held = below.hidden(v), None if v_held is None else below.hidden(v_held)

        def tell(share: float, i: int = i) -> None:
            progress(
                (i + share) / len(widths),
                Message("layer {layer} of {layers}", layer=i + 1, layers=len(widths)),
            )

        layer = _Layer(settings, i, len(widths), units, v, v_held, tuple(machines), streams)
        ends.append(layer.learn(tell, show))
        machines.append(layer.machine)
    return Pretrained(tuple(machines), tuple(ends))


class _Layer:
    """One machine of the stack while it learns."""

    def __init__(
        self,
        settings: Settings,
        index: int,
        layers: int,
        width: int,
        v: Array,
        held: Array | None,
        below: tuple[Machine, ...],
        streams: Streams,
    ) -> None:
        self.index, self.layers, self.epochs = index, layers, settings.rbm.epochs
        self.v, self.held, self.below = v, held, below
        rng = streams[f"rbm/layer {index + 1}"]
        self.machine = Machine.drawn(v.shape[1], width, rng, v.dtype)
        self.learning = ContrastiveDivergence(
            self.machine,
            rng,
            rate=settings.rbm.rate,
            k=settings.rbm.k,
            weight_cost=settings.rbm.weight_cost,
            persistent=settings.persistent,
        )
        # Draws of its own, so that watching changes nothing.
        self._watching = streams[f"rbm watched/{index}"]
        self._fantasy = drawn(np.full((FANTASIES, v.shape[1]), 0.5, v.dtype), self._watching)
        self.errors: list[float] = []
        self.gaps: list[float] = []

    def learn(self, tell: Callable[[float], None], show: Show) -> Snapshot:
        show(0.0, lambda: self.snapshot(0.0))
        for epoch in range(self.epochs):

            def told(share: float, epoch: int = epoch) -> None:
                tell((epoch + share) / self.epochs)
                if share < 1:
                    show(epoch + share, lambda: self.snapshot(epoch + share))

            momentum = FIRST_MOMENTUM if epoch == 0 else MOMENTUM
            self.errors.append(self.learning.epoch(self.v, BATCH, momentum, told))
            self.gaps.append(self._gap())
            reached = epoch + 1.0
            show(reached, lambda reached=reached: self.snapshot(reached))
        return self.snapshot(float(self.epochs))

    def _gap(self) -> float:
        if self.held is None:
            return np.nan
        held, train = (self.machine.free_energy(v[:JUDGED]).mean() for v in (self.held, self.v))
        return float(held - train)

    def snapshot(self, epoch: float) -> Snapshot:
        machine, seen = self.machine, self.v[:EXAMPLES]
        self._fantasy, shown = machine.gibbs(self._fantasy, GIBBS, self._watching)
        found = self.learning.statistics or self._one_step()
        return Snapshot(
            layer=self.index,
            layers=self.layers,
            epoch=epoch,
            filters=_down_linear(self.below, machine.weights[:FILTERS]),
            examples=_down(self.below, seen),
            reconstructions=_down(self.below, machine.reconstruct(seen)),
            fantasies=_down(self.below, shown),
            weights=machine.weights.copy(),
            positive=found.positive,
            negative=found.negative,
            errors=tuple(self.errors),
            gaps=tuple(self.gaps),
        )

    def _one_step(self) -> Statistics:
        """The statistics of a machine that has not been updated yet."""
        v, machine = self.v[:JUDGED], self.machine
        h = machine.hidden(v)
        v_model = machine.visible(drawn(h, self._watching))
        error = float(np.mean((v - v_model) ** 2, dtype=np.float64))
        negative = machine.hidden(v_model).T @ v_model / len(v)
        return Statistics(h.T @ v / len(v), negative, error)


def _down(below: tuple[Machine, ...], v: Array) -> Array:
    """From a layer's inputs to pictures, through the machines below."""
    for machine in reversed(below):
        v = machine.visible(v)
    return v.copy()


def _down_linear(below: tuple[Machine, ...], weights: Array) -> Array:
    """Weights of a layer as sums of those of the layers below."""
    for machine in reversed(below):
        weights = weights @ machine.weights
    return weights.copy()


def _scaled(inputs: Array, low: float, width: float) -> Array:
    return inputs if width == 1 else (inputs - low) / width


def unrolled(spec: ExperimentSpec, machines: tuple[Machine, ...], data: TrainingData) -> Trainer:
    """A trainer whose hidden layers start as the machines; the output layer is drawn.

    The first layer's weights have on the original inputs the effect they had on those in 0…1.
    """
    drawn_spec = replace(spec, network=replace(spec.network, initializer=XavierNormal()))
    trainer = Trainer(drawn_spec, data)
    low, width = input_range(data.inputs[:10_000, :-1])
    for affine, machine in zip(trainer.network.affines, machines, strict=False):
        weights = machine.weights / width
        affine.weights[...] = weights
        if affine.bias:
            affine.block.value[:, -1] = machine.hidden_bias - low * weights.sum(axis=1)
        low, width = 0.0, 1.0
    return trainer


def curve(trainer: Trainer, epochs: int, part: str = "test") -> Iterator[float]:
    """Accuracy on a part after every epoch."""
    for _ in range(epochs):
        trainer.advance(trainer.sampler.steps_per_epoch)
        score = trainer.evaluate(part)
        yield score.accuracy if score else np.nan
