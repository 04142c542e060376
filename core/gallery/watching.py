"""What somebody who watches an experiment is shown of it while it goes on: immutable moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.telemetry.frame import Frame
from core.training.results import Score, Segment

# What frames of a moment contain beyond the always cheap figures.
MEASURED = ("activations", "shares")


@dataclass(frozen=True)
class RunUpdate:
    """One run at a moment.

    `segment` and `validation` are what has come since the last moment. `steps` is how many updates
    the run will have done, unless it ends before. `frame` is there where the run was measured.
    """

    label: str
    iteration: int
    steps: int
    steps_per_epoch: int
    segment: Segment
    validation: tuple[Score, ...]
    ended: bool
    frame: Frame | None = None


@dataclass(frozen=True)
class Moment:
    """All runs of one seed, the `turn`-th of those asked for, at one moment."""

    seed: int
    turn: int
    runs: tuple[RunUpdate, ...]


# Takes a moment, and may wait until it is shown.
Watch = Callable[[Moment], None]
