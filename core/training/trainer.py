"""The trainer: one spec, one run, one update at a time.

`step` does an update and nothing else. Losses and accuracies are computed from the kept logits of
many steps at once (`take_segment`). Measuring does not change the run: the same spec gives the same
weights, bit for bit.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message, joined
from core.catalogue.penalties import NoClipping, NoPenalty
from core.data import DataError, Samples
from core.data.split import classes_of
from core.experiment.spec import ExperimentSpec, changes
from core.network.calibration import Report, calibrate
from core.network.network import Network, misfits
from core.network.objective import Objective, balanced_weights
from core.network.passes import EvaluationPass, TrainingPass
from core.network.storage import Storage
from core.training.best import Best
from core.training.curves import StepCurves
from core.training.divergence import locate
from core.training.last_update import LastUpdate, UpdateRecord
from core.training.results import Divergence, Score, Segment, scored
from core.training.sampler import Sampler
from core.training.training_data import TrainingData
from core.training.update import Update

# Logits a million times as large as the targets count as divergence, though still finite.
RUNAWAY = 1e6


class Judgement(NamedTuple):
    """Logits (outputs, samples), valid until the next call, the loss of each sample and the score
    of all."""

    logits: Array
    loss: Array
    score: Score


class Trainer:
    """Trains the network of a spec. `finished` is the reason why the run is over, "" while it is
    not."""

    def __init__(
        self,
        spec: ExperimentSpec,
        data: TrainingData | None = None,
        storage: Storage | None = None,
        report: Report | None = None,
        streams: Streams | None = None,
    ) -> None:
        """`data` may come from another run of the same data, seed and precision; so may `storage`
        if the two never run at the same time. `report` is called with the progress of fitting the
        weights to the data, and may raise to stop. `streams` replace those of the spec's seed, for
        runs that differ in some draws only. Raises `DataError` if the data cannot be loaded,
        ValueError if `data` belong to another spec.
        """
        self.spec = spec
        self.dtype = np.dtype(spec.precision)
        self.streams = streams or Streams(spec.seed)
        self.data = data or TrainingData(spec)
        if not self.data.fits(spec):
            raise ValueError("these samples are of other data, another seed or precision")
        self.split = self.data.split
        train = self.split.train
        self.objective = Objective(
            spec, train.task, self.data.target_scale, _class_weights(spec, train)
        )
        self.inputs, self.targets = self.data.inputs, self.data.targets
        self.network = Network(
            spec.network, train.features, train.outputs, self.streams, self.dtype
        )
        calibrate(self.network, self.inputs, self.streams, report)
        training = spec.training
        self.sampler = Sampler(
            len(train),
            training.batching,
            training.replacement,
            self.streams["batches"],
            joins=self.network.normalizes,
        )
        self.update = Update(training.optimizer, self.network.params, self.network.grads)
        self._limit = _runaway_limit(self.targets)
        self._common_storage = storage
        self.iteration = 0
        self.finished = ""
        self.divergence: Divergence | None = None
        self.schedule_memory = training.schedule.start()
        self._best: Best | None = None
        # Patience counts the epochs after this one, whatever came before.
        self._patient_since = 0
        self._scores: list[Score] = []
        self._curves = StepCurves()
        self._last: LastUpdate | None = None
        self._prepare()

    def _prepare(self) -> None:
        """Rebuild everything derived from the spec, the network and the data."""
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

    def step(self, record: UpdateRecord | None = None) -> None:
        """Do one update, and record it if `record` is given."""
        if self._last:
            self._last.look()
        with np.errstate(all="ignore"):
            self._step(record)

    def advance(self, steps: int) -> None:
        """Do a number of updates, fewer if the run ends before."""
        if self._last:
            self._last.look()
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if self.finished:
                    return
                self._step(None)

    def _step(self, record: UpdateRecord | None) -> None:
        rows = self.sampler.next()
        active = self._passes.get(len(rows)) or self._new_pass(len(rows))
        if active is not self._storage.playing:
            active.tape.enter()
            self._storage.playing = active
        active.load(self.inputs, self.targets, rows)
        for operation in active.forward:
            operation()
        logits = active.flat_logits
        if not np.dot(logits, logits) < self._limit and self._lost(logits):  # also true of NaN
            self._diverge(active)
            return
        if active.full:
            self._curves.score(active)
        active.keep(self.iteration)
        for operation in active.backward:
            operation()
        if record is not None:
            self._note(record, active)
        rate = self.learning_rate
        self._curves.rates.append(rate)
        if self._treated:
            self._treat(rate)
        self.update(rate)
        self.iteration += 1
        if record is not None:
            np.copyto(record.after, self.network.params)
            record.iteration = self.iteration
        if self._epochs_matter and self.sampler.epoch == self.sampler.epochs:
            self._end_epoch()

    def _new_pass(self, rows: int) -> TrainingPass:
        self._passes[rows] = TrainingPass(self.network, self.objective, rows, self._storage)
        return self._passes[rows]

    def _lost(self, logits: Array) -> bool:
        """Whether logits with too large a sum of squares really are too large: the sum may have
        overflowed in the run's precision."""
        exact = logits.astype(np.float64)
        return not np.dot(exact, exact) < self._limit

    def _diverge(self, active: TrainingPass) -> None:
        self.divergence = locate(self.network, active.tape.marks, self.iteration)
        self.finished = str(self.divergence)
        self.restore_best()

    def _note(self, record: UpdateRecord, active: TrainingPass) -> None:
        """Record the gradient with its weights and losses."""
        network = self.network
        np.copyto(record.gradient, network.grads)
        np.copyto(record.before, network.params)
        record.loss = active.batch_loss()
        record.penalty = self.penalty()

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

    @property
    def watched_part(self) -> str:
        """The part used by early stopping and the schedule: "validation" if it has samples, else
        "train"."""
        return "validation" if len(self.data.part("validation")) else "train"

    def _end_epoch(self) -> None:
        training, epochs = self.spec.training, self.sampler.epochs
        if self._judged and (score := self.evaluate(self.watched_part)) is not None:
            if self.watched_part == "validation":
                self._scores.append(score)
            self.schedule_memory = training.schedule.observe(self.schedule_memory, score.loss)
            if training.patience:
                self._watch(score)
        if training.max_epochs and epochs >= training.max_epochs:
            self.finished = self.finished or Message(
                "stopped after {count} epoch", "stopped after {count} epochs", count=epochs
            )
        if self.finished:
            self.restore_best()

    def _watch(self, score: Score) -> None:
        """Early stopping: keep the best weights, stop after `patience` epochs without better."""
        epoch, patience = self.sampler.epochs, self.spec.training.patience
        start = self._patient_since
        if score.loss < (self._best.loss if self._best else math.inf):
            self._best = Best.of(score.loss, epoch, self.network)
        elif epoch - max(start, self._best.epoch if self._best else 0) >= patience:
            validates = self.watched_part == "validation"
            loss = Message("validation loss") if validates else Message("training loss")
            self.finished = Message(
                "no finite {loss} in {epochs} epochs", loss=loss, epochs=epoch - start
            )
            if self._best:
                self.finished = Message(
                    "no better {loss} than {least:.4g} since epoch {since}",
                    loss=loss,
                    least=self._best.loss,
                    since=self._best.epoch,
                )

    def restore_best(self) -> None:
        """Restore the best weights, if early stopping keeps them; called at the end."""
        training, best = self.spec.training, self._best
        if not (training.patience and training.restore_best and best):
            return
        if best.restore(self.network) and self.finished:
            restored = Message("weights of epoch {epoch} restored", epoch=best.epoch)
            self.finished = joined("; ", [self.finished, restored])

    # Measuring

    def follow(self) -> LastUpdate:
        """Follow the run, so that its last update is always available."""
        self._last = self._last or LastUpdate(self, self.network.params)
        return self._last

    def replay(self, state: dict[str, Any], record: UpdateRecord) -> None:
        """Repeat the steps since `state` to record the last one; leaves the run unchanged."""
        last, reached = self.iteration, self.state()
        for active in self._passes.values():
            self._curves.score(active)
        kept = self._curves, self._scores, self.finished, self.divergence
        self._curves, self._scores = StepCurves(state["iteration"]), []
        self._go_to(state)
        with np.errstate(all="ignore"):
            while self.iteration < last - 1:
                self._step(None)
            self._step(record)
        for active in self._passes.values():
            active.iterations = []
        self._go_to(reached)
        self._curves, self._scores, self.finished, self.divergence = kept

    def take_segment(self) -> Segment:
        """Training figures of the steps since the last call."""
        return self._curves.take(self._passes.values(), self.iteration)

    def evaluate(self, part: str = "validation") -> Score | None:
        """Loss and accuracy over all of the "train", "validation" or "test" part; None if empty."""
        judged = self.judge(part)
        return judged and judged.score

    def judge(self, part: str, first: int | None = None) -> Judgement | None:
        """Score every sample of a part in evaluation mode, or only the `first` ones, which are a
        fixed random choice; None if the part is empty."""
        samples = self.data.part(part)
        if not len(samples):
            return None
        logits = self.logits(part, first)
        targets = samples.targets[:first].T
        loss, correct = self.objective.score(logits, targets)
        outputs = self.objective.predict(logits) if samples.task == "regression" else None
        score = scored(self.iteration, loss, correct, outputs, targets)
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
        """Validation scores computed for early stopping or the schedule since the last call."""
        scores, self._scores = tuple(self._scores), []
        return scores

    def penalty(self) -> float:
        """The weight penalty at the present weights, which the objective has beside the loss."""
        with np.errstate(all="ignore"):
            return self.spec.training.penalty.value(self.network.params, self.network.mask)

    # Changing and saving

    def apply(self, spec: ExperimentSpec) -> None:
        """Continue with another spec. Raises `DataError` if a change needs a new run."""
        restarting = [change.path for change in changes(self.spec, spec) if change.restarts_run]
        if restarting:
            raise DataError(Message("needs a new run: {settings}", settings=", ".join(restarting)))
        if self._last:
            self._last.settle()
        for active in self._passes.values():
            self._curves.score(active)
        training, old = spec.training, self.spec
        self._be_patient_from_now(spec)
        if spec.network != old.network:
            self._rebuild(spec)
        if training.schedule != old.training.schedule:
            self.schedule_memory = training.schedule.start()
        self.sampler.change(training.batching, training.replacement)
        self.update.change(training.optimizer)
        self.spec = spec
        if not self.divergence:
            self.finished = ""
        self._prepare()

    def _be_patient_from_now(self, spec: ExperimentSpec) -> None:
        """Begin early stopping anew where it is switched or the run goes on after its end."""
        switched = bool(spec.training.patience) != bool(self.spec.training.patience)
        if switched:
            self._best = None
        if switched or self.finished:
            self._patient_since = self.sampler.epochs

    def _rebuild(self, spec: ExperimentSpec) -> None:
        """Build the network of `spec` on the present weights."""
        old = self.network
        self.network = Network(
            spec.network, old.features, old.outputs, self.streams, self.dtype, inherit=old
        )
        if self.network.activations != old.activations:
            self._best = None  # its weights have another loss now
            self._patient_since = self.sampler.epochs

    def state(self) -> dict[str, Any]:
        """A copy of everything needed to continue from here."""
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
            "patient_since": self._patient_since,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a `state` of a run of the same spec; it continues bit for bit."""
        self._go_to(state)
        for active in self._passes.values():
            active.iterations = []
        self._curves, self._scores = StepCurves(self.iteration), []
        if self._last:
            self._last.forget()

    def set_weight(self, layer: str, row: int, column: int, value: float) -> bool:
        """As `Network.set_weight`, between two updates."""
        if self._last:
            self._last.settle()
        return self.network.set_weight(layer, row, column, value)

    def take_weights(self, tensors: dict[str, Array]) -> None:
        """Begin with other weights, by their names. Raises `DataError` where they do not fit."""
        views = self.network.tensors()
        if wrong := misfits(views, tensors):
            names = ", ".join(wrong[:4])
            raise DataError(Message("the weights do not fit these data: {names}", names=names))
        for name, view in views.items():
            np.copyto(view, tensors[name])

    def _go_to(self, state: dict[str, Any]) -> None:
        np.copyto(self.network.params, state["params"])
        np.copyto(self.network.buffers, state["buffers"])
        self.update.restore(state["update"])
        self.sampler.restore(state["sampler"])
        self.streams.restore(state["streams"])
        self.schedule_memory, self._best = state["schedule"], state["best"]
        self._patient_since = state["patient_since"]
        self.iteration = state["iteration"]
        self.finished, self.divergence = "", None


def _class_weights(spec: ExperimentSpec, train: Samples) -> NDArray[np.float64] | None:
    if spec.training.class_weights != "balanced" or train.task == "regression":
        return None
    classes = 2 if train.task == "binary" else train.outputs
    return balanced_weights(np.bincount(classes_of(train), minlength=classes))


def _runaway_limit(targets: Array) -> float:
    """The sum of squared logits of one batch, at most of all samples, that ends a run."""
    scale = RUNAWAY * max(1.0, float(np.abs(targets).max(initial=0)))
    return scale * scale * targets.size
