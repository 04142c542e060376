"""Selects the samples of the next update."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue.batching import Batching


class Sampler:
    """Returns row numbers batch by batch, each epoch in a new order; the last batch may be shorter.

    With replacement every row of an epoch is drawn independently of the others. With `joins`, less
    than half a batch left at the end of an epoch joins the batch before it, as batch norm needs a
    variance.
    """

    def __init__(
        self,
        n: int,
        batching: Batching,
        replacement: bool,
        rng: np.random.Generator,
        joins: bool = False,
    ) -> None:
        self.n, self._rng, self._joins = n, rng, joins
        self.epochs = 0
        self._at = 0
        self.change(batching, replacement)
        self._order = self._draw()

    def change(self, batching: Batching, replacement: bool) -> None:
        """Change the batch size from the next batch on, and replacement from the next epoch on."""
        self.rows = batching.rows(self.n)
        self._replacement = replacement

    @property
    def steps_per_epoch(self) -> int:
        return self._steps(self.n)

    @property
    def steps_left(self) -> int:
        """Updates to the end of the current epoch, at least 1."""
        return self._steps(self.n - self._at)

    @property
    def epoch(self) -> float:
        """Epochs done, with the fraction of the current one."""
        return self.epochs + self._at / self.n

    def next(self) -> NDArray[np.intp]:
        """The row numbers of the next batch."""
        end = self._at + self.rows
        if self._is_joined(self.n - end):
            end = self.n
        rows = self._order[self._at : end]
        self._at += len(rows)
        if self._at >= self.n:
            self.epochs, self._at = self.epochs + 1, 0
            self._order = self._draw()
        return rows

    def _is_joined(self, left: int) -> bool:
        """Whether the samples left behind a batch are too few for one of their own."""
        return self._joins and 1 <= left < self.rows and (left == 1 or 2 * left < self.rows)

    def _steps(self, samples: int) -> int:
        whole, left = divmod(samples, self.rows)
        return whole + (left > 0 and not (whole and self._is_joined(left)))

    def _draw(self) -> NDArray[np.intp]:
        if self._replacement:
            return self._rng.integers(self.n, size=self.n)
        return self._rng.permutation(self.n)

    def state(self) -> dict[str, Any]:
        return {"order": self._order, "at": self._at, "epochs": self.epochs}

    def restore(self, state: dict[str, Any]) -> None:
        self._order, self._at, self.epochs = state["order"], state["at"], state["epochs"]
