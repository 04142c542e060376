"""The work behind the page of lab 5, as jobs that run beside the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from core.base.translation import Message
from core.experiment.spec import ExperimentSpec
from core.studies.base import Progress
from core.studies.landscape import (
    LEVELS,
    POINTS,
    Fan,
    Plane,
    Site,
    Subject,
    Surface,
    fan,
    own_plane,
    random_plane,
    surface,
    train,
)
from core.worker.job import Context

T = TypeVar("T")

RANDOM, PATH = "random", "path"
# Lines are drawn coarse first, too.
COARSE = 11
# The very first picture has this many points a side and one coarse line: 36 losses, which take
# less than 0.3 s even where 51 × 51 of them take 20 s.
FIRST = 5


@dataclass(frozen=True)
class TrainJob:
    """Train specs, each for a number of updates (0: to its own end); the result is their
    subjects."""

    runs: tuple[tuple[str, ExperimentSpec, int], ...]

    def run(self, context: Context) -> tuple[Subject, ...]:
        subjects = []
        for i, (label, spec, steps) in enumerate(self.runs):

            def tell(share: float, text: str, i: int = i, label: str = label) -> None:
                context.progress(
                    i + share, len(self.runs), Message("training {label}", label=label)
                )

            subjects.append(train(spec, tell, steps, label))
        return tuple(subjects)


@dataclass(frozen=True)
class SliceSettings:
    """What is shown of a network: `plane` is "random" or "path"."""

    plane: str = RANDOM
    normalised: bool = True
    reach: float = 1.0
    seed: int = 1
    lines: int = 10
    samples: int = 500
    finest: int = LEVELS[-1]


@dataclass(frozen=True, eq=False)
class Slice:
    """What has been computed of one network so far."""

    centre: float
    samples: int
    fan: Fan
    plane: Plane
    surface: Surface
    seconds: float


@dataclass(frozen=True)
class SliceJob:
    """Slices of several networks, finer and finer; snapshots and result have one per network."""

    subjects: tuple[Subject, ...]
    settings: SliceSettings

    def run(self, context: Context) -> tuple[Slice, ...]:
        began, s = time.perf_counter(), self.settings
        sites = [Site(subject, s.samples) for subject in self.subjects]
        levels = [side for side in LEVELS if side <= s.finest]
        fine = POINTS * s.lines if LEVELS[1] in levels else 0
        lines = COARSE * (1 + s.lines) + fine
        levels.insert(0, FIRST)
        work = _Work(context, len(sites) * (lines + sum(n * n for n in levels)))
        planes = [self._plane(site) for site in sites]
        fans = [self._fan(site, COARSE, 1, work) for site in sites]
        shown: tuple[Slice, ...] = ()
        for side in levels:
            surfaces = [
                self._surface(site, plane, side, work)
                for site, plane in zip(sites, planes, strict=True)
            ]
            if side in LEVELS[:2]:
                points = COARSE if side == LEVELS[0] else POINTS
                fans = [self._fan(site, points, s.lines, work) for site in sites]
            seconds = time.perf_counter() - began
            parts = zip(sites, fans, planes, surfaces, strict=True)
            shown = tuple(
                Slice(site.centre(), site.samples, lines, plane, points, seconds)
                for site, lines, plane, points in parts
            )
            context.snapshot(shown)
        return shown

    def _plane(self, site: Site) -> Plane:
        s = self.settings
        if s.plane == PATH:
            return own_plane(site.subject)
        return random_plane(site, s.seed, s.reach, s.normalised)

    def _surface(self, site: Site, plane: Plane, side: int, work: _Work) -> Surface:
        return work.part(side * side, lambda tell: surface(site, plane, side, tell))

    def _fan(self, site: Site, points: int, lines: int, work: _Work) -> Fan:
        s = self.settings

        def compute(tell: Progress) -> Fan:
            return fan(site, s.seed, lines, s.reach, points, s.normalised, tell)

        return work.part(points * lines, compute)


class _Work:
    """Adds the progress of parts up to the whole."""

    def __init__(self, context: Context, total: float) -> None:
        self._context, self._total, self._done = context, total, 0.0

    def part(self, size: float, compute: Callable[[Progress], T]) -> T:
        """Do a part of this size; `compute` is given the progress callback."""

        def tell(share: float, text: str) -> None:
            self._context.progress(self._done + share * size, self._total, text)

        result = compute(tell)
        self._done += size
        return result
