"""A study: the trials of a plan, kept in an Optuna journal that survives being killed.

The searching process alone writes to the journal, one line a trial, as soon as its record comes.
What a trial is given follows from the plan and, for strategies that learn, from the records of the
groups before its own, in their order. So the table depends on the plan alone, not on the number of
workers or their speed, and a search that was killed continues where it was.
"""

from __future__ import annotations

import importlib
import json
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.base.errors import UserError
from core.base.extras import require, without
from core.base.translation import Message, joined
from core.experiment.space import Narrowing, Range, SearchError, limits, narrowed
from core.search.plan import SearchPlan, plan_from_dict
from core.search.summary import REPEATED, Repeated, gathered, repetitions
from core.search.trial import TrialRecord, TrialTask, signed
from core.worker.crew import Crew, Stopped
from core.worker.executors import Executors

Done = Callable[[TrialRecord], None]

NAME, REPEATED_KEY = "search", "repeated"
# Pruning begins when this many earlier trials are known, and after this share of the epochs.
FEWEST_KNOWN, FIRST_RUNG = 5, 1 / 8
# Fewer trials than this show neither importances nor where the best ones lie.
FEWEST_FOR_IMPORTANCE = FEWEST_TO_NARROW = 10


@dataclass(frozen=True)
class Stage:
    """The ranges that a stage draws from, and how they came from those before."""

    ranges: tuple[Range, ...]
    narrowings: tuple[Narrowing, ...] = ()


class Study:
    """The trials of a plan, with or without a file. Raises `SearchError`, `MissingExtra`."""

    def __init__(self, plan: SearchPlan, file: Path | None = None) -> None:
        plan.validate()
        self.plan, self._file = plan, file
        self._optuna = require("optuna", extra="search", purpose=Message("Searching"))
        self._optuna.logging.set_verbosity(self._optuna.logging.ERROR)
        self._study = _open(self._optuna, plan, file)
        self._records = _stored(self._study)
        self._stages: list[Stage] = [Stage(plan.ranges)]
        while len(self._stages) < plan.stages and self._is_over(len(self._stages) - 1):
            self._stages.append(self._next_stage())

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
        return len(self._stages) == self.plan.stages and self._is_over(self.plan.stages - 1)

    def _is_over(self, stage: int) -> bool:
        groups = self.plan.groups(stage, self._stages[stage].ranges)
        return all(index in self._records for group in groups for index in group)

    def ranked(self) -> list[TrialRecord]:
        """Trials with a score, best first; of equal ones the earlier first."""
        return ranked(self.records, self.plan.score)

    def next_ranges(self) -> tuple[Narrowing, ...]:
        """How the ranges would change if another stage followed."""
        return next_narrowings(self.plan, self._stages[-1].ranges, self.records)

    def importances(self) -> dict[str, float]:
        """How much each setting decides whether a trial is among the best tenth; sums to 1.

        PED-ANOVA (Watanabe et al. 2023). Empty while there are too few trials.
        """
        if len(self.ranked()) < FEWEST_FOR_IMPORTANCE:
            return {}
        study = self._optuna.create_study(direction="maximize")
        ranges = [_covering(each, self.records) for each in self.plan.ranges]
        study.add_trials([self._trial(record, ranges) for record in self.records])
        # Its other evaluators load scikit-learn where it is installed, which takes seconds.
        with without("sklearn"):
            importance = importlib.import_module("optuna.importance")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importance.get_param_importances(
                study, evaluator=importance.PedAnovaImportanceEvaluator()
            )

    # Searching

    def run(
        self,
        executors: Executors,
        done: Done = lambda record: None,
        stopped: Stopped = lambda: False,
    ) -> None:
        """Run what is left of the plan; `done` is called with every record in this thread.

        Returns early when `stopped()`; finished trials are kept then, and also if this raises
        `ExecutorError` (the workers are lost) or `SearchError` (the file cannot be written).
        """
        crew = Crew(executors, TrialTask.failed)
        with self._writing():
            for number in range(self.plan.stages):
                if number == len(self._stages):
                    self._stages.append(self._next_stage())
                for group in self.plan.groups(number, self._stages[number].ranges):
                    if not self._run_group(number, group, crew, done, stopped):
                        return

    def repeat(
        self,
        executors: Executors,
        done: Done = lambda record: None,
        stopped: Stopped = lambda: False,
    ) -> list[Repeated]:
        """Train the best trials again with other seeds and score them on the test part; best first.

        Only of a finished search: the test part is looked at once, at the end. Kept in the study:
        another call answers at once. Empty when stopped.
        """
        best = self.ranked()
        if best and self.finished and not self.repeated:
            found: dict[int, TrialRecord] = {}

            def keep(record: TrialRecord) -> None:
                found[record.index] = record
                done(record)

            tasks = repetitions(best, self.plan)
            with self._writing():
                if not Crew(executors, TrialTask.failed).run(tasks, keep, stopped):
                    return []
                records = [found[index].to_dict() for index in sorted(found)]
                chosen = [record.index for record in best[:REPEATED]]
                self._study.set_user_attr(REPEATED_KEY, {"best": chosen, "records": records})
        return self.repeated

    @property
    def repeated(self) -> list[Repeated]:
        """What `repeat` has found of the trials that are the best ones now; empty before."""
        best = self.ranked()
        stored = self._study.user_attrs.get(REPEATED_KEY)
        if stored is None or stored["best"] != [record.index for record in best[:REPEATED]]:
            return []
        records = [TrialRecord.from_dict(raw) for raw in stored["records"]]
        return gathered(best, records, self.plan.score)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Locks the file against other processes, and reads what they have added."""
        from core.search.journal import writing

        with writing(self._file):
            self._records = _stored(self._study)
            yield

    def _next_stage(self) -> Stage:
        """What the stages so far lead to; later records do not count."""
        ranges = self._stages[-1].ranges
        before = [r for r in self.records if r.stage < len(self._stages)]
        narrowings = narrowings_of(self.plan, ranges, before)
        return Stage(tuple(n.after for n in narrowings), narrowings)

    def _run_group(
        self, stage: int, group: range, crew: Crew, done: Done, stopped: Stopped
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
        """Drawn from a study in memory that holds the earlier trials in their order."""
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

    def _trial(self, record: TrialRecord, ranges: Sequence[Range] | None = None) -> Any:
        """A record as one of Optuna's trials, drawn from `ranges` or from what covers it."""
        ranges = ranges or [_covering(each, [record]) for each in self.plan.ranges]
        states, score = self._optuna.trial.TrialState, self.plan.score
        scored = math.isfinite(record.score) and record.state in ("complete", "pruned")
        state = {"complete": states.COMPLETE, "pruned": states.PRUNED}.get(record.state)
        curve = enumerate(record.curve(score), 1)
        return self._optuna.trial.create_trial(
            state=state if scored and state else states.FAIL,
            value=signed(record.score, score) if scored else None,
            params={path: _to_optuna(value) for path, value in record.parameters.items()},
            distributions={r.path: _distribution(self._optuna, r) for r in ranges},
            intermediate_values={e: signed(v, score) for e, v in curve if math.isfinite(v)},
            user_attrs={"record": record.to_dict()},
        )


