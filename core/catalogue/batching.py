"""Batch, stochastic and mini-batch gradient descent: the number of samples of an update."""

from __future__ import annotations

from core.base.registry import Entry, Registry, setting


class Batching(Entry):
    """The number of training samples of a batch."""

    def rows(self, n: int) -> int:
        raise NotImplementedError


BATCHINGS: Registry[Batching] = Registry("gradient descent", Batching)


@BATCHINGS.add(
    "mini_batch",
    label="Mini-batch",
    formula="k samples a step, N/k steps an epoch",
    advice="The usual compromise: a good gradient at a low cost.",
)
class MiniBatch(Batching):
    size: int = setting(32, label="Batch size", low=1, high=65536, scale="log")

    def rows(self, n: int) -> int:
        return min(self.size, n)


@BATCHINGS.add(
    "stochastic",
    label="Stochastic",
    formula="1 sample a step, N steps an epoch",
    advice="Cheap, noisy steps.",
)
class Stochastic(Batching):
    def rows(self, n: int) -> int:
        return 1


@BATCHINGS.add(
    "full_batch",
    label="Full batch",
    formula="all N samples a step, 1 step an epoch",
    advice="The exact gradient: a smooth path, but expensive steps.",
)
class FullBatch(Batching):
    def rows(self, n: int) -> int:
        return n
