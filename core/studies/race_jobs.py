"""The race and the rate sweep as background jobs, and the state of a rule along its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.catalogue.surfaces import Point, Surface
from core.studies.optimizer_race import (
    Newton,
    Race,
    Racer,
    Sweep,
    gradient_noise,
    race,
    sweep,
)
from core.worker.job import Context

Values = NDArray[np.float64]


@dataclass(frozen=True)
class RaceJob:
    """Lets all contestants descend from all starts."""

    surface: Surface
    contestants: Mapping[str, Racer]
    starts: tuple[Point, ...]
    steps: int
    noise: float = 0.0
    seed: int = 1

    def run(self, context: Context) -> Race:
        def progress(share: float, text: str) -> None:
            context.progress(round(1000 * share), 1000, text)

        return race(
            self.surface,
            self.contestants,
            self.starts,
            self.steps,
            self.noise,
            self.seed,
            progress,
        )


@dataclass(frozen=True)
class SweepJob:
    """f after some steps for every contestant and rate; first a coarse sweep, as a snapshot."""

    surface: Surface
    contestants: Mapping[str, Racer]
    start: Point
    steps: int
    rates: Values = field(compare=False)

    def run(self, context: Context) -> Sweep:
        def progress(share: float, text: str) -> None:
            context.progress(round(1000 * share), 1000, text)

        coarse = sweep(
            self.surface, self.contestants, self.start, self.steps, self.rates[::5], progress
        )
        context.snapshot(coarse)
        return sweep(self.surface, self.contestants, self.start, self.steps, self.rates, progress)


@dataclass(frozen=True)
class Memory:
    """The state of a rule at every step of one path.

    `gradient` (steps, 2) is what it was given, noise included; `slots` are its state vectors after
    each update, by name, each (steps, 2).
    """

    gradient: Values
    slots: Mapping[str, Values]


def memory(ran: Race, key: str, start: int = 0) -> Memory:
    """Follow the rule with this key along the path it took from start number `start`."""
    run = ran.runs[key]
    racer, path = run.racer, run.path[:, start]
    steps = len(path) - 1
    with np.errstate(all="ignore"):
        gradient = np.column_stack(ran.surface.gradient(path[:-1, 0], path[:-1, 1]))
        drawn = gradient_noise(ran.noise, steps, len(ran.starts), ran.seed)
        if drawn is not None:
            gradient = gradient + drawn[:, start]
        if isinstance(racer, Newton) or not racer.slots:
            return Memory(gradient, {})
        state = racer.init(2, np.float64)
        slots = {name: np.empty((steps, 2)) for name in racer.slots}
        scratch = np.empty(2)
        for t in range(steps):
            racer.step(
                path[t].copy(), gradient[t].copy(), state, t + 1, racer.learning_rate, scratch
            )
            for name, kept in slots.items():
                kept[t] = state[name]
    return Memory(gradient, slots)