def narrowings_of(
    plan: SearchPlan, ranges: Sequence[Range], records: Sequence[TrialRecord]
) -> tuple[Narrowing, ...]:
    """How these ranges would change in a stage that follows these trials."""
    best_first = ranked(records, plan.score)
    if not best_first:
        return tuple(
            Narrowing(each, each, Message("kept: no trial has a score")) for each in ranges
        )
    return tuple(
        narrowed(
            each, [r.parameters[each.path] for r in best_first], limits(plan.experiment, each.path)
        )
        for each in ranges
    )


def next_narrowings(
    plan: SearchPlan, ranges: Sequence[Range], records: Sequence[TrialRecord]
) -> tuple[Narrowing, ...]:
    """`narrowings_of` as advice while a search runs; empty where trials are too few for it."""
    return narrowings_of(plan, ranges, records) if len(records) >= FEWEST_TO_NARROW else ()


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
    if plan.pruning == "none":
        return {}
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
    """The study in a file, to be continued. Raises `SearchError`, `SpecError`."""
    if not file.exists():
        raise SearchError(Message("{file}: there is no such study", file=file))
    optuna = require("optuna", extra="search", purpose=Message("Searching"))
    try:
        study = _journal(optuna, file)
        if study is None or "plan" not in study.user_attrs:
            raise SearchError(Message("{file}: is not a study of a search", file=file))
        return Study(plan_from_dict(json.loads(study.user_attrs["plan"])), file)
    except (UserError, MemoryError):
        raise
    except Exception as error:
        # Optuna replays whatever the lines of a damaged journal say, and fails in any way.
        said = f"{type(error).__name__}: {error}"
        raise SearchError(Message("{file}: is damaged ({error})", file=file, error=said)) from error


def _open(optuna: Any, plan: SearchPlan, file: Path | None) -> Any:
    """Optuna's study of a plan, new or read from the file."""
    if file is None:
        study = optuna.create_study(direction="maximize")
    else:
        study = _journal(optuna, file) or optuna.create_study(
            storage=_storage(file), study_name=NAME, direction="maximize"
        )
    stored = study.user_attrs.get("plan")
    if stored is None:
        study.set_user_attr("plan", json.dumps(plan.to_dict()))
        return study
    differing = plan.differences(json.loads(stored))
    if differing == ["stages"] and plan.stages > json.loads(stored)["stages"]:
        # The stored plan is the same with fewer stages, so its trials remain valid.
        study.set_user_attr("plan", json.dumps(plan.to_dict()))
    elif differing:
        raise SearchError(
            Message(
                "{file}: is the study of another search (it differs in {differing}); name "
                "another file, or resume it with the settings it began with",
                file=file,
                differing=", ".join(differing),
            )
        )
    return study


def _journal(optuna: Any, file: Path) -> Any:
    """The study in a journal, or None where there is none yet."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    try:
        return optuna.load_study(storage=_storage(file), study_name=NAME)
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise SearchError(
            Message("{file}: is not a study of a search ({error})", file=file, error=str(error))
        ) from None
    except OSError as error:
        raise SearchError(joined(": ", [str(file), error.strerror or str(error)])) from None


def _storage(file: Path) -> Any:
    from core.search.journal import storage

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return storage(file)
    except OSError as error:
        raise SearchError(joined(": ", [str(file), error.strerror or str(error)])) from None


def _stored(study: Any) -> dict[int, TrialRecord]:
    """The records in a study by the index of their trial."""
    trials = study.get_trials(deepcopy=False)
    records = [TrialRecord.from_dict(t.user_attrs["record"]) for t in trials if t.user_attrs]
    return {record.index: record for record in records}


def _covering(each: Range, records: Sequence[TrialRecord]) -> Range:
    """The range of the first stage, wide enough for the values of later ones."""
    if each.scale == "choice":
        return each
    values = [record.parameters[each.path] for record in records]
    return replace(each, low=min(each.low, *values), high=max(each.high, *values))


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
