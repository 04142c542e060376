"""A study: the trials of a plan, kept in an Optuna journal that survives being killed.

The searching process alone writes to the journal, one write a trial, as soon as its record comes.
What a trial is given follows from the plan and, for strategies that learn, from the records of the
groups before its own, in their order. So the table depends on the plan alone, not on the number of
workers or their speed, and a search that was killed goes on where it was.
"""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.base.extras import require
from core.search.executors import run_task
from core.search.plan import SearchPlan, plan_from_dict
from core.search.space import Narrowing, Range, SearchError, limits, narrowed
from core.search.trial import TrialRecord, TrialTask, signed

NAME = "search"
# A trial that was running each time so many workers died is given up.
MOST_DEATHS = 3
# Between two looks at whether the search is to stop.
POLL_SECONDS = 0.1
# Pruning begins when so many earlier trials are known, and after this share of the epochs.
FEWEST_KNOWN, FIRST_RUNG = 5, 1 / 8

Stopped = Callable[[], bool]
Done = Callable[[TrialRecord], None]


@dataclass(frozen=True)
class Stage:
    """The ranges that a stage draws from, and how they came from those before."""

    ranges: tuple[Range, ...]
    narrowings: tuple[Narrowing, ...] = ()


class Study:
    """The trials of a plan, with or without a file. Raises `SearchError`, `MissingExtra`."""

    def __init__(self, plan: SearchPlan, file: Path | None = None) -> None:
        plan.validate()
        self.plan = plan
        self._optuna = require("optuna", extra="search", purpose="Searching")
        self._optuna.logging.set_verbosity(self._optuna.logging.ERROR)
        self._study = _open(self._optuna, plan, file)
        self._records = _stored(self._study)
        self._stages: list[Stage] = [Stage(plan.ranges)]

    # What is known

    @property
    def records(self) -> list[TrialRecord]:
        """The trials that are over, in their order."""
        return [self._records[index] for index in sorted(self._records)]

    @property
    def stages(self) -> list[Stage]:
        """The stages that have begun."""
        return list(self._stages)

    @property
    def finished(self) -> bool:
        return len(self._stages) == self.plan.stages and all(
            index in self._records
            for group in self.plan.groups(len(self._stages) - 1, self._stages[-1].ranges)
            for index in group
        )

    def ranked(self) -> list[TrialRecord]:
        """Trials with a score, best first; of equal ones the earlier first."""
        return ranked(self.records, self.plan.score)

    def importances(self) -> dict[str, float]:
        """How much each setting decides whether a trial is among the best tenth; sums to 1.

        PED-ANOVA (Watanabe et al. 2023). Empty while there are too few trials.
        """
        importance = self._optuna.importance
        try:
            return importance.get_param_importances(
                self._study, evaluator=importance.PedAnovaImportanceEvaluator()
            )
        except (ValueError, RuntimeError, ZeroDivisionError):
            return {}

    # Searching

    def run(
        self,
        executors: Callable[[], Executor],
        done: Done = lambda record: None,
        stopped: Stopped = lambda: False,
    ) -> None:
        """Run what is left of the plan; `done` is called with every record in this thread.

        Returns early when `stopped()`; then everything that was over is kept. Raises `SearchError`
        where the workers are lost for good.
        """
        crew = _Crew(executors)
        for number in range(self.plan.stages):
            if number == len(self._stages):
                self._stages.append(self._next_stage())
            for group in self.plan.groups(number, self._stages[number].ranges):
                if not self._run_group(number, group, crew, done, stopped):
                    return

    def _next_stage(self) -> Stage:
        ranges = self._stages[-1].ranges
        best_first = ranked(self.records, self.plan.score)
        narrowings = tuple(
            narrowed(
                each,
                [r.parameters[each.path] for r in best_first],
                limits(self.plan.experiment, each.path),
            )
            if best_first
            else Narrowing(each, each, "kept: no trial has a score")
            for each in ranges
        )
        return Stage(tuple(n.after for n in narrowings), narrowings)

    def _run_group(
        self, stage: int, group: range, crew: _Crew, done: Done, stopped: Stopped
    ) -> bool:
        """Run the trials of a group that have no record yet; whether all have one now."""
        left = [task for task in self._tasks(stage, group) if task.index not in self._records]

        def keep(record: TrialRecord) -> None:
            self._keep(record)
            done(record)

        return crew.run(left, keep, stopped)

    def _tasks(self, stage: int, group: range) -> list[TrialTask]:
        """The trials of a group, which depend on the plan and the records before the group."""
        plan, ranges = self.plan, self._stages[stage].ranges
        earlier = [record for record in self.records if record.index < group.start]
        if plan.strategy == "tpe":
            drawn = self._drawn_by_tpe(ranges, earlier, group)
        else:
            drawn = [plan.drawn(ranges, index) for index in group]
        pruned_below = bounds(earlier, plan)
        return [
            TrialTask(index, stage, parameters, plan.experiment, plan.score, pruned_below)
            for index, parameters in zip(group, drawn, strict=True)
        ]

    def _drawn_by_tpe(
        self, ranges: Sequence[Range], earlier: Sequence[TrialRecord], group: range
    ) -> list[dict[str, Any]]:
        """Asked of a study in memory that knows the earlier trials in their order."""
        optuna = self._optuna
        scratch = optuna.create_study(direction="maximize")
        scratch.add_trials([self._trial(record) for record in earlier])
        distributions = {each.path: _distribution(optuna, each) for each in ranges}
        drawn = []
        for index in group:
            seed = int(np.random.default_rng([self.plan.seed, index]).integers(2**31))
            scratch.sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
            asked = scratch.ask(distributions).params
            drawn.append({each.path: _from_optuna(asked[each.path]) for each in ranges})
        return drawn

    def _keep(self, record: TrialRecord) -> None:
        """Into the journal, in one write: a trial is there whole or not at all."""
        self._study.add_trial(self._trial(record))
        self._records[record.index] = record

    def _trial(self, record: TrialRecord) -> Any:
        """A record as one of Optuna's trials."""
        states, score = self._optuna.trial.TrialState, self.plan.score
        scored = math.isfinite(record.score) and record.state in ("complete", "pruned")
        state = {"complete": states.COMPLETE, "pruned": states.PRUNED}.get(record.state)
        curve = enumerate(record.curve(score), 1)
        return self._optuna.trial.create_trial(
            state=state if scored and state else states.FAIL,
            value=signed(record.score, score) if scored else None,
            params={path: _to_optuna(value) for path, value in record.parameters.items()},
            distributions={r.path: self._covering(r, record) for r in self.plan.ranges},
            intermediate_values={e: signed(v, score) for e, v in curve if math.isfinite(v)},
            user_attrs={"record": record.to_dict()},
        )

    def _covering(self, each: Range, record: TrialRecord) -> Any:
        """The distribution of the first stage, wide enough for the values of later ones."""
        if each.scale != "choice":
            value = record.parameters[each.path]
            each = replace(each, low=min(each.low, value), high=max(each.high, value))
        return _distribution(self._optuna, each)


