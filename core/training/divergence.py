"""Finds where a run diverged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.base.translation import Message
from core.network.network import Network
from core.network.tape import Mark
from core.training.results import Divergence

# Not a number, and infinite.
PRE_ACTIVATION = Message("NaN pre-activation"), Message("infinite pre-activation")
ACTIVATION = Message("NaN activation"), Message("infinite activation")


def locate(network: Network, marks: Sequence[Mark], iteration: int) -> Divergence:
    """The first place, in the order of computation, that is not finite.

    Weights are checked before signals: a bad weight written by update t − 1 is noticed in the
    forward pass of step t. If all is still finite, the logits have become too large.
    """
    for name, values in network.tensors().items():
        if not np.isfinite(values).all():
            layer, _, kind = name.rpartition(".")
            return Divergence(iteration - 1, layer, _of_tensor(kind, values))
    for mark in marks:
        for values, words in ((mark.z, PRE_ACTIVATION), (mark.a, ACTIVATION)):
            if not np.isfinite(values).all():
                return Divergence(iteration, mark.name, words[not np.isnan(values).any()])
    largest = float(np.abs(marks[-1].z).max())
    return Divergence(
        iteration, marks[-1].name, Message("logits up to {largest:.0e}", largest=largest)
    )


def _of_tensor(kind: str, values: np.ndarray) -> Message:
    if np.isnan(values).any():
        return Message("NaN {quantity}", quantity=Message(kind))
    return Message("infinite {quantity}", quantity=Message(kind))
