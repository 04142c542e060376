"""Runs an experiment: all its specs in lockstep, in one thread, on the same samples.

Runs of one seed share samples, random draws and the order of batches by construction, so they
differ only in what the experiment varies. They take turns step by step, so that a batch is read
from memory once for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, Union

import numpy as np
from threadpoolctl import threadpool_limits

from core.base.cancellation import Cancelled
from core.base.translation import Message
from core.data import DATASETS
from core.data.mnist import find
from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Experiment, Outcome, Plan, Variant
from core.gallery.measuring import NO_SEGMENT, PARTS, SharedData, frame_of, shared_data
from core.gallery.results import Results
from core.gallery.search_run import SearchRun
from core.gallery.signals import signals
from core.gallery.watching import ComparisonUpdate, RunUpdate, Watch
from core.network.calibration import Report
from core.telemetry.frame import Frame
from core.training.ensembles import member_streams
from core.training.results import Segment
from core.training.trainer import Trainer
from core.worker.job import Context

# Called with the share done, 0…1, and a description.
Progress = Callable[[float, str], None]
Question = Callable[[], bool]

# The runs are synchronised this many times, at the same share of their length.
ROUNDS = 100
# Interval of updates while watched, and the maximum share of time for making them.
WATCH_SECONDS = 1 / 60
WATCH_SHARE = 0.1


AnyRun = Union["LockstepRun", SearchRun]


def data_for(experiment: Experiment, bundled: bool = False) -> str:
    """The first data set of an experiment that is available, or that comes with the application."""
    for key in experiment.plans:
        if DATASETS[key].bundled or (not bundled and find(key)):
            return key
    raise ValueError(f"{experiment.key}: has no plan for data that come with the application")


def run(
    experiment: Experiment,
    data: str = "",
    seeds: Sequence[int] = (),
    progress: Progress = lambda share, text: None,
    cancelled: Question = lambda: False,
    watch: Watch | None = None,
) -> Results:
    """Run an experiment on one of its data sets, for all its seeds; see `train`."""
    data, seeds = data or data_for(experiment), tuple(seeds) or experiment.seeds
    plan = experiment.plans[data]
    trained = train(experiment.title, plan, seeds, progress, cancelled, watch)
    return results_of(experiment, data, trained)


class Trained(NamedTuple):
    """The outcomes of all runs for all seeds, by the runs' labels, and the duration."""

    seeds: tuple[int, ...]
    outcomes: dict[str, tuple[Outcome, ...]]
    seconds: float


def results_of(experiment: Experiment, data: str, trained: Trained) -> Results:
    return Results(experiment, data, *trained)


def train(
    title: str,
    plan: Plan,
    seeds: tuple[int, ...],
    progress: Progress = lambda share, text: None,
    cancelled: Question = lambda: False,
    watch: Watch | None = None,
    ready: Question = lambda: True,
) -> Trained:
    """Train the runs of a plan for every seed.

    `watch` receives updates during training, which does not affect the runs; while it is not
    `ready` the next update waits. Raises `DataError` if the data cannot be loaded, and `Cancelled`.
    """
    began = time.perf_counter()
    outcomes: dict[str, list[Outcome]] = {variant.label: [] for variant in plan.variants}
    with threadpool_limits(limits=1, user_api="blas"):
        for i, seed in enumerate(seeds):

            def tell(share: float, i: int = i, seed: int = seed) -> None:
                text = Message("{title}, seed {seed}", title=Message(title), seed=seed)
                progress((i + share) / len(seeds), text)

            shown = _Shown(seed, i, watch, ready) if watch else None
            for outcome in _run_seed(plan, seed, tell, cancelled, shown):
                outcomes[outcome.label].append(outcome)
    whole = {label: tuple(each) for label, each in outcomes.items()}
    return Trained(seeds, whole, time.perf_counter() - began)


