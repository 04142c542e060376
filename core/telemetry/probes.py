"""The expensive measures: surface, fit, the network's units, first weights.

Each costs more than a figure per layer, so they take turns during a run (`MeasureBudget`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar

import numpy as np

from core.network.network import Network
from core.network.objective import Objective
from core.network.tape import Mark
from core.telemetry.grids import Grid
from core.telemetry.pictures import DataPicture, FirstWeights, Fit, NetworkPicture, Surface
from core.telemetry.shades import quantised, shrunk
from core.telemetry.unit_probe import UnitProbe

SIDE = 48
FIT_POINTS = 240
MOST_IMAGES = 40
LARGEST_IMAGE = 32


class MeasureBudget:
    """Selects the expensive measures that are due, at most two per frame.

    Each is taken every `SECONDS`, or less often for a network so large that it would take more than
    `SHARE` of the time.
    """

    SECONDS: ClassVar[dict[str, float]] = {
        "surface": 0.045, "fit": 0.045, "network": 0.07, "pictures": 0.07,
    }  # fmt: skip
    SHARE, AT_ONCE = 0.05, 2

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def due(self, wanted: Collection[str], now: float) -> list[str]:
        """The requested measures that are due, longest waiting first."""
        known = (name for name in self.SECONDS if name in wanted)
        late = [name for name in known if self._due.get(name, 0.0) <= now]
        return sorted(late, key=lambda name: self._due.get(name, 0.0))[: self.AT_ONCE]

    def took(self, name: str, started: float, ended: float) -> None:
        """Record that a measure has been taken."""
        self._due[name] = ended + max(self.SECONDS[name], (ended - started) / self.SHARE)


EXPENSIVE = tuple(MeasureBudget.SECONDS)


class Probes:
    """Takes the expensive measures of one network; what they need is built on first use."""

    def __init__(self, network: Network, objective: Objective, data: DataPicture) -> None:
        self._network, self._objective, self._data = network, objective, data
        self._grid: Grid | None = None
        self._units: UnitProbe | None = None

    def take(
        self, names: Iterable[str], marks: list[Mark], ration: MeasureBudget
    ) -> dict[str, Any]:
        """Measures by name; None for those the data do not support. `marks` are those of the last
        forward pass."""
        kinds: dict[str, Callable[[], Any]] = {
            "surface": self._surface,
            "fit": self._fit,
            "network": lambda: self._drawing(marks),
            "pictures": self._pictures,
        }
        taken: dict[str, Any] = {}
        for name in names:
            started = time.perf_counter()
            taken[name] = kinds[name]()
            ration.took(name, started, time.perf_counter())
        return taken

    def _surface(self) -> Surface | None:
        if self._data.dimensions != 2:
            return None
        grid = self._grid = self._grid or Grid(self._network, self._data, SIDE)
        grid.play()
        outputs = self._objective.predict(grid.logits).reshape(-1, SIDE, SIDE)
        outputs = outputs.astype(np.float32, copy=False)
        (x0, y0), (x1, y1) = grid.low, grid.high
        if self._data.task != "classes":
            return Surface((x0, y0), (x1, y1), outputs[:1].copy())
        likeliest = outputs.argmax(axis=0).astype(np.uint16)
        return Surface((x0, y0), (x1, y1), outputs.max(axis=0, keepdims=True), likeliest)

    def _fit(self) -> Fit | None:
        if self._data.dimensions != 1:
            return None
        grid = self._grid = self._grid or Grid(self._network, self._data, FIT_POINTS)
        grid.play()
        outputs = self._objective.predict(grid.logits)[:1].copy()
        return Fit(grid.low[0], grid.high[0], outputs.astype(np.float32, copy=False))

    def _drawing(self, marks: list[Mark]) -> NetworkPicture:
        self._units = self._units or UnitProbe(self._network, self._objective, self._data)
        return self._units.take(marks)

    def _pictures(self) -> FirstWeights | None:
        if self._data.image_shape is None:
            return None
        first = self._network.affines[0]
        weights = first.weights[: min(first.fan_out, MOST_IMAGES)]
        images = shrunk(weights.reshape(-1, *self._data.image_shape), LARGEST_IMAGE)
        return FirstWeights(first.name, first.fan_out, *quantised(images))
