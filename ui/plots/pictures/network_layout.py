"""The layout of a drawn network: layers as columns, branches one above another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF

from core.telemetry.pictures import Group, Plan
from ui.plots.scale import Floats

LARGEST, SMALLEST = 42.0, 5.0
# Minimum distance between the centres of units, and of inputs or outputs; below it fewer are drawn.
TIGHT, TIGHTEST = 9.0, 6.0
# Height above the units for skip connections.
ARC = 18.0
# Between branches.
BRANCH_GAP = 16.0
# Size of a sum relative to a unit.
SUM_SIZE = 0.55


@dataclass
class Places:
    """Positions in logical pixels: `size` of a unit; per group its column's `x` and its units'
    `y`."""

    area: QRectF = field(default_factory=QRectF)
    size: float = SMALLEST
    wide: float = 0.0
    x: list[float] = field(default_factory=list)
    y: list[Floats] = field(default_factory=list)
    _squares: dict[int, list[QRectF]] = field(default_factory=dict)

    def drawn(self, group: int) -> int:
        return len(self.y[group])

    def size_of(self, group: Group) -> float:
        """The side of a unit's image or the diameter of its disc."""
        return self.size * (SUM_SIZE if group.kind == "sum" else 1.0)

    def pitch(self, group: int) -> float:
        """Distance between the centres of a group's units."""
        y = self.y[group]
        return float(y[1] - y[0]) if len(y) > 1 else self.size

    def squares(self, group: int) -> list[QRectF]:
        """Small squares at the lower left corner of every unit; none if they would be too small."""
        side = round(self.size / 5)
        if side < 3:
            return []
        if group not in self._squares:
            left, half = round(self.x[group] - self.size / 2) - side - 1, self.size / 2
            bottoms = [round(y + half) for y in self.y[group].tolist()]
            self._squares[group] = [QRectF(left, y - side, side, side) for y in bottoms]
        return self._squares[group]

    def unit(self, group: int, i: int, size: float) -> QRectF:
        """The square around a unit."""
        x, y = self.x[group], float(self.y[group][i])
        return QRectF(x - size / 2, y - size / 2, size, size)


def lay_out(plan: Plan, area: QRectF, ratio: float, zoom: float = 1.0) -> Places:
    """Lay out the units of a plan within an area, with centres at whole device pixels.

    With too little height only some units of hidden layers are drawn; inputs and outputs are drawn
    completely down to a smaller distance. `zoom` enlarges the largest units.
    """
    step = area.width() / max(plan.columns - 1, 1)
    drawn = [_drawn(group, area) for group in plan.groups]
    pitches = [
        _branch_strip(group, area)[1] / n for group, n in zip(plan.groups, drawn, strict=True)
    ]
    size = max(min(0.8 * min(pitches), 0.45 * step, LARGEST * zoom), SMALLEST)
    size = max(round(size * ratio), 1) / ratio
    places = Places(area, size, step)
    usable = area.width() - size
    for group, n, pitch in zip(plan.groups, drawn, pitches, strict=True):
        share = group.column / max(plan.columns - 1, 1)
        pitch = round(min(pitch, 1.75 * size) * ratio) / ratio
        top, height = _branch_strip(group, area)
        first = top + height / 2 - pitch * (n - 1) / 2
        first = round((first - size / 2) * ratio) / ratio + size / 2
        x = area.left() + size / 2 + share * usable
        places.x.append(round((x - size / 2) * ratio) / ratio + size / 2)
        places.y.append(np.float64(first) + pitch * np.arange(n, dtype=np.float64))
    return places


def _drawn(group: Group, area: QRectF) -> int:
    """The number of units of a group that fit."""
    least = TIGHT if group.kind == "layer" else TIGHTEST
    return max(1, min(group.shown, int(area.height() / group.branches // least)))


def _branch_strip(group: Group, area: QRectF) -> tuple[float, float]:
    """Top and height of the strip of the branch that a group is in."""
    gap = BRANCH_GAP if group.branches > 1 else 0.0
    height = (area.height() - gap * (group.branches - 1)) / group.branches
    return area.top() + group.branch * (height + gap), height


@dataclass
class Lines:
    """The lines of all weights drawn.

    `ends` (lines, 4) are x and y of both ends; `link`, `row` and `column` (lines,) are the indices
    of the weight.
    """

    lines: list[QLineF]
    ends: Floats
    link: np.ndarray
    row: np.ndarray
    column: np.ndarray

    def find(self, link: int, row: int, column: int) -> QLineF | None:
        """The line of one weight."""
        same = (self.link == link) & (self.row == row) & (self.column == column)
        found = np.flatnonzero(same)
        return self.lines[int(found[0])] if len(found) else None

    def nearest(self, place: QPointF) -> tuple[int, float]:
        """The line nearest to a position, and its distance; infinite if there is no line."""
        if not self.lines:
            return -1, np.inf
        x0, y0, x1, y1 = self.ends.T
        dx, dy = x1 - x0, y1 - y0
        along = ((place.x() - x0) * dx + (place.y() - y0) * dy) / np.maximum(dx * dx + dy * dy, 1)
        along = np.clip(along, 0, 1)
        away = np.hypot(x0 + along * dx - place.x(), y0 + along * dy - place.y())
        i = int(away.argmin())
        return i, float(away[i])


def connect(plan: Plan, places: Places, wanted: Sequence[int]) -> Lines:
    """Lines of the `wanted` links, from every source unit to every target unit."""
    ends, links, rows, columns = [], [], [], []
    for i in wanted:
        link = plan.links[i]
        sources, targets = places.y[link.source], places.y[link.target]
        row, column = np.indices((len(targets), len(sources))).reshape(2, -1)
        out, into = (places.size_of(plan.groups[g]) / 2 for g in (link.source, link.target))
        end = np.empty((row.size, 4))
        end[:, 0], end[:, 1] = places.x[link.source] + out, sources[column]
        end[:, 2], end[:, 3] = places.x[link.target] - into, targets[row]
        ends.append(end)
        links.append(np.full(row.size, i))
        rows.append(row)
        columns.append(column)
    if not ends:
        return Lines([], np.empty((0, 4)), *(np.empty(0, int) for _ in range(3)))
    table = np.concatenate(ends)
    return Lines(
        [QLineF(*end) for end in table.tolist()],
        table,
        *(np.concatenate(parts) for parts in (links, rows, columns)),
    )
