"""Lab 7: members trained in lockstep on shared data, and what they are worth together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.translation import Message
from core.catalogue.blocks import Block
from core.experiment.spec import ExperimentSpec
from core.network.passes import EvaluationPass
from core.network.storage import Storage
from core.studies.base import Progress, StudyError, no_progress
from core.training.ensembles import (
    accuracy,
    bootstrap,
    cross_entropy,
    dropout_samples,
    member_streams,
    outputs_of,
    subsets,
    votes,
)
from core.training.trainer import Trainer
from core.training.training_data import TrainingData, with_ones

Floats = NDArray[np.float64]

# Widths of the members' layers where architectures differ, as factors of the spec's.
FACTORS = (1.0, 0.5, 1.5, 0.75, 2.0)
# Bands are over this many subsets of each size.
SUBSETS = 40
# Masks that dropout as an ensemble averages over.
MASKS = 50


@dataclass(frozen=True)
class Settings:
    """`members` networks of a spec that differ in what is switched on, and in nothing else."""

    spec: ExperimentSpec
    members: int = 10
    weights: bool = True
    batches: bool = False
    resampled: bool = False
    architectures: bool = False
    epochs: int = 30

    def spec_of(self, member: int) -> ExperimentSpec:
        if not self.architectures:
            return self.spec
        return with_widths(self.spec, FACTORS[member % len(FACTORS)])

    @property
    def differences(self) -> tuple[str, ...]:
        """The names of the streams that differ."""
        chosen = {"weights": self.weights, "batches": self.batches}
        return tuple(name for name, on in chosen.items() if on)


def with_widths(spec: ExperimentSpec, factor: float) -> ExperimentSpec:
    """The spec with every hidden layer wider by a factor, at least one unit."""

    def widened(block: Block) -> Block:
        return replace(block, units=max(1, round(block.units * factor)))

    hidden = tuple(map(widened, spec.network.hidden))
    return replace(spec, network=replace(spec.network, hidden=hidden))


def judged_part(data: TrainingData) -> str:
    """The part by which networks are judged. Raises StudyError where no samples are held out."""
    for part in (Message("test"), Message("validation")):
        if len(data.part(part)):
            return part
    raise StudyError(Message("hold out some samples for validation or test first"))


class Ensemble:
    """The members while they train, one step each in turn."""

    def __init__(self, settings: Settings, progress: Progress = no_progress) -> None:
        """Raises DataError where the data cannot be had, StudyError for regression or if no samples
        are held out for evaluation."""
        self.settings = settings
        self.data = TrainingData(settings.spec)
        self.part = judged_part(self.data)
        if self.data.split.train.task == "regression":
            raise StudyError(Message("choose data with classes: votes need them"))
        common = Storage(self.data.dtype, common=True)
        self.trainers: list[Trainer] = []
        for member in range(settings.members):
            progress(member / settings.members, Message("drawing weights"))
            data, storage = self.data, common
            if settings.resampled:
                data = bootstrap(self.data, settings.spec.seed, member)
                storage = Storage(self.data.dtype)
            streams = member_streams(settings.spec.seed, member, settings.differences)
            self.trainers.append(Trainer(settings.spec_of(member), data, storage, streams=streams))

    @property
    def targets(self) -> Floats:
        """Of the judged part: (outputs, samples)."""
        return self.data.part(self.part).targets.T.astype(np.float64)

    @property
    def epoch(self) -> int:
        return self.trainers[0].sampler.epochs

    def train_epoch(self, check: Progress = no_progress) -> None:
        """One epoch of every member."""
        steps = self.trainers[0].sampler.steps_per_epoch
        for step in range(steps):
            for trainer in self.trainers:
                if not trainer.finished:
                    trainer.advance(1)
            check((self.epoch + step / steps) / max(self.settings.epochs, 1), Message("training"))

    def outputs(self) -> Floats:
        """Probabilities of the judged part: (members, outputs, samples)."""
        return np.stack([outputs_of(trainer, self.part) for trainer in self.trainers])

    def outputs_at(self, points: Array) -> Floats:
        """Probabilities at points (points, features) as the networks see them."""
        inputs = with_ones(points, self.data.dtype)
        found = []
        for trainer in self.trainers:
            logits = EvaluationPass(trainer.network, inputs).logits().astype(np.float64)
            found.append(trainer.objective.predict(logits))
        return np.stack(found)


@dataclass(frozen=True, eq=False)
class Curves:
    """Against the number of members 1…K, over subsets of that size: mean, lowest and highest
    (sizes, 3) of accuracy by mean probability and by vote and of the loss of the mean probability.

    `members` (members, 2) are each one's accuracy and loss.
    """

    by_mean: Floats
    by_vote: Floats
    loss: Floats
    members: Floats

    @property
    def mean_member(self) -> float:
        return float(self.members[:, 0].mean())

    @property
    def best_member(self) -> float:
        return float(self.members[:, 0].max())

    @property
    def ensemble(self) -> float:
        """Accuracy of all by mean probability."""
        return float(self.by_mean[-1, 0])


def curves(outputs: Floats, targets: Floats, most: int = SUBSETS) -> Curves:
    """How accuracy and loss change with the number of members."""
    members = len(outputs)
    each = np.stack([accuracy(outputs, targets), cross_entropy(outputs, targets)], axis=1)
    bands = np.empty((3, members, 3))
    for size in range(1, members + 1):
        values = []
        for chosen in subsets(members, size, most):
            some = outputs[list(chosen)]
            mean = some.mean(axis=0)
            voted = _as_outputs(votes(some), outputs.shape[1])
            values.append(
                (accuracy(mean, targets), accuracy(voted, targets), cross_entropy(mean, targets))
            )
        found = np.array(values)
        bands[:, size - 1] = np.stack([found.mean(0), found.min(0), found.max(0)], axis=1)
    return Curves(bands[0], bands[1], bands[2], each)


def _as_outputs(shares: Floats, outputs: int) -> Floats:
    """Shares of votes as if they were probabilities; of two classes that of the second."""
    return shares[1:] if outputs == 1 else shares


@dataclass(frozen=True)
class Baseline:
    """What an ensemble is compared with; `loss` is the cross-entropy, as that of the members."""

    label: str
    parameters: int
    accuracy: float
    loss: float

    @classmethod
    def of(cls, label: str, trainer: Trainer, outputs: Floats, targets: Floats) -> Baseline:
        """Of outputs (…, outputs, samples), averaged over all but the last two axes."""
        right, loss = accuracy(outputs, targets), cross_entropy(outputs, targets)
        parameters = len(trainer.network.params)
        return cls(label, parameters, float(np.mean(right)), float(np.mean(loss)))


def one_large(settings: Settings, progress: Progress = no_progress) -> Baseline:
    """One network with about as many parameters as all members together, trained as long."""
    data = TrainingData(settings.spec)
    total = sum(_parameters(settings.spec_of(i), data) for i in range(settings.members))
    low, high = 1.0, float(settings.members + 1)
    for _ in range(12):
        middle = (low + high) / 2
        if _parameters(with_widths(settings.spec, middle), data) < total:
            low = middle
        else:
            high = middle
    trainer = Trainer(with_widths(settings.spec, high), data)
    _train(trainer, settings.epochs, progress, Message("one large network"))
    outputs, targets = _judged(trainer)
    return Baseline.of(Message("one large network"), trainer, outputs, targets)


def dropout_as_ensemble(
    settings: Settings, rate: float = 0.2, progress: Progress = no_progress
) -> tuple[Baseline, Baseline, Baseline]:
    """One network trained with dropout: a single mask, the average over masks, and all units on."""
    network = replace(settings.spec.network, dropout=rate)
    trainer = Trainer(replace(settings.spec, network=network))
    _train(trainer, settings.epochs, progress, Message("with dropout"))
    usual, targets = _judged(trainer)
    inputs = trainer.data.part_inputs(judged_part(trainer.data))
    masked = dropout_samples(trainer, inputs, MASKS)
    mean = Message("dropout, mean of {masks} masks", masks=MASKS)
    return (
        Baseline.of(Message("dropout, one mask"), trainer, masked, targets),
        Baseline.of(mean, trainer, masked.mean(axis=0), targets),
        Baseline.of(Message("dropout, all units on"), trainer, usual, targets),
    )


def _judged(trainer: Trainer) -> tuple[Floats, Floats]:
    """Outputs and targets of the judged part, both (outputs, samples)."""
    part = judged_part(trainer.data)
    return outputs_of(trainer, part), trainer.data.part(part).targets.T.astype(np.float64)


def _train(trainer: Trainer, epochs: int, progress: Progress, text: str) -> None:
    steps = trainer.sampler.steps_per_epoch
    for epoch in range(epochs):
        for first in range(0, steps, 20):
            trainer.advance(min(20, steps - first))
            progress((epoch + first / steps) / epochs, text)


def _parameters(spec: ExperimentSpec, data: TrainingData) -> int:
    """How many parameters a network of dense layers has. Blocks count as dense layers."""
    train = data.split.train
    widths = [train.features, *(block.units for block in spec.network.hidden), train.outputs]
    return sum((n + spec.network.bias) * m for n, m in pairwise(widths))
