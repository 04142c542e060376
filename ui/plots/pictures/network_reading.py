"""Names, values and tables of a drawn network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message, joined, tr
from core.network.layer_names import OUTPUT, layer_message
from core.telemetry.pictures import NetworkPicture
from ui.plots.readout import Row
from ui.plots.ticks import number

DIGITS = 4


class Unit(NamedTuple):
    """A drawn unit: number of the group and of the unit in it."""

    group: int
    unit: int


class Weight(NamedTuple):
    """A drawn weight: number of the link, row and column of its weights."""

    link: int
    row: int
    column: int


@dataclass(frozen=True)
class Reading:
    """Gives names, values and tables of a `NetworkPicture`."""

    picture: NetworkPicture

    # Names

    def unit_name(self, unit: Unit) -> Message:
        """Such as "layer 2, unit 3", or the name of an input or a class."""
        group = self.picture.plan.groups[unit.group]
        if unit.unit < len(group.names):
            return _numbered(group.kind, group.names[unit.unit])
        if group.kind in ("layer", "sum"):
            layer = layer_message(group.name)
            return Message("{layer}, unit {number}", layer=layer, number=unit.unit + 1)
        if group.units > 1:
            return _numbered(group.kind, unit.unit + 1)
        return Message("input") if group.kind == "input" else OUTPUT

    def weight_name(self, weight: Weight) -> Message:
        """Both ends of a weight."""
        link = self.picture.plan.links[weight.link]
        target = self.picture.plan.groups[link.target]
        ends = joined(
            " → ",
            (
                self.unit_name(Unit(link.source, weight.column)),
                self.unit_name(Unit(link.target, weight.row)),
            ),
        )
        if target.pieces > 1:
            return Message("{weight} (1st of {pieces})", weight=ends, pieces=target.pieces)
        return ends

    def sizes(self) -> list[str]:
        """The number of units of every layer, branches of a block joined."""
        columns: dict[int, list[str]] = {}
        for group in self.picture.plan.groups:
            if group.kind != "sum":
                columns.setdefault(group.column, []).append(str(group.units))
        return ["+".join(columns[column]) for column in sorted(columns)]

    # Single values

    def unit(self, unit: Unit) -> tuple[Message, list[Row]]:
        """A unit's name and numbers."""
        group, units = self.picture.plan.groups[unit.group], self.picture.units[unit.group]
        if group.kind == "input" and not group.shown:
            return Message("{count:,} inputs", count=group.units), []
        if group.kind == "sum":
            return self.unit_name(unit), [Row(None, tr("both branches added"), "")]
        rows: list[Row] = []
        if len(units.bias):
            rows.append(Row(None, tr("bias"), number(float(units.bias[unit.unit]), DIGITS)))
        if len(units.mean):
            what = tr("mean output") if group.kind == "output" else tr("mean activation")
            rows.append(Row(None, what, number(float(units.mean[unit.unit]), DIGITS)))
        if len(units.silent) and group.kind == "layer":
            share = float(units.silent[unit.unit])
            some = tr("{percent:.0f} % of samples", percent=100 * share)
            says = tr("all samples: dead") if share == 1 else some
            rows.append(Row(None, tr("0 for"), says))
        return self.unit_name(unit), rows

    def weight(self, weight: Weight) -> tuple[Message, list[Row]]:
        """A weight's name and value."""
        link = self.picture.plan.links[weight.link]
        source = self.picture.plan.groups[link.source]
        value = self.picture.weights[weight.link][weight.row, weight.column]
        text = number(float(value), DIGITS)
        if not source.shown:
            target = self.unit_name(Unit(link.target, weight.row))
            name = Message("{count:,} inputs → {unit}", count=source.units, unit=target)
            return name, [Row(None, tr("root mean square"), text)]
        return self.weight_name(weight), [Row(None, tr("weight"), text)]

    # Changing

    def editable(self, target: Unit | Weight) -> bool:
        """Whether there is one number to change: a weight or a bias."""
        if isinstance(target, Unit):
            return len(self.picture.units[target.group].bias) > target.unit
        link = self.picture.plan.links[target.link]
        return self.picture.plan.groups[link.source].shown > 0

    def value(self, target: Unit | Weight) -> float:
        """The weight or the bias."""
        if isinstance(target, Unit):
            return float(self.picture.units[target.group].bias[target.unit])
        return float(self.picture.weights[target.link][target.row, target.column])

    def address(self, target: Unit | Weight) -> tuple[str, int, int]:
        """Layer, row and column of a weight; the column after the last weight is the bias."""
        if isinstance(target, Unit):
            group = self.picture.plan.groups[target.group]
            return group.name, target.unit, group.fan_in
        link = self.picture.plan.links[target.link]
        return link.layer, target.row, link.start + target.column

    def edited_name(self, target: Unit | Weight) -> Message:
        """What is changed."""
        if isinstance(target, Unit):
            return Message("bias of {unit}", unit=self.unit_name(target))
        return Message("weight {ends}", ends=self.weight_name(target))

    # All values

    def table(self, drawn: list[int]) -> dict[str, NDArray]:
        """Every weight and every unit as drawn, `drawn` units of each group."""
        return {**self._weights(drawn), **self._units(drawn)}

    def _weights(self, drawn: list[int]) -> dict[str, NDArray]:
        names: tuple[list[str], list[str]] = [], []
        values: list[float] = []
        for i, link in enumerate(self.picture.plan.links):
            if not link.layer or link.around:
                continue
            block = self.picture.weights[i][: drawn[link.target], : drawn[link.source]]
            for (row, column), value in np.ndenumerate(block):
                weight = Weight(i, row, column)
                source, target = self.weight(weight)[0].split(" → ")
                names[0].append(source)
                names[1].append(target)
                values.append(float(value))
        return {"from": np.array(names[0]), "to": np.array(names[1]), "weight": np.array(values)}

    def _units(self, drawn: list[int]) -> dict[str, NDArray]:
        names: list[str] = []
        figures: list[tuple[float, float, float]] = []
        for i, units in enumerate(self.picture.units):
            for unit in range(drawn[i] if len(units.mean) else 0):
                names.append(self.unit_name(Unit(i, unit)))
                bias = float(units.bias[unit]) if len(units.bias) else np.nan
                figures.append((bias, float(units.mean[unit]), float(units.silent[unit])))
        bias, mean, silent = np.array(figures).reshape(-1, 3).T
        return {"unit": np.array(names), "bias": bias, "mean": mean, "share of zeros": silent}


def _numbered(kind: str, which: str | int) -> Message:
    """The name of an input or an output."""
    if kind == "input":
        return Message("input {name}", name=which)
    return Message("output {name}", name=which)
