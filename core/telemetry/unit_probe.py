"""The values of single units and weights, for the drawing of the network."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.network.layers import Affine
from core.network.network import Network
from core.network.objective import Objective
from core.network.tape import Mark
from core.telemetry.grids import Grid
from core.telemetry.pictures import DataPicture, Group, Link, NetworkPicture, Units
from core.telemetry.plan import plan
from core.telemetry.shades import quantised, shrunk

SIDE, SMALL_SIDE = 20, 14
# With more units than this their images are smaller, to keep frames small.
MANY = 100
NOTHING = np.empty(0, np.float32)


class UnitProbe:
    """Measures the units and weights in the drawing of one network."""

    def __init__(self, network: Network, objective: Objective, data: DataPicture) -> None:
        self.plan = plan(network, data)
        self._objective, self._data = objective, data
        self._affines = {affine.name: affine for affine in network.affines}
        drawn = sum(group.shown for group in self.plan.groups)
        self._side = SIDE if drawn <= MANY else SMALL_SIDE
        self._grid = Grid(network, data, self._side) if data.dimensions == 2 else None
        self._inputs = self._input_units()
        fed = (link for link in self.plan.links if link.source == 0 and link.layer)
        self._seeing = {link.target for link in fed} if data.image_shape else set()

    def take(self, marks: list[Mark]) -> NetworkPicture:
        """The present values. `marks` are those of the last forward pass."""
        over_grid = {mark.name: mark for mark in self._grid.play()} if self._grid else {}
        over_samples = {mark.name: mark for mark in marks}
        units = [
            self._units(i, group, over_samples, over_grid)
            for i, group in enumerate(self.plan.groups)
        ]
        return NetworkPicture(self.plan, tuple(units), tuple(map(self._weights, self.plan.links)))

    def _input_units(self) -> Units:
        """The inputs: means are 0 by standardising, and the map is the coordinate itself."""
        shown = self.plan.groups[0].shown
        if self._grid is None:
            return Units(NOTHING, NOTHING, NOTHING)
        inputs = self._grid.tape.inputs.T[:shown]
        return Units(NOTHING, NOTHING, NOTHING, *self._maps(inputs))

    def _units(
        self, i: int, group: Group, samples: dict[str, Mark], grid: dict[str, Mark]
    ) -> Units:
        if group.kind == "input":
            return self._inputs
        if group.kind == "sum":
            return Units(NOTHING, NOTHING, NOTHING)
        affine, n = self._affines[group.name], group.shown
        values = self._values(group, samples[group.name])
        bias = affine.block.value[:n, -1].astype(np.float32) if affine.bias else NOTHING
        silent = (values == 0).mean(axis=1, dtype=np.float32)
        mean = values.mean(axis=1, dtype=np.float32)
        if self._grid:
            values = self._values(group, grid[group.name])
            if group.kind == "output" and self._data.classifies:
                values = 2 * values - 1
            return Units(bias, mean, silent, *self._maps(values))
        if i in self._seeing and self._data.image_shape:
            pictures = affine.weights[:n].reshape(n, *self._data.image_shape)
            return Units(bias, mean, silent, *quantised(shrunk(pictures, self._side)))
        return Units(bias, mean, silent)

    def _values(self, group: Group, mark: Mark) -> Array:
        """Activations of the drawn units; for the output layer, the network's outputs."""
        if group.kind == "output":
            return self._objective.predict(mark.a)[: group.shown]
        return mark.a[: group.shown]

    def _maps(self, values: Array):
        return quantised(values.reshape(len(values), self._side, self._side))

    def _weights(self, link: Link) -> Array:
        if not link.layer:
            return NOTHING
        source, target = self.plan.groups[link.source], self.plan.groups[link.target]
        affine: Affine = self._affines[link.layer]
        rows = slice(0, target.shown)
        if source.shown:
            return affine.weights[rows, link.start : link.start + source.shown].astype(np.float32)
        block = affine.weights[rows, link.start : link.start + source.units]
        return np.sqrt(np.square(block).mean(axis=1, keepdims=True)).astype(np.float32)
