"""The trainer: one spec, one run, one update at a time.

`step` does an update and nothing else. Losses and accuracies are worked out from the kept logits
of many steps at once, when somebody asks (`take_segment`). Nothing that measures changes the run:
the same spec gives the same weights, watched or not, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from core.base.arrays import Array
from core.base.streams import Streams
from core.catalogue.penalties import NoClipping, NoPenalty
from core.data import Samples
from core.experiment.spec import ExperimentSpec, changes
from core.network.calibration import Report, calibrate
from core.network.network import Network
from core.network.objective import Objective
from core.network.passes import EvaluationPass, TrainingPass
from core.network.storage import Storage
from core.training.divergence import locate
from core.training.results import Divergence, Score, Segment
from core.training.sampler import Sampler
from core.training.training_data import TrainingData
from core.training.update import Update

Observer = Callable[[], None]

# A run whose logits are a million times as large as its targets is lost, though still finite.
RUNAWAY = 1e6


class Judgement(NamedTuple):
    """Logits (outputs, samples), which the next judgement overwrites, loss of each sample and the
    score of all."""

    logits: Array
    loss: Array
    score: Score


class Trainer:
    """Trains the network of a spec. `finished` says why the run is over, "" while it is not."""

    def __init__(
        self,
        spec: ExperimentSpec,
        data: TrainingData | None = None,
        storage: Storage | None = None,
        report: Report | None = None,
        streams: Streams | None = None,
    ) -> None:
        """`data` may come from another run of the same data, seed and precision; so may `storage`
        if the two never run at the same time. `report` is told how far fitting the weights to the
        data is, and may raise to give up. `streams` replace those of the spec's seed: for runs
        that differ in some draws only.

        Raises `DataError` where the data cannot be had, ValueError where they are another spec's.
        """
        self.spec = spec
        self.dtype = np.dtype(spec.precision)
        self.streams = streams or Streams(spec.seed)
        self.data = data or TrainingData(spec)
        if not self.data.fits(spec):
            raise ValueError("these samples are of other data, another seed or precision")
        self.split = self.data.split
        train = self.split.train
        self.objective = Objective(spec, train.task)
        self.inputs, self.targets = self.data.inputs, self.data.targets
        self.network = Network(
            spec.network, train.features, train.outputs, self.streams, self.dtype
        )
        calibrate(self.network, self.inputs, self.streams, report)
        training = spec.training
        self.sampler = Sampler(
            len(train), training.batching, training.replacement, self.streams["batches"]
        )
        self.update = Update(training.optimizer, self.network.params, self.network.grads)
        self._limit = _runaway_limit(train)
        self._common_storage = storage
        self.iteration = 0
        self.finished = ""
        self.divergence: Divergence | None = None
        self.schedule_memory = training.schedule.start()
        self._best: tuple[float, int, Array, Array] | None = None
        self._scores: list[Score] = []
        self._first = 0
        self._loss, self._accuracy = np.empty(0), np.empty(0)
        self._rates: list[float] = []
        self._prepare()

    def _prepare(self) -> None:
        """(Re)make everything derived from the spec, the network and the data."""
        training = self.spec.training
        self._passes: dict[int, TrainingPass] = {}
        self._storage = self._common_storage or Storage(self.dtype)
        self._evaluations: dict[tuple[str, int | None], EvaluationPass] = {}
        self._scratch: Array | None = None
        self._penalised = not isinstance(training.penalty, NoPenalty)
        self._clipped = not isinstance(training.clipping, NoClipping)
        self._treated = self._penalised or self._clipped or training.weight_decay > 0
        self._judged = training.patience > 0 or training.schedule.reactive
        self._epochs_matter = self._judged or training.max_epochs > 0

    # Stepping

    @property
    def epoch(self) -> float:
        return self.sampler.epoch

    @property
    def learning_rate(self) -> float:
        """The rate that the next update uses."""
        training = self.spec.training
        factor = training.schedule.factor(self.iteration, self.schedule_memory)
        return training.optimizer.learning_rate * factor

    def step(self, observe: Observer | None = None) -> None:
        """Do one update. `observe` is called when the gradients are there, before they are used."""
        with np.errstate(all="ignore"):
            self._step(observe)

    def advance(self, steps: int) -> None:
        """Do so many updates, fewer if the run ends before."""
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if self.finished:
                    return
                self._step(None)

    def _step(self, observe: Observer | None) -> None:
        rows = self.sampler.next()
        active = self._passes.get(len(rows)) or self._new_pass(len(rows))
        if active is not self._storage.playing:
            active.tape.enter()
            self._storage.playing = active
        active.load(self.inputs, self.targets, rows)
        for operation in active.forward:
            operation()
        logits = active.flat_logits
        if not np.dot(logits, logits) < self._limit:  # also true of NaN
            self.divergence = locate(self.network, active.tape.marks, self.iteration)
            self.finished = str(self.divergence)
            return
        if active.full:
            self._score(active)
        active.keep(self.iteration)
        for operation in active.backward:
            operation()
        if observe is not None:
            observe()
        rate = self.learning_rate
        self._rates.append(rate)
        if self._treated:
            self._treat(rate)
        self.update(rate)
        self.iteration += 1
        if self._epochs_matter and self.sampler.epoch == self.sampler.epochs:
            self._end_epoch()

    def _new_pass(self, rows: int) -> TrainingPass:
        self._passes[rows] = TrainingPass(self.network, self.objective, rows, self._storage)
        return self._passes[rows]

    def _treat(self, rate: float) -> None:
        """Penalty, clipping and decoupled weight decay, in that order."""
        training, network = self.spec.training, self.network
        if self._scratch is None:
            self._scratch = np.empty_like(network.params)
        if self._penalised:
            training.penalty.add_gradient(
                network.params, network.mask, network.grads, self._scratch
            )
        if self._clipped:
            training.clipping.clip(network.grads)
        if training.weight_decay:
            np.multiply(network.params, network.mask, out=self._scratch)
            np.multiply(self._scratch, rate * training.weight_decay, out=self._scratch)
            np.subtract(network.params, self._scratch, out=network.params)

    def _end_epoch(self) -> None:
        training = self.spec.training
        if self._judged and (score := self.evaluate()) is not None:
            self._scores.append(score)
            self.schedule_memory = training.schedule.observe(self.schedule_memory, score.loss)
            self._watch(score)
        if training.max_epochs and self.sampler.epochs >= training.max_epochs:
            self.finished = self.finished or f"stopped after {self.sampler.epochs} epochs"

    def _watch(self, score: Score) -> None:
        """Early stopping: keep the best weights, stop when they are `patience` epochs old."""
        training, network, epoch = self.spec.training, self.network, self.sampler.epochs
        if training.patience == 0:
            return
        if self._best is None or score.loss < self._best[0]:
            self._best = (score.loss, epoch, network.params.copy(), network.buffers.copy())
        elif epoch - self._best[1] >= training.patience:
            loss, best, params, buffers = self._best
            self.finished = f"no better validation loss than {loss:.4g} since epoch {best}"
            if training.restore_best:
                np.copyto(network.params, params)
                np.copyto(network.buffers, buffers)

    # Measuring

    def take_segment(self) -> Segment:
        """Training figures of the steps since the last call."""
        for active in self._passes.values():
            self._score(active)
        n = len(self._rates)
        loss, accuracy = self._loss[:n].copy(), self._accuracy[:n].copy()
        segment = Segment(self._first, loss, accuracy, np.array(self._rates))
        self._first, self._rates = self.iteration, []
        return segment

    def evaluate(self, part: str = "validation") -> Score | None:
        """Loss and accuracy over all of the "train", "validation" or "test" part; None if empty."""
        judged = self.judge(part)
        return judged and judged.score

    def judge(self, part: str, first: int | None = None) -> Judgement | None:
        """How every sample of a part fares, or only the `first` so many, which are a fixed random
        choice, in evaluation mode; None if the part is empty."""
        samples = self.data.part(part)
        if not len(samples):
            return None
        logits = self.logits(part, first)
        loss, correct = self.objective.score(logits, samples.targets[:first].T)
        score = Score(self.iteration, float(loss.mean()), float(correct.mean()))
        return Judgement(logits, loss, score)

    def logits(self, part: str, first: int | None = None) -> Array:
        """Logits (outputs, samples) of a part, or of its `first` samples, in evaluation mode."""
        key = part, first
        if key not in self._evaluations:
            inputs = self.data.part_inputs(part)[:first]
            self._evaluations[key] = EvaluationPass(self.network, inputs)
        with np.errstate(all="ignore"):
            return self._evaluations[key].logits()

    def take_scores(self) -> tuple[Score, ...]:
        """Validation scores that early stopping or the schedule has asked for since last time."""
        scores, self._scores = tuple(self._scores), []
        return scores

    def _score(self, active: TrainingPass) -> None:
        if not active.iterations:
            return
        iterations, loss, accuracy = active.score_kept()
        at = np.array(iterations) - self._first
        if at[-1] >= len(self._loss):
            room = np.full(max(at[-1] + 1, len(self._loss)), np.nan)
            self._loss, self._accuracy = (
                np.concatenate([kept, room]) for kept in (self._loss, self._accuracy)
            )
        self._loss[at], self._accuracy[at] = loss, accuracy

    # Changing and saving

    def apply(self, spec: ExperimentSpec) -> None:
        """Go on with another spec. Raises ValueError where a change needs a new run."""
        restarting = [change.path for change in changes(self.spec, spec) if change.restarts_run]
        if restarting:
            raise ValueError(f"needs a new run: {', '.join(restarting)}")
        for active in self._passes.values():
            self._score(active)
        training, old = spec.training, self.spec
        if spec.network != old.network:
            self.network = Network(
                spec.network,
                self.network.features,
                self.network.outputs,
                self.streams,
                self.dtype,
                inherit=self.network,
            )
        if training.schedule != old.training.schedule:
            self.schedule_memory = training.schedule.start()
        self.sampler.change(training.batching, training.replacement)
        self.update.change(training.optimizer)
        self.spec = spec
        if not self.divergence:
            self.finished = ""
        self._prepare()

    def state(self) -> dict[str, Any]:
        """Everything needed to go on from here, copied."""
        network = self.network
        return {
            "iteration": self.iteration,
            "params": network.params.copy(),
            "buffers": network.buffers.copy(),
            "update": self.update.saved(),
            "sampler": self.sampler.state(),
            "streams": self.streams.state(),
            "schedule": self.schedule_memory,
            "best": self._best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a `state` of a run of the same spec; it continues bit for bit."""
        self.take_segment()
        self.take_scores()
        np.copyto(self.network.params, state["params"])
        np.copyto(self.network.buffers, state["buffers"])
        self.update.restore(state["update"])
        self.sampler.restore(state["sampler"])
        self.streams.restore(state["streams"])
        self.schedule_memory, self._best = state["schedule"], state["best"]
        self.iteration = self._first = state["iteration"]
        self.finished, self.divergence = "", None


def _runaway_limit(train: Samples) -> float:
    """The sum of squared logits of one batch, at most of all samples, that ends a run."""
    scale = RUNAWAY * max(1.0, float(np.abs(train.targets).max(initial=0)))
    return scale * scale * train.targets.size
