"""The plan of a drawing of a network: layers as columns of units, and their links."""

from __future__ import annotations

from dataclasses import replace

from core.network.composites import Chain, Parallel, Residual
from core.network.layers import Affine, Layer
from core.network.network import Network
from core.telemetry.pictures import MOST_UNITS, DataPicture, Group, Link, Plan

MOST_COLUMNS = 16

# The inputs of a layer: groups, each with the index of its first column of weights.
Flow = list[tuple[int, int]]


def plan(network: Network, data: DataPicture) -> Plan:
    """The plan of a network for the inputs in `data`.

    Units are interchangeable, so the first `MOST_UNITS` of a wide layer are drawn, the same ones
    during the whole run. Of more than `MOST_COLUMNS` columns the middle ones are left out.
    """
    return _Draft(network, data).finished()


class _Draft:
    def __init__(self, network: Network, data: DataPicture) -> None:
        self.groups: list[Group] = []
        self.links: list[Link] = []
        shown = 0 if data.image_shape else min(data.features, MOST_UNITS)
        self._add("inputs", "input", data.features, 0, names=data.feature_names, shown=shown)
        *hidden, final = network.root.children
        flow, column = self._chain(hidden, [(0, 0)], 0)
        assert isinstance(final, Affine)
        names = data.class_names if len(data.class_names) == data.outputs else ()
        if data.task == "binary" and data.outputs == 1:
            # The one output is the probability of the second class.
            names = data.class_names[1:]
        self._affine(final, flow, column + 1, kind="output", names=names)

    def finished(self) -> Plan:
        columns = 1 + max(group.column for group in self.groups)
        plan = Plan(tuple(self.groups), tuple(self.links), columns)
        return plan if columns <= MOST_COLUMNS else _shortened(plan)

    def _add(self, name: str, kind: str, units: int, column: int, **more) -> int:
        shown = more.pop("shown", min(units, MOST_UNITS // more.get("branches", 1)))
        self.groups.append(Group(name, kind, units, shown, column, **more))
        return len(self.groups) - 1

    def _affine(self, layer: Affine, flow: Flow, column: int, kind: str = "layer", **more) -> Flow:
        more |= {"fan_in": layer.fan_in, "pieces": layer.pieces}
        target = self._add(layer.name, kind, layer.fan_out, column, **more)
        self.links += [Link(source, target, layer.name, start) for source, start in flow]
        return [(target, 0)]

    def _chain(self, layers: list[Layer], flow: Flow, column: int, **more) -> tuple[Flow, int]:
        """Add layers one after the other; return their output groups and the last column."""
        for layer in layers:
            if isinstance(layer, Affine):
                column += 1
                flow = self._affine(layer, flow, column, **more)
            elif isinstance(layer, Residual):
                flow, column = self._residual(layer, flow, column)
            elif isinstance(layer, Parallel):
                flow, column = self._parallel(layer, flow, column)
            elif isinstance(layer, Chain):
                flow, column = self._chain(list(layer.children), flow, column, **more)
        return flow, column

    def _residual(self, layer: Residual, flow: Flow, column: int) -> tuple[Flow, int]:
        inner, projection = layer.children
        out, column = self._chain([inner], flow, column)
        units = self.groups[out[0][0]].units
        name = self.groups[out[0][0]].name.rpartition(".")[0]
        merged = self._add(f"{name} sum", "sum", units, column + 1)
        self._pass_on(out, merged)
        weights = projection.name if isinstance(projection, Affine) else ""
        self.links += [Link(source, merged, weights, start, around=True) for source, start in flow]
        return [(merged, 0)], column + 1

    def _parallel(self, layer: Parallel, flow: Flow, column: int) -> tuple[Flow, int]:
        ways = [
            self._chain([branch], flow, column, branch=i, branches=2)
            for i, branch in enumerate(layer.children)
        ]
        column = max(end for _, end in ways)
        (first, _), (second, _) = ways
        units = self.groups[first[0][0]].units
        if layer.concatenate:
            return first + [(group, units) for group, _ in second], column
        name = self.groups[first[0][0]].name.rpartition(" a.")[0]
        merged = self._add(f"{name} sum", "sum", units, column + 1)
        self._pass_on(first + second, merged)
        return [(merged, 0)], column + 1

    def _pass_on(self, flow: Flow, merged: int) -> None:
        self.links += [Link(source, merged, "", start) for source, start in flow]


def _shortened(plan: Plan) -> Plan:
    """Without the columns in the middle."""
    first, last = MOST_COLUMNS // 2, plan.columns - (MOST_COLUMNS - 1 - MOST_COLUMNS // 2)
    places: dict[int, int] = {}
    kept: list[Group] = []
    dropped = 0
    for i, group in enumerate(plan.groups):
        if first <= group.column < last:
            dropped += group.kind != "sum"
            continue
        shift = 0 if group.column < first else last - first - 1
        places[i] = len(kept)
        kept.append(replace(group, column=group.column - shift))
    links = tuple(
        replace(link, source=places[link.source], target=places[link.target])
        for link in plan.links
        if link.source in places and link.target in places and not _spans(plan, link, first, last)
    )
    return Plan(tuple(kept), links, MOST_COLUMNS, dropped, first)


def _spans(plan: Plan, link: Link, first: int, last: int) -> bool:
    """Whether a link crosses the columns left out."""
    source, target = plan.groups[link.source], plan.groups[link.target]
    return source.column < first and target.column >= last
