"""Immutable updates of an experiment in progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.telemetry.frame import Frame
from core.training.results import Score, Segment

# The optional measures in the frames of an update.
MEASURED = ("activations", "shares")


@dataclass(frozen=True)
class RunUpdate:
    """New data of one run. `segment` and `validation` are those since the last update. `steps` is
    the planned length of the run. `frame` is set if the run was measured.
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
    """New data of all runs of one seed, which is number `turn` of those requested."""

    seed: int
    turn: int
    runs: tuple[RunUpdate, ...]


# Receives an update, and may block.
Watch = Callable[[ComparisonUpdate], None]
