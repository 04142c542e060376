"""Checkpoints: copies of a trainer's state from which its run can continue, in bounded memory."""

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
class CheckpointKey:
    """Identifies a checkpoint: an iteration of run number `run`, and its settings then."""

    run: int
    iteration: int
    spec: ExperimentSpec


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A state of `Trainer.state` with its key, and the `figures` of the update that led to it."""

    key: CheckpointKey
    state: dict[str, Any]
    figures: Any = None

    @property
    def iteration(self) -> int:
        return self.key.iteration


class Checkpoints:
    """Checkpoints of one run, ascending. The first and the newest are always kept. There are at
    most `most` of them, in at most `memory` bytes unless two need more; those whose neighbours are
    closest together are dropped first.
    """

    def __init__(self, most: int = MOST, memory: int = MEMORY) -> None:
        self.most, self.memory = most, memory
        self.clear()

    def clear(self) -> None:
        self.kept: tuple[Checkpoint, ...] = ()
        # The window may choose a checkpoint before it is notified that it has been dropped.
        self._given_up: deque[Checkpoint] = deque(maxlen=2)
        self._next_at = 0.0

    @property
    def keys(self) -> tuple[CheckpointKey, ...]:
        """The keys of the checkpoints, ascending."""
        return tuple(known.key for known in self.kept)

    def find(self, key: CheckpointKey) -> Checkpoint | None:
        """The checkpoint of a key; None if it belongs to another run or was dropped long ago."""
        return next((c for c in (*self.kept, *self._given_up) if c.key == key), None)

    def offer(self, run: int, trainer: Trainer, figures: Callable[[], Any] = lambda: None) -> None:
        """Keep the trainer's state, unless that would be too often for its size. `figures` returns
        those of its last update."""
        started = time.perf_counter()
        if trainer.finished or started < self._next_at:
            return
        self.add(
            Checkpoint(
                CheckpointKey(run, trainer.iteration, trainer.spec), trainer.state(), figures()
            )
        )
        ended = time.perf_counter()
        self._next_at = ended + (ended - started) / SHARE

    def add(self, checkpoint: Checkpoint) -> None:
        """Add a checkpoint, replacing any of the same iteration or later."""
        kept = [known for known in self.kept if known.iteration < checkpoint.iteration]
        self._given_up.extend(self.kept[len(kept) :])
        kept.append(checkpoint)
        while len(kept) > 2 and (len(kept) > self.most or memory(kept) > self.memory):
            self._given_up.append(kept.pop(_least_missed(kept)))
        # A new tuple: other threads may be reading the old one.
        self.kept = tuple(kept)

    def rewind(self, iteration: int, run: int) -> None:
        """Remove those after `iteration`; the others now belong to run number `run`."""
        kept = (known for known in self.kept if known.iteration <= iteration)
        self.kept = tuple(replace(c, key=replace(c.key, run=run)) for c in kept)
        self._given_up.clear()
        self._next_at = 0.0


def memory(checkpoints: Sequence[Checkpoint]) -> int:
    """Bytes of all arrays; those shared by several checkpoints are counted once."""
    arrays = (array for known in checkpoints for array in _arrays(known.state))
    return sum({id(array): array.nbytes for array in arrays}.values())


def _arrays(state: Any) -> Iterator[np.ndarray]:
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, dict | tuple):
        for part in state.values() if isinstance(state, dict) else state:
            yield from _arrays(part)


def _least_missed(kept: Sequence[Checkpoint]) -> int:
    """The index of the one to drop: neither the first nor the last."""
    return min(range(1, len(kept) - 1), key=lambda i: kept[i + 1].iteration - kept[i - 1].iteration)