class _Crew:
    """Hands tasks to an executor, and to another one where workers have died."""

    def __init__(self, executors: Callable[[], Executor]) -> None:
        self._make = executors
        self._executor: Executor | None = None
        self._deaths: Counter[int] = Counter()

    def run(self, tasks: Sequence[TrialTask], keep: Done, stopped: Stopped) -> bool:
        """Run all tasks, keep each record as it comes; False if stopped before the end."""
        left = {task.index: task for task in tasks}
        while left:
            if not self._round(left, keep, stopped):
                return False
        return True

    def _round(self, left: dict[int, TrialTask], keep: Done, stopped: Stopped) -> bool:
        """Run what is left until all is done or an executor breaks."""
        if self._executor is None:
            self._executor = self._make()
        futures: dict[Future[TrialRecord], int] = {
            self._executor.submit(run_task, task): index for index, task in left.items()
        }
        waiting = set(futures)
        while waiting:
            if stopped():
                for future in waiting:
                    future.cancel()
                return False
            ready, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
            for future in sorted(ready, key=futures.__getitem__):
                if not self._take(future, left, futures[future], keep):
                    self._executor = None
        return True

    def _take(
        self, future: Future[TrialRecord], left: dict[int, TrialTask], index: int, keep: Done
    ) -> bool:
        """Keep what a future brings; False if its worker has died."""
        try:
            record = future.result()
        except (BrokenExecutor, CancelledError, OSError) as error:
            self._deaths[index] += 1
            if self._deaths[index] >= MOST_DEATHS:
                keep(_failed(left.pop(index), f"its worker died {MOST_DEATHS} times: {error}"))
            return False
        except Exception as error:  # a trial must never end the search
            record = _failed(left[index], f"{type(error).__name__}: {error}")
        if record.state != "cancelled":
            keep(record)
            del left[index]
        return True


