"""Ensembles: members that differ in chosen random draws, and their combined outputs.

Outputs are (members, outputs, samples): probabilities of classes, or predicted numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

Floats = NDArray[np.float64]

# Streams in which members may differ, by the name shown to users.
DIFFERENCES: dict[str, tuple[str, ...]] = {
    "weights": ("init/", "rbm/"),
    "batches": ("batches", "dropout/"),
}
ALL_DIFFERENCES = tuple(DIFFERENCES)
# Distance between members' seeds, so that two runs practically never share one.
SEED_STEP = 7919


def member_seed(seed: int, member: int) -> int:
    """The seed of a member's own draws; member 0 has those of the run itself."""
    return (seed + SEED_STEP * member) % 2**32


def member_streams(seed: int, member: int, differ: Collection[str] = ALL_DIFFERENCES) -> Streams:
    """Streams that equal those of `seed` except the draws named in `differ`."""
    prefixes = tuple(prefix for name in differ for prefix in DIFFERENCES[name])
    return Streams(seed, {prefix: member_seed(seed, member) for prefix in prefixes})


def bootstrap(data: TrainingData, seed: int, member: int) -> TrainingData:
    """The same data with a bootstrap sample as training part."""
    rng = Streams(member_seed(seed, member))["bootstrap"]
    n = len(data.inputs)
    return data.resampled(rng.integers(n, size=n))


def outputs_of(trainer: Trainer, part: str) -> Floats:
    """The outputs of a network for a part: (outputs, samples), in float64."""
    logits = trainer.logits(part).astype(np.float64)
    return np.asarray(trainer.objective.predict(logits), np.float64)


def dropout_samples(trainer: Trainer, inputs: Array, count: int) -> Floats:
    """Outputs (count, outputs, samples) of thinned networks: dropout stays on while predicting.

    `inputs` (samples, features + 1) end in a column of ones. Batch norm keeps its running
    statistics, and the run is left as it was (Srivastava et al. 2014; Gal & Ghahramani 2016).
    """
    network, state = trainer.network, trainer.streams.state()
    tape, logits = network.tape(len(inputs), training=False, dropout=True)
    np.copyto(tape.inputs, inputs)
    outputs = np.empty((count, *logits.value.shape))
    with np.errstate(all="ignore"):
        for i in range(count):
            tape.play_forward()
            outputs[i] = trainer.objective.predict(logits.value.astype(np.float64))
    trainer.streams.restore(state)
    return outputs


# Combined outputs


def votes(outputs: Floats) -> Floats:
    """Shares of the members that choose each class: (classes, samples).

    Of a single output, 1 where it is above a half; then there are two classes.
    """
    chosen = choices(outputs)
    classes = max(outputs.shape[1], 2)
    return np.stack([(chosen == c).mean(axis=0) for c in range(classes)])


def choices(outputs: Floats) -> NDArray[np.intp]:
    """The class that is chosen: of (…, outputs, samples) gives (…, samples)."""
    if outputs.shape[-2] == 1:
        return (outputs[..., 0, :] > 0.5).astype(np.intp)
    return outputs.argmax(axis=-2)


def agreement(outputs: Floats) -> Floats:
    """Share of the samples on which two members choose the same class: (members, members)."""
    chosen = choices(outputs)
    return (chosen[:, None] == chosen[None]).mean(axis=2)


class Ambiguity(NamedTuple):
    """Squared errors, summed over outputs and averaged over samples.

    ensemble = members − ambiguity: the error of the mean output is the mean error less the mean
    squared distance of the members from their mean (Krogh & Vedelsby 1995).
    """

    ensemble: float
    members: float
    ambiguity: float


def ambiguity(outputs: Floats, targets: Floats) -> Ambiguity:
    """Decompose the squared error; targets (outputs, samples)."""
    mean = outputs.mean(axis=0)
    return Ambiguity(
        ensemble=float(((mean - targets) ** 2).sum(axis=0).mean()),
        members=float(((outputs - targets) ** 2).sum(axis=1).mean()),
        ambiguity=float(((outputs - mean) ** 2).sum(axis=1).mean()),
    )


def accuracy(outputs: Floats, targets: Floats) -> Floats:
    """Accuracy of outputs (…, outputs, samples); targets (outputs, samples)."""
    return (choices(outputs) == choices(targets)).mean(axis=-1)


def cross_entropy(outputs: Floats, targets: Floats) -> Floats:
    """Mean −ln p of the right class; of a single output its complement is the other class."""
    p = outputs * targets + (1 - outputs) * (1 - targets)
    right = p[..., 0, :] if targets.shape[0] == 1 else (outputs * targets).sum(axis=-2)
    return -np.log(np.maximum(right, np.finfo(float).tiny)).mean(axis=-1)


def subsets(members: int, size: int, most: int, seed: int = 0) -> list[tuple[int, ...]]:
    """All subsets of `size` members, or `most` random ones."""
    if comb(members, size) <= most:
        return list(combinations(range(members), size))
    rng = np.random.default_rng([seed, members, size])
    return [tuple(rng.permutation(members)[:size].tolist()) for _ in range(most)]
