"""What is shown of an experiment while it goes on: immutable updates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.telemetry.frame import Frame
from core.training.results import Score, Segment

# What the frames of an update contain beyond the figures that are always cheap.
MEASURED = ("activations", "shares")


@dataclass(frozen=True)
class RunUpdate:
    """What is new of one run.

    `segment` and `validation` are what has come since the last update. `steps` is how many updates
    of the weights the run will have done, unless it ends earlier. `frame` is there where the run
    was measured.
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
class ComparisonUpdate:
    """What is new of all runs of one seed, which is number `turn` of those asked for."""

    seed: int
    turn: int
    runs: tuple[RunUpdate, ...]


# Takes an update, and may wait until there is room for it.
Watch = Callable[[ComparisonUpdate], None]