def ranked(records: Sequence[TrialRecord], score: str) -> list[TrialRecord]:
    """Trials that were trained to their end, best first; of equal ones the earlier first."""
    scored = [r for r in records if r.state == "complete" and math.isfinite(r.score)]
    return sorted(scored, key=lambda r: (-signed(r.score, score), r.index))


def bounds(known: Sequence[TrialRecord], plan: SearchPlan) -> dict[int, float]:
    """By epoch, the score below which a trial is pruned.

    "median": the median of the known trials at every epoch from an eighth on (Optuna's median
    pruner, Golovin et al. 2017). "halving": the upper half of those still running at 1/8, 1/4 and
    1/2 of the epochs (Jamieson & Talwalkar 2016).
    """
    epochs = plan.experiment.training.max_epochs
    first = max(1, math.ceil(epochs * FIRST_RUNG))
    rungs = range(first, epochs) if plan.pruning == "median" else _rungs(epochs)
    found = {}
    for epoch in rungs:
        values = [
            signed(record.curve(plan.score)[epoch - 1], plan.score)
            for record in known
            if record.epochs >= epoch
        ]
        if len(values) >= FEWEST_KNOWN:
            found[epoch] = float(np.nanmedian(values))
    return found


def _rungs(epochs: int) -> list[int]:
    return sorted({max(1, math.ceil(epochs / share)) for share in (8, 4, 2)} - {epochs})


def load(file: Path) -> Study:
    """The study in a file, to go on with. Raises `SearchError`, `SpecError`."""
    if not file.exists():
        raise SearchError(f"{file}: there is no such study")
    optuna = require("optuna", extra="search", purpose="Searching")
    study = _journal(optuna, file)
    if study is None or "plan" not in study.user_attrs:
        raise SearchError(f"{file}: is not a study of a search")
    return Study(plan_from_dict(json.loads(study.user_attrs["plan"])), file)


def _open(optuna: Any, plan: SearchPlan, file: Path | None) -> Any:
    """Optuna's study of a plan, new or as it lies in the file."""
    if file is None:
        study = optuna.create_study(direction="maximize")
    else:
        study = _journal(optuna, file) or optuna.create_study(
            storage=_storage(optuna, file), study_name=NAME, direction="maximize"
        )
    stored = study.user_attrs.get("plan")
    if stored is None:
        study.set_user_attr("plan", json.dumps(plan.to_dict()))
    elif differing := plan.differences(json.loads(stored)):
        raise SearchError(
            f"{file}: is the study of another search (it differs in {', '.join(differing)}); "
            "name another file, or resume it with the settings it began with"
        )
    return study


def _journal(optuna: Any, file: Path) -> Any:
    """The study in a journal, or None where there is none yet."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    try:
        return optuna.load_study(storage=_storage(optuna, file), study_name=NAME)
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise SearchError(f"{file}: is not a study of a search ({error})") from None
    except OSError as error:
        raise SearchError(f"{file}: {error.strerror or error}") from None


def _storage(optuna: Any, file: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            backend = optuna.storages.journal.JournalFileBackend(str(file))
            return optuna.storages.JournalStorage(backend)
    except OSError as error:
        raise SearchError(f"{file}: {error.strerror or error}") from None


def _stored(study: Any) -> dict[int, TrialRecord]:
    """The records in a study by the index of their trial."""
    trials = study.get_trials(deepcopy=False)
    records = [TrialRecord.from_dict(t.user_attrs["record"]) for t in trials if t.user_attrs]
    return {record.index: record for record in records}


def _distribution(optuna: Any, each: Range) -> Any:
    kinds = optuna.distributions
    if each.scale == "choice":
        return kinds.CategoricalDistribution([_to_optuna(value) for value in each.choices])
    if each.scale == "int":
        return kinds.IntDistribution(int(each.low), int(each.high))
    return kinds.FloatDistribution(each.low, each.high, log=each.scale == "log")


def _to_optuna(value: Any) -> Any:
    """Optuna's choices are texts and numbers: lists and objects go as JSON."""
    return f"json {json.dumps(value)}" if isinstance(value, (list, dict)) else value


def _from_optuna(value: Any) -> Any:
    is_json = isinstance(value, str) and value.startswith("json ")
    return json.loads(value.removeprefix("json ")) if is_json else value


def _failed(task: TrialTask, message: str) -> TrialRecord:
    return replace(
        TrialRecord(task.index, task.stage, task.parameters), state="failed", message=message
    )
