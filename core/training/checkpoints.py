"""Copies of a trainer's state from which its run can go on: a few, in bounded memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.experiment.spec import ExperimentSpec
from core.training.trainer import Trainer

MOST = 60
MEMORY = 64 * 2**20
# Share of the time that may go into copying states.
SHARE = 0.01


@dataclass(frozen=True)
class Moment:
    """A moment of run number `run`, and its settings then."""

    run: int
    iteration: int
    spec: ExperimentSpec


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A moment, what `Trainer.state` returned then, and `figures` of the update that led there."""

    moment: Moment
    state: dict[str, Any]
    figures: Any = None

    @property
    def iteration(self) -> int:
        return self.moment.iteration


class Checkpoints:
    """Checkpoints of one run, ascending. The first and the newest are never lost.

    There are at most `most` of them, and they take at most `memory` bytes unless two are more than
    that; those are given up first whose neighbours lie closest together.
    """

    def __init__(self, most: int = MOST, memory: int = MEMORY) -> None:
        self.most, self.memory = most, memory
        self.clear()

    def clear(self) -> None:
        self.kept: tuple[Checkpoint, ...] = ()
        # Someone may choose a moment before learning that it has just been given up.
        self._given_up: deque[Checkpoint] = deque(maxlen=2)
        self._next_at = 0.0

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Those of the checkpoints kept, ascending."""
        return tuple(known.moment for known in self.kept)

    def find(self, moment: Moment) -> Checkpoint | None:
        """The checkpoint of a moment; None where it belongs to another run or is long gone."""
        return next((c for c in (*self.kept, *self._given_up) if c.moment == moment), None)

    def offer(self, run: int, trainer: Trainer, figures: Callable[[], Any] = lambda: None) -> None:
        """Keep the trainer's state, unless that would be too often for its size. `figures` gives
        those of its last update."""
        started = time.perf_counter()
        if trainer.finished or started < self._next_at:
            return
        self.add(
            Checkpoint(Moment(run, trainer.iteration, trainer.spec), trainer.state(), figures())
        )
        ended = time.perf_counter()
        self._next_at = ended + (ended - started) / SHARE

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep one more, in place of any of the same iteration or later."""
        kept = [known for known in self.kept if known.iteration < checkpoint.iteration]
        self._given_up.extend(self.kept[len(kept) :])
        kept.append(checkpoint)
        while len(kept) > 2 and (len(kept) > self.most or memory(kept) > self.memory):
            self._given_up.append(kept.pop(_least_missed(kept)))
        # A new tuple: other threads may be reading the old one.
        self.kept = tuple(kept)

    def rewind(self, iteration: int, run: int) -> None:
        """Forget what came after `iteration`; the others belong to run number `run` from now on."""
        kept = (known for known in self.kept if known.iteration <= iteration)
        self.kept = tuple(replace(c, moment=replace(c.moment, run=run)) for c in kept)
        self._given_up.clear()
        self._next_at = 0.0


def memory(checkpoints: Sequence[Checkpoint]) -> int:
    """Bytes of all arrays, those that several checkpoints share counted once."""
    arrays = (array for known in checkpoints for array in _arrays(known.state))
    return sum({id(array): array.nbytes for array in arrays}.values())


def _arrays(state: Any) -> Iterator[np.ndarray]:
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, dict | tuple):
        for part in state.values() if isinstance(state, dict) else state:
            yield from _arrays(part)


def _least_missed(kept: Sequence[Checkpoint]) -> int:
    """Which one to give up: neither the first nor the last."""
    return min(range(1, len(kept) - 1), key=lambda i: kept[i + 1].iteration - kept[i - 1].iteration)
