"""Drawing settings from ranges: at random, evenly or on a grid; the same seed, the same draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.experiment.space import Range


def drawn(
    strategy: str, ranges: Sequence[Range], trials: int, seed: int, index: int
) -> dict[str, Any]:
    """The settings of trial `index` by path, for "random", "quasi-random" or "grid".

    Of a grid `trials` are the points it has at most; a later stage begins at a multiple of them.
    """
    if strategy == "grid":
        return _on_grid(grid(ranges, trials), ranges, index % trials)
    if strategy == "quasi-random":
        positions = halton(len(ranges), index, seed)
    else:
        positions = np.random.default_rng([seed, index]).random(len(ranges))
    return {r.path: r.value_at(float(p)) for r, p in zip(ranges, positions, strict=True)}


def grid(ranges: Sequence[Range], trials: int) -> list[list[Any]]:
    """The values of each setting: as many as give at most `trials` combinations."""
    fixed = [len(r.choices) for r in ranges if r.scale == "choice"]
    free = len(ranges) - len(fixed)
    points = int((trials / math.prod(fixed)) ** (1 / max(free, 1)) + 1e-9)
    return [r.grid(max(points, 1)) for r in ranges]


def _on_grid(
    values: Sequence[Sequence[Any]], ranges: Sequence[Range], within: int
) -> dict[str, Any]:
    parameters = {}
    for each, column in zip(ranges, values, strict=True):
        within, at = divmod(within, len(column))
        parameters[each.path] = column[at]
    return parameters


def halton(dimensions: int, index: int, seed: int) -> NDArray[np.float64]:
    """Point number `index` of the Halton sequence, rotated at random by the seed: (dimensions,).

    Halton (1960), with the rotation modulo 1 of Cranley and Patterson (1976).
    """
    rotation = np.random.default_rng([seed, 0x4A1]).random(dimensions)
    point = np.array([_radical_inverse(index + 1, base) for base in _primes(dimensions)])
    return (point + rotation) % 1.0


def _radical_inverse(index: int, base: int) -> float:
    value, share = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        share /= base
        value += digit * share
    return value


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found