@dataclass(frozen=True)
class GalleryJob:
    """`train` as a job of `core.worker.job`, whose snapshots are updates and whose result is
    `Trained`. The experiment's functions cannot be pickled and are not sent."""

    title: str
    plan: Plan
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, experiment: Experiment, data: str, seeds: Sequence[int]) -> GalleryJob:
        plan = replace(experiment.plans[data], columns=(), expectations=())
        return cls(experiment.title, plan, tuple(seeds))

    def run(self, context: Context) -> Trained:
        def watch(update: ComparisonUpdate) -> None:
            # None may be lost, as each contains only what is new.
            context.wait_until_ready()
            context.snapshot(update)

        return train(
            self.title,
            self.plan,
            self.seeds,
            lambda share, text: context.progress(share, 1, text),
            lambda: context.cancelled,
            watch,
            lambda: context.ready,
        )


def plans_at_hand(experiment: Experiment) -> list[str]:
    """The data sets of an experiment that are on this computer."""
    return [key for key in experiment.plans if DATASETS[key].bundled or find(key)]


def _run_seed(
    plan: Plan,
    seed: int,
    tell: Callable[[float], None],
    cancelled: Question,
    shown: _Shown | None,
) -> list[Outcome]:
    known: list[SharedData] = []
    runs_in_step: list[AnyRun] = []
    for variant in plan.variants:
        _go_on(cancelled)
        spec = replace(variant.spec, seed=seed)
        common = _shared_data_of(spec, known)
        report = partial(_report, cancelled)
        if variant.search:
            runs_in_step.append(SearchRun(variant, spec, common, report))
        else:
            runs_in_step.append(LockstepRun(variant, spec, plan, common, report))
    if shown:
        shown.begin(runs_in_step)
    for done in range(1, ROUNDS + 1):
        in_turn(runs_in_step, done / ROUNDS, cancelled, shown)
        tell(done / ROUNDS)
    outcomes = []
    for run in runs_in_step:
        _go_on(cancelled)
        outcomes.append(run.outcome())
    if plan.together:
        found = plan.together({run.label: run.trainer for run in runs_in_step})
        outcomes = [replace(each, probes={**each.probes, **found}) for each in outcomes]
    if shown:
        shown.end(runs_in_step, outcomes)
    return outcomes


def in_turn(
    runs_in_step: Sequence[AnyRun],
    share: float,
    cancelled: Question = lambda: False,
    shown: _Shown | None = None,
) -> None:
    """Train all runs, one step each in turn, until `share` of each is done."""
    going = [run.towards(share) for run in runs_in_step]
    while going:
        _go_on(cancelled)
        if shown:
            shown.look(runs_in_step)
        going = [steps for steps in going if next(steps, False)]


def _report(cancelled: Question, share: float, text: str) -> None:
    _go_on(cancelled)


def _go_on(cancelled: Question) -> None:
    if cancelled():
        raise Cancelled


class _Shown:
    """Makes updates of the runs of one seed; one run is measured each time. Only those of the first
    seed are measured, which is enough for the views of layers.
    """

    def __init__(self, seed: int, turn: int, watch: Watch, ready: Question) -> None:
        self._seed, self._turn, self._watch, self._ready = seed, turn, watch, ready
        self._due, self._next = 0.0, 0

    def begin(self, runs_in_step: Sequence[AnyRun]) -> None:
        self._show(lambda: [run.run_update(run.before[1]) for run in runs_in_step])

    def look(self, runs_in_step: Sequence[AnyRun]) -> None:
        if time.perf_counter() < self._due or not self._ready():
            return
        chosen = self._next % len(runs_in_step) if self._turn == 0 else -1
        self._next += 1
        runs = enumerate(runs_in_step)
        self._show(lambda: [run.run_update(measured=i == chosen) for i, run in runs])

    def end(self, runs_in_step: Sequence[AnyRun], outcomes: list[Outcome]) -> None:
        both = zip(runs_in_step, outcomes, strict=True)
        last = [run.run_update(outcome.after[1]) for run, outcome in both]
        self._show(lambda: [replace(run_update, ended=True) for run_update in last])

    def _show(self, updates: Callable[[], list[RunUpdate]]) -> None:
        began = time.perf_counter()
        self._watch(ComparisonUpdate(self._seed, self._turn, tuple(updates())))
        now = time.perf_counter()
        self._due = max(began + WATCH_SECONDS, now + (now - began) / WATCH_SHARE)


