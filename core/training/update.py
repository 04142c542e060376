"""Applying an optimizer's rule to a network's flat vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.base.arrays import Array
from core.catalogue.optimizers import Optimizer, State

# A rule passes over a vector about ten times. In chunks that fit into the cache this takes up to
# half the time for a long vector; for a short one it would be slower.
PIECE = 24_576
LONG = 2 * PIECE
# Decaying means become subnormal numbers, with which processors are many times slower. They do not
# affect any weight, so they are regularly set to 0.
CLEANING = 256


class Update:
    """Owns a rule's state and counts its updates; the rule may be replaced between updates."""

    def __init__(self, rule: Optimizer, params: Array, grads: Array) -> None:
        self._params, self._grads = params, grads
        self._start(rule)

    def _start(self, rule: Optimizer) -> None:
        self.rule, self.t = rule, 0
        self.state = rule.init(len(self._params), self._params.dtype.type)
        self._cut()

    def _cut(self) -> None:
        n = len(self._params)
        piece = PIECE if n > LONG and self.rule.elementwise else max(n, 1)
        self._scratch = np.empty(min(piece, n), self._params.dtype)
        self._pieces = [self._part(slice(i, min(i + piece, n))) for i in range(0, n, piece)]

    def _part(self, rows: slice) -> tuple[Array, Array, State, Array]:
        state = {
            name: vector[rows] if len(vector) == len(self._params) else vector
            for name, vector in self.state.items()
        }
        return (
            self._params[rows],
            self._grads[rows],
            state,
            self._scratch[: rows.stop - rows.start],
        )

    def __call__(self, rate: float) -> None:
        """One update of all parameters, in place. Overwrites the gradients."""
        self.t += 1
        step, t = self.rule.step, self.t
        for params, grads, state, scratch in self._pieces:
            step(params, grads, state, t, rate, scratch)
        if t % CLEANING == 0:
            self._clean()

    def _clean(self) -> None:
        """Set subnormal numbers in the state to 0."""
        if getattr(self.rule, "epsilon", 1) == 0:
            return  # 0 / 0 would be NaN
        for _, _, state, scratch in self._pieces:
            for name in self.rule.slots:
                np.abs(state[name], out=scratch)
                np.putmask(state[name], scratch < np.finfo(scratch.dtype).smallest_normal, 0)

    def change(self, rule: Optimizer) -> None:
        """Continue with another rule. The same rule with other settings keeps the state, another
        rule starts with a new one."""
        if type(rule) is type(self.rule):
            rule.take_over(self.state, self.rule)
            self.rule = rule
        else:
            self._start(rule)

    def saved(self) -> dict[str, Any]:
        return {"t": self.t, "state": {k: v.copy() for k, v in self.state.items()}}

    def restore(self, saved: dict[str, Any]) -> None:
        self.t = saved["t"]
        for name, vector in saved["state"].items():
            self.state[name][...] = vector
