"""Slices through a network's loss: directions in weight space and the loss along them.

A direction is a vector as long as the network's parameters. Random ones are normalised per unit:
the part of a unit's incoming weights gets the norm of these weights, and biases and batch norm are
unchanged (Li et al. 2018, who do so per filter). So the landscape is invariant to scaling one ReLU
layer up and the next down, as is the network. The plane of a run's own path comes from a principal
component analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.translation import Message
from core.network.network import Network
from core.network.objective import Objective
from core.network.passes import EvaluationPass

Floats = NDArray[np.float64]

# Number of samples scored at once; more is hardly faster.
SCORED = 32_768


def random_directions(
    network: Network, count: int, rng: np.random.Generator, normalised: bool = True
) -> Floats:
    """Normal draws (count, parameters) at the weights, 0 elsewhere.

    Without normalisation a direction as a whole gets the norm of all weights.
    """
    directions = np.zeros((count, len(network.params)))
    for direction in directions:
        direction[:] = rng.standard_normal(len(direction)) * network.mask
        if normalised:
            _normalise(network, direction)
        else:
            weights = network.params * network.mask
            direction *= _length(weights) / max(_length(direction), np.finfo(float).tiny)
    return directions


def _normalise(network: Network, direction: Floats) -> None:
    """Give each unit's part of a direction the norm of the unit's weights."""
    for parameter in network.parameters:
        columns = parameter.decaying_columns
        if not columns:
            continue
        end = parameter.offset + parameter.size
        part = direction[parameter.offset : end].reshape(parameter.shape)[:, :columns]
        weights = parameter.value[:, :columns].astype(np.float64)
        lengths = np.linalg.norm(part, axis=1, keepdims=True)
        wanted = np.linalg.norm(weights, axis=1, keepdims=True)
        part *= np.divide(wanted, lengths, out=np.zeros_like(wanted), where=lengths > 0)


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector.astype(np.float64)))


class PathPlane(NamedTuple):
    """The plane through the end of a path with the largest explained variance.

    `directions` (2, parameters) are of length 1 and orthogonal, `path` (points, 2) is in their
    coordinates, the end at (0, 0), and `explained` (2,) the share of the variance along each. A
    random walk in many dimensions explains 6/π² = 61 % and 15 % by itself (Antognini &
    Sohl-Dickstein 2018), so such shares alone prove nothing.
    """

    directions: Floats
    path: Floats
    explained: Floats


def path_plane(points: Sequence[Array]) -> PathPlane:
    """Principal components of a path of parameters (points, parameters). Raises ValueError for
    fewer than three points or a path that never moved.
    """
    if len(points) < 3:
        raise ValueError(Message("the path needs at least three points"))
    path = np.stack([np.asarray(point, np.float64) for point in points])
    from_end = path - path[-1]
    centred = from_end - from_end.mean(axis=0)
    # With few points and many parameters the Gram matrix gives the same components.
    variances, vectors = np.linalg.eigh(centred @ centred.T)
    total = float(np.maximum(variances, 0).sum())
    if not total > 0 or not np.isfinite(total):
        raise ValueError(Message("the weights have not moved along this path"))
    directions = vectors[:, :-3:-1].T @ centred
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    directions /= np.where(lengths > 0, lengths, 1)
    explained = np.maximum(variances[:-3:-1], 0) / total
    return PathPlane(directions, from_end @ directions.T, explained)


class Landscape:
    """The loss around a network's present weights, over fixed samples, in the network's precision.
    The network is copied, so it can continue training.
    """

    def __init__(
        self, network: Network, objective: Objective, inputs: Array, targets: Array
    ) -> None:
        """`inputs` (samples, features + 1) end in a column of ones; `targets` (samples, outputs)
        are in the units of the data, as the losses are."""
        self._network, self._objective = network.clone(), objective
        self._centre = network.params.astype(np.float64)
        self._pass = EvaluationPass(self._network, inputs)
        self._samples = len(inputs)
        self._together = max(1, SCORED // self._samples)
        self._targets = np.tile(targets.T, self._together)

    def losses(self, directions: Floats, coordinates: Floats) -> Iterator[Floats]:
        """Mean losses at centre + coordinates · directions, a chunk of points at a time, in order.
        `directions` (axes, parameters), `coordinates` (points, axes). Losses that are not finite
        are returned as such.
        """
        with np.errstate(all="ignore"):
            for first in range(0, len(coordinates), self._together):
                yield self._losses(directions, coordinates[first : first + self._together])

    def _losses(self, directions: Floats, coordinates: Floats) -> Floats:
        n = self._samples
        logits = np.empty((self._network.outputs, len(coordinates) * n), self._network.dtype)
        for i, point in enumerate(coordinates):
            # In float64, so that a step far along one axis and back ends where it started.
            self._network.params[...] = self._centre + point @ directions
            logits[:, i * n : (i + 1) * n] = self._pass.logits()
        loss, _ = self._objective.score(logits, self._targets[:, : logits.shape[1]])
        return loss.reshape(len(coordinates), n).mean(axis=1, dtype=np.float64)

    def line(self, direction: Floats, steps: Floats) -> Floats:
        """Losses at centre + steps · direction."""
        return np.concatenate(list(self.losses(direction[None], steps[:, None])))


def local_extrema(losses: Floats) -> int:
    """The number of times the loss along a line changes between rising and falling, ignoring flat
    parts: 1 for a single minimum. Points that are not finite count as infinite.
    """
    high = np.where(np.isfinite(losses), losses, np.finfo(float).max)
    rises = np.sign(np.diff(high))
    rises = rises[rises != 0]
    return int((rises[1:] != rises[:-1]).sum())
