"""The last update of a run, available whenever the run is paused.

Recording every update would take up to a tenth of the time. So a state of the run is kept now and
then, and an update that was not recorded is obtained by repeating the steps since then: a run is
deterministic, so they are the same steps, bit for bit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.base.arrays import Array

# Share of the time that may go into keeping states.
SHARE = 0.01


@dataclass(eq=False)
class UpdateRecord:
    """Update number `iteration` (from 1; 0 while there is none), all vectors (parameters,).

    `gradient` is that of the batch's data loss, before penalty and clipping; `before` and `after`
    are the parameters around the update, weight decay included, before any early stopping puts
    other weights in their place. `loss` is the batch's data loss as it is minimised (mean or sum,
    class weights, targets as scaled), `penalty` the weight penalty; both at the weights `before`.
    """

    gradient: Array
    before: Array
    after: Array
    iteration: int = 0
    loss: float = np.nan
    penalty: float = np.nan

    @classmethod
    def empty(cls, params: Array) -> UpdateRecord:
        gradient, before, after = (np.full_like(params, np.nan) for _ in range(3))
        return cls(gradient, before, after)


class Replayable(Protocol):
    """A run that can go back to a state of its own and repeat the steps since."""

    iteration: int

    def state(self) -> dict[str, Any]: ...

    def replay(self, state: dict[str, Any], record: UpdateRecord) -> None:
        """Repeat the steps from a state to the present one, and note the last of them."""
        ...


class LastUpdate:
    """Follows a run with these parameters and knows its last update."""

    def __init__(self, run: Replayable, params: Array) -> None:
        self._run = run
        self._record = UpdateRecord.empty(params)
        # Two states: the run may end right after the newer one, at the same iteration.
        self._anchors: list[dict[str, Any]] = []
        self._next_at = 0.0

    @property
    def record(self) -> UpdateRecord | None:
        """The last update; None before the first, and if the run was not followed."""
        now = self._run.iteration
        if self._record.iteration != now:
            earlier = [state for state in self._anchors if state["iteration"] < now]
            if earlier:
                self._run.replay(earlier[-1], self._record)
        return self._record if 0 < now == self._record.iteration else None

    @property
    def note(self) -> UpdateRecord:
        """The record for the next update."""
        return self._record

    def look(self) -> None:
        """Keep the trainer's state if it is due; called between updates."""
        began = time.perf_counter()
        if began < self._next_at and self._anchors:
            return
        self._anchors = [*self._anchors[-1:], self._run.state()]
        ended = time.perf_counter()
        self._next_at = ended + (ended - began) / SHARE

    def settle(self) -> None:
        """Discard the kept state before anything other than an update changes the run."""
        _ = self.record
        self._anchors = []

    def forget(self) -> None:
        """Called when the run has returned to an earlier state."""
        self._record.iteration = 0
        self._anchors = []
