"""Random numbers: one seed, spawned into named streams that do not disturb each other."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np


class Streams:
    """Generators by name. The same seed and name give the same numbers, whatever else is drawn."""

    def __init__(self, seed: int, seeds: Mapping[str, int] | None = None) -> None:
        """`seeds` maps a prefix of stream names to another seed for those streams."""
        self.seed = seed
        self._seeds = dict(seeds or {})
        self._generators: dict[str, np.random.Generator] = {}

    def __getitem__(self, name: str) -> np.random.Generator:
        if name not in self._generators:
            own = (seed for start, seed in self._seeds.items() if name.startswith(start))
            seed = next(own, self.seed)
            sequence = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
            self._generators[name] = np.random.Generator(np.random.SFC64(sequence))
        return self._generators[name]

    def state(self) -> dict[str, Any]:
        """The position of every stream drawn from so far."""
        return {name: rng.bit_generator.state for name, rng in self._generators.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Return to a position that `state` returned."""
        self._generators = {name: g for name, g in self._generators.items() if name in state}
        for name, position in state.items():
            self[name].bit_generator.state = position
