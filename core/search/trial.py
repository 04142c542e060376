"""One trial: an experiment with some settings drawn, trained for a while and scored.

A trial is a pure function of its task, so it gives the same record in whichever process, on
whichever machine and in whatever order it is run. Whether it is pruned follows from bounds that
stand in the task, taken from trials that were over before it was handed out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from core.base.translation import Message
from core.data import DataError
from core.experiment.reading import SpecError
from core.experiment.space import with_parameters
from core.experiment.spec import ExperimentSpec
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

State = Literal["complete", "pruned", "diverged", "failed", "cancelled"]
# Steps between two reports, and two checks of whether the trial is to be stopped.
SLICE_STEPS = 50

# Called with a function that makes the record so far; returns whether to stop the trial.
Report = Callable[[Callable[[], "TrialRecord"]], bool]


@dataclass(frozen=True)
class TrialTask:
    """What a worker needs to run a trial.

    `bounds` maps an epoch to the least score a trial must have reached by then not to be pruned.
    `score` is "accuracy" (higher is better) or "loss" (lower is better; scores are negated losses
    in `bounds` alone). With `test` the test part is scored at the end.
    """

    index: int
    stage: int
    parameters: dict[str, Any]
    experiment: ExperimentSpec
    score: str
    bounds: dict[int, float] = field(default_factory=dict)
    test: bool = False

    @property
    def spec(self) -> ExperimentSpec:
        """The experiment of this trial. Raises `SpecError`."""
        return with_parameters(self.experiment, self.parameters)

    def run(self, shared: Any, report: Report) -> TrialRecord | None:
        """As a task of `core.worker.executors`, which share the samples of the search."""
        record = run_trial(self, report, shared)
        return None if record.state == "cancelled" else record

    def failed(self, message: str) -> TrialRecord:
        """The record of a trial whose worker died or raised an error."""
        return TrialRecord(self.index, self.stage, self.parameters, state="failed", message=message)


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """The results of a trial so far; the curves have one entry an epoch.

    `score` and `standard_error` are taken on the validation part after the last epoch: the
    accuracy with √(p(1−p)/n), or the mean loss with the deviation of the samples' losses / √n.
    """

    index: int
    stage: int
    parameters: dict[str, Any]
    state: State = "complete"
    score: float = math.nan
    standard_error: float = math.nan
    train_loss: tuple[float, ...] = ()
    train_accuracy: tuple[float, ...] = ()
    validation_loss: tuple[float, ...] = ()
    validation_accuracy: tuple[float, ...] = ()
    test_score: float = math.nan
    seconds: float = 0.0
    message: str = ""

    @property
    def epochs(self) -> int:
        return len(self.validation_loss)

    def curve(self, score: str) -> tuple[float, ...]:
        """The validation curve of the score that is searched for."""
        return self.validation_accuracy if score == "accuracy" else self.validation_loss

    def without_curves(self) -> TrialRecord:
        """The same results in little memory."""
        return replace(
            self, train_loss=(), train_accuracy=(), validation_loss=(), validation_accuracy=()
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON; what is not a number is None."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> TrialRecord:
        """The record that `to_dict` wrote."""
        given = {item.name: raw[item.name] for item in fields(cls) if item.name in raw}
        for name in ("score", "standard_error", "test_score"):
            given[name] = math.nan if given.get(name) is None else given[name]
        for name, value in given.items():
            if isinstance(value, list):
                given[name] = tuple(math.nan if v is None else v for v in value)
        return cls(**given)


def run_trial(
    task: TrialTask, report: Report = lambda make: False, data: TrainingData | None = None
) -> TrialRecord:
    """Train and score one trial. What goes wrong with its settings becomes a failed record.

    `data` are the samples of the search's experiment; a trial that varies the data draws its own.
    """
    record = TrialRecord(task.index, task.stage, task.parameters)
    try:
        spec = task.spec
        trainer = Trainer(spec, data if data is not None and data.fits(spec) else None)
        return _Run(task, trainer, record, report).record()
    except (SpecError, DataError) as error:
        return replace(record, state="failed", message=str(error))
    except MemoryError:
        return replace(
            record, state="failed", message=Message("not enough memory for this network")
        )


class _Run:
    """A trial while it trains."""

    def __init__(
        self, task: TrialTask, trainer: Trainer, record: TrialRecord, report: Report
    ) -> None:
        self._task, self._trainer, self._record, self._report = task, trainer, record, report
        self._curves: dict[str, list[float]] = {
            name: []
            for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
        }
        self._cancelled = False
        self._began = time.perf_counter()

    def record(self) -> TrialRecord:
        """Train until the run ends, the trial is pruned or it is to be stopped."""
        trainer, epochs = self._trainer, self._task.spec.training.max_epochs
        while not trainer.finished and trainer.sampler.epochs < epochs:
            self._epoch()
            if self._cancelled:
                return self._ended("cancelled")
            if trainer.divergence:
                return self._ended("diverged", trainer.finished)
            if self._falls_behind():
                return self._ended(
                    "pruned",
                    Message("fell behind at epoch {epoch}", epoch=trainer.sampler.epochs),
                )
        return self._ended("complete")

    def _epoch(self) -> None:
        """Train for one epoch and put its figures into the curves."""
        trainer = self._trainer
        target = trainer.iteration + trainer.sampler.steps_left
        while trainer.iteration < target and not trainer.finished:
            trainer.advance(min(SLICE_STEPS, target - trainer.iteration))
            if self._report(self._so_far):
                self._cancelled = True
                return
        segment, score = trainer.take_segment(), trainer.evaluate()
        values = (
            float(np.mean(segment.loss)) if len(segment.loss) else math.nan,
            float(np.mean(segment.accuracy)) if len(segment.accuracy) else math.nan,
            score.loss if score else math.nan,
            score.accuracy if score else math.nan,
        )
        for curve, value in zip(self._curves.values(), values, strict=True):
            curve.append(value)

    def _falls_behind(self) -> bool:
        bound = self._task.bounds.get(self._trainer.sampler.epochs)
        return bound is not None and not signed(self._last(), self._task.score) >= bound

    def _last(self) -> float:
        curve = self._curves[f"validation_{self._task.score}"]
        return curve[-1] if curve else math.nan

    def _so_far(self) -> TrialRecord:
        curves = {name: tuple(curve) for name, curve in self._curves.items()}
        seconds = time.perf_counter() - self._began
        return replace(self._record, score=self._last(), seconds=seconds, **curves)

    def _ended(self, state: State, message: str = "") -> TrialRecord:
        record = replace(self._so_far(), state=state, message=message)
        if state in ("diverged", "cancelled"):
            return replace(record, score=math.nan)
        test = self._trainer.evaluate("test") if self._task.test else None
        return replace(
            record,
            standard_error=self._standard_error(),
            test_score=getattr(test, self._task.score) if test else math.nan,
        )

    def _standard_error(self) -> float:
        """That of the score, due to the limited number of validation samples."""
        judged = self._trainer.judge("validation")
        if judged is None:
            return math.nan
        count = len(judged.loss)
        if self._task.score == "loss":
            return float(np.std(judged.loss)) / math.sqrt(count)
        share = judged.score.accuracy
        return math.sqrt(share * (1 - share) / count)


def signed(score: float, name: str) -> float:
    """A score as a number of which more is better: losses are negated."""
    return -score if name == "loss" else score


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
