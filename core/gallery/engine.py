"""Running an experiment: all its specs in lockstep, in one thread, on the same samples.

Runs of one seed share samples, random draws and the order of batches by construction, so that they
differ in nothing but what the experiment varies. They go step by step in turn, so that a batch is
read from memory once for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from core.data import DATASETS
from core.data.mnist import find
from core.gallery.experiment import Experiment, Outcome, Plan, Variant
from core.gallery.results import Results
from core.gallery.signals import Signals, signals
from core.meter import Meter
from core.spec import ExperimentSpec
from core.storage import Storage
from core.telemetry import Frame, Segment
from core.trainer import Trainer
from core.training_data import TrainingData

# Told how much is done, 0…1, and what is going on.
Progress = Callable[[float, str], None]
Question = Callable[[], bool]

# All runs have come equally far this many times.
ROUNDS = 100
PARTS = ("train", "validation", "test")
MEASURED = ("activations", "shares")
NO_SEGMENT = Segment(0, *(np.empty(0),) * 3)


class Cancelled(Exception):
    """The user has had enough."""


def data_for(experiment: Experiment, bundled: bool = False) -> str:
    """The first data set of an experiment that is there, or that comes with the application."""
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
) -> Results:
    """Run an experiment on one of its data sets, for all its seeds.

    Raises `DataError` where the data cannot be had, and `Cancelled`.
    """
    data, seeds = data or data_for(experiment), tuple(seeds) or experiment.seeds
    plan = experiment.plans[data]
    began = time.perf_counter()
    outcomes: dict[str, list[Outcome]] = {variant.label: [] for variant in plan.variants}
    with threadpool_limits(limits=1, user_api="blas"):
        for i, seed in enumerate(seeds):

            def tell(share: float, i: int = i, seed: int = seed) -> None:
                progress((i + share) / len(seeds), f"{experiment.title}, seed {seed}")

            for outcome in _run_seed(plan, seed, tell, cancelled):
                outcomes[outcome.label].append(outcome)
    return Results(
        experiment=experiment,
        data=data,
        seeds=seeds,
        outcomes={label: tuple(each) for label, each in outcomes.items()},
        seconds=time.perf_counter() - began,
    )


def _run_seed(
    plan: Plan, seed: int, tell: Callable[[float], None], cancelled: Question
) -> list[Outcome]:
    grounds: list[Ground] = []
    lanes = []
    for variant in plan.variants:
        spec = replace(variant.spec, seed=seed)
        lanes.append(Lane(variant, spec, plan, _ground_of(spec, grounds)))
    for done in range(1, ROUNDS + 1):
        in_turn(lanes, done / ROUNDS, cancelled)
        tell(done / ROUNDS)
    return [lane.outcome() for lane in lanes]


def in_turn(lanes: list[Lane], share: float, cancelled: Question = lambda: False) -> None:
    """Let all runs go on, one step each at a time, until `share` of each is done."""
    going = [lane.towards(share) for lane in lanes]
    while going:
        if cancelled():
            raise Cancelled
        going = [steps for steps in going if next(steps, False)]


class Ground(NamedTuple):
    """What runs on the same samples have in common: these, and the memory for a batch of them."""

    data: TrainingData
    storage: Storage


def ground(spec: ExperimentSpec) -> Ground:
    data = TrainingData(spec)
    return Ground(data, Storage(data.dtype, common=True))


def _ground_of(spec: ExperimentSpec, grounds: list[Ground]) -> Ground:
    for known in grounds:
        if known.data.fits(spec):
            return known
    grounds.append(ground(spec))
    return grounds[-1]


class Lane:
    """One run among those that go in lockstep."""

    def __init__(self, variant: Variant, spec: ExperimentSpec, plan: Plan, common: Ground) -> None:
        self._variant, self._plan = variant, plan
        self.trainer = Trainer(spec, common.data, common.storage)
        epochs = spec.training.max_epochs
        whole = epochs * self.trainer.sampler.steps_per_epoch
        self.steps = whole if plan.steps is None else plan.steps
        self._watched = len(common.data.part("validation")) > 0
        self._segments: list[Segment] = []
        self._scores = [self.trainer.evaluate()]
        self._seconds = 0.0
        self._before = self._signals()

    def towards(self, share: float) -> Iterator[bool]:
        """Go on until `share` of the run is done; yields after every step."""
        trainer, target = self.trainer, round(share * self.steps)
        while trainer.iteration < target and not trainer.finished:
            began = time.perf_counter()
            trainer.advance(1)
            if self._watched and trainer.epoch == trainer.sampler.epochs:
                self._scores += trainer.take_scores() or [trainer.evaluate()]
            self._seconds += time.perf_counter() - began
            yield True
        self._segments.append(trainer.take_segment())

    def outcome(self) -> Outcome:
        trainer = self.trainer
        diverged, reason = trainer.divergence is not None, trainer.finished
        iterations = trainer.iteration
        final = {part: trainer.evaluate(part) for part in PARTS}
        probes = {name: probe(trainer) for name, probe in self._plan.probes.items()}
        return Outcome(
            label=self._variant.label,
            spec=trainer.spec,
            status="diverged" if diverged else "finished",
            reason=reason,
            iterations=iterations,
            steps_per_epoch=trainer.sampler.steps_per_epoch,
            seconds=self._seconds,
            loss=np.concatenate([segment.loss for segment in self._segments]),
            accuracy=np.concatenate([segment.accuracy for segment in self._segments]),
            validation=tuple(score for score in self._scores if score),
            final=final,
            before=self._before,
            after=self._signals(),
            probes=probes,
        )

    def _signals(self) -> tuple[Signals, Frame]:
        frame = Meter(self.trainer).frame("paused", measures=MEASURED, validate=False)
        return signals(self.trainer), replace(frame, segment=NO_SEGMENT, validation=(), data=None)
