"""The plan of a search: everything its table of trials follows from."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.base.registry import setting
from core.base.translation import Message, joined
from core.data.dataset import Task
from core.experiment import sampling
from core.experiment.serialization import from_dict, to_dict
from core.experiment.space import (
    Range,
    SearchError,
    parse_range,
    validate_ranges,
    with_parameters,
)
from core.experiment.spec import ExperimentSpec

STRATEGIES = {
    "random": Message("Random: every trial is drawn by itself, uniformly along each scale"),
    "grid": Message("Grid: every combination of evenly spaced values, for contrast"),
    "quasi-random": Message("Quasi-random: fills the space more evenly than chance does (Halton)"),
    "tpe": Message(
        "TPE: draws where good trials have been denser than bad ones (Bergstra et al. 2011)"
    ),
}
PRUNING = {
    "none": Message("Every trial is trained to its end"),
    "median": Message(
        "A trial ends when its score is below the median of earlier trials at that epoch"
    ),
    "halving": Message(
        "Only trials in the best half so far continue at 1/8, 1/4 and 1/2 of the epochs"
    ),
}
# The trials of a strategy that learns from earlier ones are drawn in groups of this size, so that
# the table does not depend on how many workers there are.
GROUP = 10
# Trials of all stages together; Optuna takes about 15 kB of memory for each.
MOST_TRIALS, MOST_STAGES = 10_000, 20
VERSION = 1
DATASET = "data.dataset"
NO_ACCURACY = Message("score: a regression has no accuracy; rank its trials by loss")


@dataclass(frozen=True)
class SearchPlan:
    """An experiment, what varies in it, and how.

    `trials` is the number a stage; after each stage but the last the ranges are narrowed.
    `experiment.training.max_epochs` is how long each trial trains. `score` is "accuracy" or "loss".
    """

    experiment: ExperimentSpec
    ranges: tuple[Range, ...]
    strategy: str = setting(
        "random",
        label="Strategy",
        choices=tuple(STRATEGIES),
        help="Random draws every trial by itself; a grid takes evenly spaced values; quasi-random "
        "fills the space evenly; TPE draws where good trials have been dense.",
    )
    pruning: str = setting(
        "none",
        label="Pruning",
        choices=tuple(PRUNING),
        help="Ends trials that fall behind: below the median of earlier ones, or not among the "
        "better half at 1/8, 1/4 and 1/2 of the epochs.",
    )
    trials: int = setting(
        100, label="Trials", low=1, high=MOST_TRIALS, scale="log", help="Trials of each stage."
    )
    stages: int = setting(
        1,
        label="Stages",
        low=1,
        high=MOST_STAGES,
        help="After each stage the ranges are narrowed to where its best trials lie.",
    )
    seed: int = setting(1, label="Seed", low=0, high=2**32 - 1, help="Seed of the draws.")
    score: str = setting(
        "accuracy",
        label="Score",
        choices=("accuracy", "loss"),
        help="What ranks the trials, on the validation part after the last epoch.",
    )

    @property
    def budget(self) -> int:
        """The trials of all stages together."""
        return self.trials * self.stages

    def validate(self) -> None:
        """Raises `SearchError` that names every problem."""
        validate_ranges(self.experiment, self.ranges)
        problems = []
        if self.strategy not in STRATEGIES:
            problems.append(
                Message(
                    "unknown strategy {strategy!r} (choose from {strategies})",
                    strategy=self.strategy,
                    strategies=", ".join(STRATEGIES),
                )
            )
        if self.pruning not in PRUNING:
            problems.append(
                Message(
                    "unknown pruning {pruning!r} (choose from {prunings})",
                    pruning=self.pruning,
                    prunings=", ".join(PRUNING),
                )
            )
        if self.score not in ("accuracy", "loss"):
            problems.append(
                Message("the score is accuracy or loss, not {score!r}", score=self.score)
            )
        if any(_lacks(task, self.score) for task in self._tasks()):
            problems.append(NO_ACCURACY)
        if self.trials < 1 or not 1 <= self.stages <= MOST_STAGES or self.budget > MOST_TRIALS:
            problems.append(Message("a search has 1 to 10,000 trials in 1 to 20 stages"))
        if not 0 <= self.seed < 2**32:
            problems.append(Message("the seed of a search is from 0 to 4,294,967,295"))
        if self.experiment.training.max_epochs < 1:
            problems.append(
                Message("training.max_epochs: a trial must end: give a number of epochs")
            )
        if not self.experiment.data.validation:
            problems.append(
                Message("data.validation: trials are scored on validation data, but the share is 0")
            )
        if problems:
            raise SearchError(joined("\n", problems))

    def validate_task(self, task: Task) -> None:
        """The score must suit the task of a file, which is known only once the file is read.

        Raises `SearchError`.
        """
        if None in self._tasks() and _lacks(task, self.score):
            raise SearchError(NO_ACCURACY)

    def _tasks(self) -> set[Task | None]:
        """The tasks of all data sets that trials have; None where a file decides."""
        varied = [
            with_parameters(self.experiment, {each.path: choice})
            for each in self.ranges
            if each.path.startswith(DATASET)
            for choice in each.choices
        ]
        return {_task(each) for each in varied or [self.experiment]}

    @property
    def learns(self) -> bool:
        """Whether a trial depends on the results of earlier ones."""
        return self.strategy == "tpe" or self.pruning != "none"

    def groups(self, stage: int, ranges: Sequence[Range]) -> list[range]:
        """The indices of a stage's trials, in groups that are handed out together.

        A grid has as many trials as it has points, at most `trials`.
        """
        count = self.trials
        if self.strategy == "grid":
            count = math.prod(len(values) for values in sampling.grid(ranges, self.trials))
        first = stage * self.trials
        last = first + min(count, self.trials)
        size = GROUP if self.learns else self.trials
        return [range(at, min(at + size, last)) for at in range(first, last, size)]

    def drawn(self, ranges: Sequence[Range], index: int) -> dict[str, Any]:
        """The settings of trial `index`, which depend on the plan alone (not of a TPE search)."""
        return sampling.drawn(self.strategy, ranges, self.trials, self.seed, index)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "version": VERSION,
            "experiment": to_dict(self.experiment),
            "ranges": [f"{r.path}={r}" for r in self.ranges],
            **{name: getattr(self, name) for name in _SIMPLE},
        }

    def differences(self, raw: dict[str, Any]) -> list[str]:
        """In which parts a stored plan differs from this one."""
        mine = json.loads(json.dumps(self.to_dict()))
        return [name for name in mine if raw.get(name) != mine[name]]


_SIMPLE = ("strategy", "pruning", "trials", "stages", "seed", "score")


def plan_from_dict(raw: dict[str, Any]) -> SearchPlan:
    """The plan that `to_dict` wrote. Raises `SearchError`, `SpecError`."""
    if raw.get("version", 0) > VERSION:
        raise SearchError(Message("the study was written by a newer version of the application"))
    ranges = tuple(parse_range(text) for text in raw["ranges"])
    return SearchPlan(from_dict(raw["experiment"]), ranges, **{n: raw[n] for n in _SIMPLE})


def score_for(experiment: ExperimentSpec) -> str:
    """What ranks the trials of an experiment unless the user chooses: accuracy where there is."""
    return "loss" if _lacks(_task(experiment), "accuracy") else "accuracy"


def _task(experiment: ExperimentSpec) -> Task | None:
    return getattr(experiment.data.dataset, "task", None)


def _lacks(task: Task | None, score: str) -> bool:
    return task == "regression" and score == "accuracy"


def with_epochs(experiment: ExperimentSpec, epochs: int) -> ExperimentSpec:
    """The experiment, ending after this many epochs and not before."""
    return replace(experiment, training=replace(experiment.training, max_epochs=epochs, patience=0))