def _shared_data_of(spec: ExperimentSpec, known: list[SharedData]) -> SharedData:
    for shared in known:
        if shared.data.fits(spec):
            return shared
    known.append(shared_data(spec))
    return known[-1]


class LockstepRun:
    """One of the runs in lockstep."""

    def __init__(
        self,
        variant: Variant,
        spec: ExperimentSpec,
        plan: Plan,
        common: SharedData,
        report: Report | None = None,
    ) -> None:
        """`report` is called with the progress of fitting the initial weights to the data, and may
        raise to stop."""
        self._variant, self._plan = variant, plan
        self.label = variant.label
        self.trainer = Trainer(
            spec,
            common.data,
            common.storage,
            report=report,
            streams=member_streams(spec.seed, variant.member),
        )
        epochs = spec.training.max_epochs
        whole = epochs * self.trainer.sampler.steps_per_epoch
        self.steps = whole if plan.steps is None else plan.steps
        self._watched = len(common.data.part("validation")) > 0
        self._segments: list[Segment] = []
        self._shown = 0
        self._scores = [self.trainer.evaluate()]
        self._told = 0
        self._seconds = 0.0
        self.before = (signals(self.trainer), frame_of(self.trainer))

    def towards(self, share: float) -> Iterator[bool]:
        """Train until `share` of the run is done; yields after every step."""
        trainer, target = self.trainer, round(share * self.steps)
        while trainer.iteration < target and not trainer.finished:
            began = time.perf_counter()
            trainer.advance(1)
            if self._watched and trainer.epoch == trainer.sampler.epochs:
                self._scores += trainer.take_scores() or [trainer.evaluate()]
            self._seconds += time.perf_counter() - began
            yield True
        self._segments.append(trainer.take_segment())

    def run_update(self, frame: Frame | None = None, measured: bool = False) -> RunUpdate:
        """What is new since the last update; with a frame if given or if to be `measured`."""
        trainer = self.trainer
        self._segments.append(trainer.take_segment())
        if measured:
            frame = frame_of(trainer)
        news = self._segments[self._shown :]
        scores = [score for score in self._scores[self._told :] if score]
        self._shown, self._told = len(self._segments), len(self._scores)
        return RunUpdate(
            label=self._variant.label,
            iteration=trainer.iteration,
            steps=self.steps,
            steps_per_epoch=trainer.sampler.steps_per_epoch,
            segment=_joined(news),
            validation=tuple(scores),
            ended=bool(trainer.finished) or trainer.iteration >= self.steps,
            frame=frame,
        )

    def outcome(self) -> Outcome:
        trainer = self.trainer
        diverged, reason = trainer.divergence is not None, trainer.finished
        iterations = trainer.iteration
        final = {part: trainer.evaluate(part) for part in PARTS}
        probes = {name: probe(trainer) for name, probe in self._plan.probes.items()}
        whole = _joined(self._segments)
        return Outcome(
            label=self._variant.label,
            spec=trainer.spec,
            status="diverged" if diverged else "finished",
            reason=reason,
            iterations=iterations,
            steps_per_epoch=trainer.sampler.steps_per_epoch,
            seconds=self._seconds,
            loss=whole.loss,
            accuracy=whole.accuracy,
            validation=tuple(score for score in self._scores if score),
            final=final,
            before=self.before,
            after=(signals(trainer), frame_of(trainer)),
            probes=probes,
        )


def _joined(segments: Sequence[Segment]) -> Segment:
    """Concatenate consecutive segments."""
    if not segments:
        return NO_SEGMENT
    return Segment(
        segments[0].first,
        *(
            np.concatenate([getattr(segment, name) for segment in segments])
            for name in ("loss", "accuracy", "learning_rate")
        ),
    )
