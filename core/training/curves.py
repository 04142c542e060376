"""Buffers losses, accuracies and learning rates of single steps."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.network.passes import TrainingPass
from core.training.results import Segment


class StepCurves:
    """Collects the figures of the steps from iteration `first` on.

    Passes keep the logits of some steps and score them together; `score` collects the results.
    """

    def __init__(self, first: int = 0) -> None:
        self.rates: list[float] = []
        self._first = first
        self._loss, self._accuracy = np.empty(0), np.empty(0)

    def score(self, active: TrainingPass) -> None:
        """Score the steps that a pass has kept."""
        if not active.iterations:
            return
        iterations, loss, accuracy = active.score_kept()
        at = np.array(iterations) - self._first
        if at[-1] >= len(self._loss):
            room = np.full(max(at[-1] + 1, len(self._loss)), np.nan)
            self._loss, self._accuracy = (
                np.concatenate([kept, room]) for kept in (self._loss, self._accuracy)
            )
        self._loss[at], self._accuracy[at] = loss, accuracy

    def take(self, passes: Iterable[TrainingPass], iteration: int) -> Segment:
        """The figures of all steps up to `iteration`; those that follow start a new segment."""
        for active in passes:
            self.score(active)
        n = len(self.rates)
        loss, accuracy = self._loss[:n].copy(), self._accuracy[:n].copy()
        segment = Segment(self._first, loss, accuracy, np.array(self.rates))
        self._first, self.rates = iteration, []
        return segment
