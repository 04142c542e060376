"""A search as a job of the window: its snapshots and its result are what has been added."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from core.base.translation import Message
from core.experiment.space import Narrowing, Range
from core.search.plan import SearchPlan
from core.search.study import Stage, Study, load, next_narrowings, ranked
from core.search.summary import BEST, Repeated
from core.search.trial import TrialRecord
from core.training.training_data import TrainingData
from core.worker.executors import executors

if TYPE_CHECKING:
    from core.worker.job import Context

# The least time between two computations of the importances, and their largest share of the time.
WEIGH_SECONDS, WEIGH_SHARE = 1.0, 0.02


@dataclass(frozen=True)
class SearchUpdate:
    """What follows on the last update of a search: the trials that have ended since, and all else
    as it is now. A search sends each record once, however many there are."""

    records: tuple[TrialRecord, ...] = ()
    running: tuple[TrialRecord, ...] = ()
    stages: tuple[Stage, ...] = ()
    importances: tuple[tuple[str, float], ...] = ()
    repeated: tuple[Repeated, ...] = ()
    finished: bool = False


@dataclass(frozen=True)
class SearchState(SearchUpdate):
    """The state of a search at one time: all finished trials, and running ones so far. Only the
    best trials have their curves: those of thousands take much memory."""

    plan: SearchPlan = field(kw_only=True)

    @cached_property
    def best_first(self) -> list[TrialRecord]:
        """The trials that were trained to their end, ranked."""
        return ranked(self.records, self.plan.score)

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Those that trials are drawn from at this time."""
        return self.stages[-1].ranges if self.stages else self.plan.ranges

    @property
    def next_ranges(self) -> tuple[Narrowing, ...]:
        """How the ranges would change if another stage followed now; empty with few trials."""
        return next_narrowings(self.plan, self.ranges, self.records)

    def updated(self, update: SearchUpdate) -> SearchState:
        """The state after an update."""
        records = {record.index: record for record in (*self.records, *update.records)}
        known = [records[index] for index in sorted(records)]
        best = {record.index for record in ranked(known, self.plan.score)[:BEST]}
        kept = tuple(r if r.index in best or not r.epochs else r.without_curves() for r in known)
        return SearchState(**{**vars(update), "records": kept}, plan=self.plan)


@dataclass(frozen=True)
class StudyJob:
    """Reads the study in a file."""

    file: Path

    def run(self, context: Context) -> SearchState:
        """Raises `SearchError`, `SpecError`, `MissingExtra`."""
        study = load(self.file)
        update = SearchUpdate(
            tuple(study.records),
            stages=tuple(study.stages),
            importances=tuple(study.importances().items()),
            repeated=tuple(study.repeated),
            finished=study.finished,
        )
        return SearchState(plan=study.plan).updated(update)


@dataclass(frozen=True)
class SearchJob:
    """Continues the study in `file`, or starts it, until the plan is done. The first update has all
    trials that the file holds.

    With a `cluster` address trials run there, else in `jobs` processes. With `repeat` the best
    trials are trained again with other seeds at the end. After `minutes`, if any, it stops.
    """

    plan: SearchPlan
    file: Path
    jobs: int = 2
    cluster: str = ""
    repeat: bool = False
    minutes: float = 0.0
    cancel_seconds: ClassVar[float] = 2.0

    def run(self, context: Context) -> SearchUpdate:
        """Raises `SearchError`, `ExecutorError`, `DataError`, `MissingExtra`."""
        return _Search(self, context).run()


class _Search:
    def __init__(self, job: SearchJob, context: Context) -> None:
        self._job, self._context = job, context
        self._running: dict[int, TrialRecord] = {}
        self._sent: set[int] = set()
        self._changed = True
        self._weigh_at = 0.0
        self._ends = time.monotonic() + 60 * job.minutes if job.minutes else math.inf
        self._importances: tuple[tuple[str, float], ...] = ()
        self._repeated: tuple[Repeated, ...] = ()

    def run(self) -> SearchUpdate:
        job = self._job
        data = TrainingData(job.plan.experiment)
        job.plan.validate_task(data.split.train.task)
        self._context.check()
        self._study = Study(job.plan, job.file)
        self._context.check()
        with executors(job.jobs, job.cluster, data, self._watch) as make:
            self._study.run(make, self._done, self._is_over)
            if job.repeat and not self._context.cancelled:
                self._repeated = tuple(self._study.repeat(make, stopped=self._look))
        self._context.check()
        self._running.clear()
        return self._update()

    def _watch(self, record: TrialRecord) -> None:
        """Called in threads of the executors: a trial has made progress."""
        self._running[record.index] = record
        self._changed = True

    def _done(self, record: TrialRecord) -> None:
        self._running.pop(record.index, None)
        self._changed = True
        count = len(self._study.records)
        self._weigh()
        total = self._job.plan.budget
        if not self._context.cancelled:
            self._context.progress(
                count, total, Message("{count} of {total} trials", count=count, total=total)
            )
        self._look()

    def _weigh(self) -> None:
        """Find what matters, which takes longer with every trial: a small share of the time."""
        began = time.monotonic()
        if began >= self._weigh_at:
            self._importances = tuple(self._study.importances().items())
            now = time.monotonic()
            self._weigh_at = now + max(WEIGH_SECONDS, (now - began) / WEIGH_SHARE)

    def _is_over(self) -> bool:
        """Whether trials are to stop: cancelled, or the time is over."""
        return self._look() or time.monotonic() >= self._ends

    def _look(self) -> bool:
        """Show what has changed; whether the search is to stop."""
        if self._context.cancelled:
            return True
        if self._changed and self._context.ready:
            self._changed = False
            self._context.snapshot(self._update())
        return False

    def _update(self) -> SearchUpdate:
        study = self._study
        records = study.records
        fresh = tuple(record for record in records if record.index not in self._sent)
        self._sent = {record.index for record in records}
        return SearchUpdate(
            fresh,
            tuple(r for r in list(self._running.values()) if r.index not in self._sent),
            tuple(study.stages),
            tuple(study.importances().items()) if study.finished else self._importances,
            self._repeated,
            study.finished,
        )
