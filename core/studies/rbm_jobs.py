"""The work behind the page of lab 6, as a job that runs beside the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.catalogue.initializers import Initializer, NormalSmall, XavierNormal
from core.experiment.spec import ExperimentSpec
from core.studies.base import StudyError
from core.studies.rbm import Pretrained, Settings, Snapshot, curve, pretrained, unrolled
from core.training.trainer import Trainer
from core.training.training_data import TrainingData
from core.worker.job import Context

# A machine changes fastest at first: snapshots after these shares of an epoch, and then after each.
EARLY = (0.0, 0.1, 0.25, 0.5)
PRETRAINED = "RBM"
OTHERS: dict[str, Initializer] = {"std 0.01": NormalSmall(), "Xavier": XavierNormal()}
# Fine-tuning is judged by the first of these parts that has samples.
JUDGED_PARTS = (Message("test"), Message("validation"))
# The pairs of units that are shown of a machine's statistics.
PAIRS = 1500


@dataclass(frozen=True, eq=False)
class PretrainingMoment:
    """A machine at some epoch; `shape` is that of a picture, or (1, features).

    `data` and `model` (pairs,) are ⟨vᵢhⱼ⟩ of the same pairs of units as the last update compared
    them: with the data, and after k Gibbs steps or with the persistent chains. `change` is the root
    mean square of their differences over all pairs, `strongest` the pair whose two differ most:
    hidden unit, visible unit, ⟨vh⟩ with the data, ⟨vh⟩ with the model, the weight.
    """

    snapshot: Snapshot
    shape: tuple[int, int]
    data: NDArray[np.float64]
    model: NDArray[np.float64]
    change: float
    strongest: tuple[int, int, float, float, float]


@dataclass(frozen=True, eq=False)
class Tuning:
    """Accuracy on a part before fine-tuning and after every epoch of it, by how the network
    started."""

    part: str
    curves: dict[str, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class PretrainingRun:
    """All moments, and the fine-tuning: None where no samples are held out to judge it by."""

    moments: tuple[PretrainingMoment, ...]
    tuning: Tuning | None


@dataclass(frozen=True)
class PretrainingJob:
    """Pre-train, then fine-tune beside networks with other starts, if they are to be compared.

    Snapshots are `PretrainingMoment`s and `Tuning`s, the result is a `PretrainingRun`.
    """

    settings: Settings
    epochs: int
    compare: bool

    def run(self, context: Context) -> PretrainingRun:
        data = TrainingData(self.settings.spec)
        if data.split.train.task == "regression":
            raise StudyError(
                Message("Fine-tuning is judged by accuracy: choose data with classes.")
            )
        shape = data.split.train.image_shape or (1, data.split.train.features)
        moments: list[PretrainingMoment] = []

        def show(epoch: float, make: Callable[[], Snapshot]) -> None:
            context.check()
            if _is_due(moments[-1].snapshot if moments else None, epoch):
                moments.append(_moment(make(), shape))
                context.snapshot(moments[-1])

        part = next((p for p in JUDGED_PARTS if len(data.part(p))), None)
        half = 1.0 if part is None else 0.6 if self.compare else 0.75
        found = pretrained(
            self.settings, data, lambda share, text: context.progress(half * share, 1, text), show
        )
        tuning = None if part is None else self._tuned(context, found, data, part, half)
        return PretrainingRun(tuple(moments), tuning)

    def _tuned(
        self, context: Context, found: Pretrained, data: TrainingData, part: str, begun: float
    ) -> Tuning:
        """Fine-tune, judged by a part; `begun` is the share of the work that is done before."""
        starts = {PRETRAINED: unrolled(self.settings.spec, found.machines, data)}
        if self.compare:
            starts |= {
                name: Trainer(_started(self.settings.spec, start), data)
                for name, start in OTHERS.items()
            }
        tuning = Tuning(part, {name: (_accuracy(each, part),) for name, each in starts.items()})
        rounds = zip(*(curve(each, self.epochs, part) for each in starts.values()), strict=True)
        for done, accuracies in enumerate(rounds, 1):
            context.progress(
                begun + (1 - begun) * done / self.epochs,
                1,
                Message("fine-tuning, epoch {epoch}", epoch=done),
            )
            known = zip(starts, accuracies, strict=True)
            tuning = Tuning(part, {name: (*tuning.curves[name], now) for name, now in known})
            context.snapshot(tuning)
        return tuning


def _is_due(last: Snapshot | None, epoch: float) -> bool:
    """Whether the machine has come to the next epoch at which it is to be shown."""
    if last is None or epoch < last.epoch:
        return True  # another layer begins
    marks = [mark for mark in EARLY if mark > last.epoch]
    return epoch >= (marks[0] if marks else int(last.epoch) + 1)


def _moment(snapshot: Snapshot, shape: tuple[int, int]) -> PretrainingMoment:
    positive, negative, none = snapshot.positive, snapshot.negative, snapshot.positive[:0]
    difference = positive - negative
    hidden, visible = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    chosen = np.random.default_rng(0).permutation(difference.size)[:PAIRS]
    data, model = float(positive[hidden, visible]), float(negative[hidden, visible])
    weight = float(snapshot.weights[hidden, visible])
    return PretrainingMoment(
        # All moments are kept, and whole matrices would take a megabyte each.
        replace(snapshot, weights=none, positive=none, negative=none),
        shape,
        positive.ravel()[chosen].astype(float),
        negative.ravel()[chosen].astype(float),
        float(np.sqrt(np.square(difference, dtype=float).mean())),
        (int(hidden), int(visible), data, model, weight),
    )


def _started(spec: ExperimentSpec, initializer: Initializer) -> ExperimentSpec:
    return replace(spec, network=replace(spec.network, initializer=initializer))


def _accuracy(trainer: Trainer, part: str) -> float:
    score = trainer.evaluate(part)
    return score.accuracy if score else np.nan
