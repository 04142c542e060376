"""Finds where a run diverged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.network.network import Network
from core.network.tape import Mark
from core.training.results import Divergence


def locate(network: Network, marks: Sequence[Mark], iteration: int) -> Divergence:
    """The first place, in the order of computation, that is not finite.

    Weights are checked before signals: a bad weight written by update t − 1 is noticed in the
    forward pass of step t. If all is still finite, the logits have become too large.
    """
    for name, values in network.tensors().items():
        if not np.isfinite(values).all():
            layer, _, kind = name.rpartition(".")
            return Divergence(iteration - 1, layer, f"{_kind(values)} {kind}")
    for mark in marks:
        for values, quantity in ((mark.z, "pre-activation"), (mark.a, "activation")):
            if not np.isfinite(values).all():
                return Divergence(iteration, mark.name, f"{_kind(values)} {quantity}")
    largest = float(np.abs(marks[-1].z).max())
    return Divergence(iteration, marks[-1].name, f"logits up to {largest:.0e}")


def _kind(values: np.ndarray) -> str:
    return "NaN" if np.isnan(values).any() else "infinite"
