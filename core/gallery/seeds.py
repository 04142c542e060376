"""The seeds of experiments as independent tasks, for the executors of `core.worker.executors`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.base.cancellation import Cancelled
from core.gallery.engine import GalleryJob, Progress, Trained, results_of, train
from core.gallery.experiment import Experiment, Outcome
from core.gallery.results import Results
from core.worker.crew import Crew, Stopped
from core.worker.executors import Executors, Report


class Request(NamedTuple):
    """An experiment on one of its data sets, for some seeds."""

    experiment: Experiment
    data: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class SeedProgress:
    """How far a task is: `share` of it, 0…1."""

    index: int
    share: float
    text: str


@dataclass(frozen=True)
class SeedResult:
    """The outcomes of one seed by the runs' labels."""

    index: int
    outcomes: dict[str, Outcome]
    seconds: float


@dataclass(frozen=True)
class SeedTask:
    """All runs of one seed, in lockstep."""

    index: int
    job: GalleryJob

    def run(self, shared: Any, report: Report) -> SeedResult | None:
        """Raises `DataError` where the data cannot be had."""
        now = SeedProgress(self.index, 0.0, self.job.title)

        def progress(share: float, text: str) -> None:
            nonlocal now
            now = SeedProgress(self.index, share, text)

        try:
            trained = train(
                self.job.title, self.job.plan, self.job.seeds, progress, lambda: report(lambda: now)
            )
        except Cancelled:
            return None
        outcomes = {label: each[0] for label, each in trained.outcomes.items()}
        return SeedResult(self.index, outcomes, trained.seconds)


class SeedRuns:
    """Runs the seeds of several experiments on an executor; give `watch` to it."""

    def __init__(
        self,
        requests: Sequence[Request],
        done: Callable[[Results], None],
        progress: Progress = lambda share, text: None,
    ) -> None:
        """`done` is given the results of each request, in their order, as soon as that is known.
        `progress` is called in threads of the executor."""
        self._requests, self._done, self._progress = list(requests), done, progress
        self._places = [(r, seed) for r in range(len(requests)) for seed in requests[r].seeds]
        self._shares = [0.0] * len(self._places)
        self._found: dict[int, SeedResult] = {}
        self._told = 0

    def run(self, make: Executors, stopped: Stopped = lambda: False) -> bool:
        """Run all; False if stopped. Raises `ExecutorError`, `DataError`."""
        tasks = [
            SeedTask(i, GalleryJob.of(self._requests[r].experiment, self._requests[r].data, [seed]))
            for i, (r, seed) in enumerate(self._places)
        ]
        return Crew(make).run(tasks, self._keep, stopped)

    def watch(self, report: SeedProgress) -> None:
        """Take what a worker reports."""
        self._shares[report.index] = report.share
        self._progress(sum(self._shares) / len(self._shares), report.text)

    def _keep(self, result: SeedResult) -> None:
        self._found[result.index] = result
        self._shares[result.index] = 1.0
        while self._told < len(self._requests) and self._is_over(self._told):
            self._done(self._results(self._told))
            self._told += 1

    def _indices(self, request: int) -> list[int]:
        return [i for i, (r, _) in enumerate(self._places) if r == request]

    def _is_over(self, request: int) -> bool:
        return all(i in self._found for i in self._indices(request))

    def _results(self, request: int) -> Results:
        experiment, data, seeds = self._requests[request]
        found = [self._found[i] for i in self._indices(request)]
        outcomes = {label: tuple(each.outcomes[label] for each in found)
                    for label in found[0].outcomes}  # fmt: skip
        seconds = sum(each.seconds for each in found)
        return results_of(experiment, data, Trained(seeds, outcomes, seconds))
