"""A small search that the tests of searching share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD
from core.data.toys import Circle
from core.experiment.space import Range
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.search.plan import SearchPlan
from core.search.study import Study
from core.search.trial import TrialRecord

RATE = Range("training.optimizer.learning_rate", "log", 1e-3, 1.0)
DECAY = Range("training.weight_decay", "log", 1e-6, 1e-2)

EXPERIMENT = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=120), validation=0.5),
    network=NetworkSpec(hidden=(Dense(units=4),)),
    training=TrainingSpec(
        optimizer=SGD(learning_rate=0.1), batching=MiniBatch(size=20), max_epochs=8
    ),
)


def plan(**changes: Any) -> SearchPlan:
    """A search of 12 trials over learning rate and weight decay."""
    return SearchPlan(EXPERIMENT, (RATE, DECAY), **{"trials": 12, **changes})


class Here(Executor):
    """Runs every task at once in this process, in the order that `order` gives."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.submitted += 1
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def searched(searching: SearchPlan, file: Path | None = None) -> Study:
    """The study of a plan, run to its end in this process."""
    study = Study(searching, file)
    study.run(Here)
    return study


def table(records: list[TrialRecord]) -> list[tuple[Any, ...]]:
    """What must not depend on where and when the trials ran."""
    return [(r.index, r.stage, r.state, repr(r.score), r.parameters, r.epochs) for r in records]
