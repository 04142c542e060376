"""The network itself: units as small pictures, weights as lines between them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from core.telemetry.pictures import DataPicture, NetworkPicture, Plan
from ui.plots import ramp
from ui.plots.graph_layout import ARC, Places, connect, lay_out
from ui.plots.graph_reading import Reading, Unit, Weight
from ui.plots.graph_still import Still, name_room
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut
from ui.plots.scale import Floats

# Shares of the largest weight of a link at which lines get stronger; strength and width of each.
STEPS = (0.08, 0.25, 0.5, 0.75)
STRENGTHS = ((0.13, 1.0), (0.3, 1.0), (0.55, 1.0), (0.8, 1.6), (1.0, 2.4))
# Of more lines than these the weakest are left out, and then the next weakest.
MANY_LINES = (500, 1000)
# Of more lines than this those that are paler than `CRUDE` are drawn in steps: nearly three times
# as fast, and hardly to be seen.
CRUDE_LINES, CRUDE = 300, 0.4
# How far from a line the pointer may be.
REACH = 4.0
# In documents a picture has at most so many pixels per logical one.
FINEST = 4.0
SIGNS = POSITIVE, NEGATIVE, UNSIGNED = 0, 1, 2


class GraphPanel(Panel):
    """Draws a `NetworkPicture`. Lines: blue positive, orange negative, stronger for larger weights
    of the same layer. Units: their map over the input plane or their weights as a picture where
    there are such, else a disc in the colour of their mean activation."""

    def __init__(self) -> None:
        super().__init__()
        self.data: DataPicture | None = None
        self.picture: NetworkPicture | None = None
        self.layers: tuple[str, ...] = ()
        self.iteration = 0
        self.places = Places()
        self.lines = connect(Plan((), (), 1), self.places, [])
        self.pointed: Unit | Weight | None = None
        self._links: list[int] = []
        self._unsigned = np.empty(0, bool)

    @property
    def reading(self) -> Reading | None:
        """What can be read off; None before the first picture."""
        return Reading(self.picture) if self.picture else None

    def absorb(
        self, picture: NetworkPicture, data: DataPicture | None, layers: tuple[str, ...], step: int
    ) -> bool:
        """Take the numbers of one moment; whether the drawing has changed otherwise."""
        changed = self.picture is None or self.picture.plan is not picture.plan
        self.picture, self.data, self.layers, self.iteration = picture, data, layers, step
        return changed

    def drawn(self) -> list[int]:
        """How many units of each group are drawn, or would be if there were room."""
        groups = self.picture.plan.groups if self.picture else ()
        if len(groups) != len(self.places.y):
            return [max(group.shown, 1) for group in groups]
        return [self.places.drawn(i) for i in range(len(groups))]

    # Layout

    def place(self, rect: QRectF, ink: Ink) -> None:
        self.rect = self.plot = rect
        if self.picture is None:
            return
        plan, line = self.picture.plan, ink.small_metrics.height()
        left, right = (name_room(plan.groups[i], rect.width(), ink) for i in (0, -1))
        top = ARC if any(link.around for link in plan.links) else 4.0
        area = rect.adjusted(left, top, -right, -2 * line - 4)
        self.places = lay_out(plan, area, ink.ratio)
        drawn = enumerate(plan.links)
        self._links = [i for i, link in drawn if link.layer and not link.around]
        self.lines = connect(plan, self.places, self._links)
        sources = [plan.groups[link.source] for link in plan.links]
        unsigned = np.array([not source.shown for source in sources], bool)
        self._unsigned = unsigned[self.lines.link] if len(self.lines.link) else np.empty(0, bool)

    def dirty(self) -> QRectF:
        # Squares of biases stand a little to the left of the first column.
        return self.places.area.adjusted(-10, -3, 3, 3)

    # Painting

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        if self.picture:
            still = Still(self.picture, self.data, self.layers, self.places, ink)
            still.paint(painter, self.rect)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if self.picture is None or (clip & self.dirty()).isEmpty():
            return
        self._paint_lines(painter, ink)
        groups = zip(self.picture.plan.groups, self.picture.units, strict=True)
        for i, (group, units) in enumerate(groups):
            if units.maps is not None:
                self._paint_maps(painter, ink, i, units.maps)
            elif group.shown and group.kind != "sum":
                self._paint_discs(painter, ink, i, units.mean)
            if len(units.bias):
                self._paint_biases(painter, ink, i, units.bias)
            if group.kind == "layer":
                self._paint_dead(painter, ink, i, units.silent)
        if self.pointed and ink.live:
            self._paint_pointed(painter, ink, self.pointed)

    def values(self) -> tuple[Floats, Floats]:
        """The drawn weights, and their shares of the largest one of their link: (lines,)."""
        assert self.picture
        values: list[Floats] = [np.empty(0)]
        shares: list[Floats] = [np.empty(0)]
        for i in self._links:
            link, weights = self.picture.plan.links[i], self.picture.weights[i]
            rows, columns = self.places.drawn(link.target), self.places.drawn(link.source)
            part = weights[:rows, :columns].reshape(-1).astype(np.float64)
            largest = float(np.abs(weights).max(initial=0.0))
            known = 0 < largest < np.inf
            share: Floats = np.abs(part) / np.float64(largest if known else np.inf)
            values.append(part)
            shares.append(share)
        return np.concatenate(values), np.concatenate(shares)

    def _paint_lines(self, painter: QPainter, ink: Ink) -> None:
        values, shares = self.values()
        strength = np.searchsorted(STEPS, shares)
        sign = np.where(self._unsigned, UNSIGNED, np.where(values < 0, NEGATIVE, POSITIVE))
        kinds = strength * len(SIGNS) + sign
        order = np.argsort(kinds, kind="stable")
        n = len(STRENGTHS) * len(SIGNS)
        cuts = np.searchsorted(kinds[order], np.arange(n + 1)).tolist()
        chosen, lines = order.tolist(), self.lines.lines
        colors = QColor(ink.theme.positive), QColor(ink.theme.negative), ink.muted
        weakest = sum(len(lines) > many for many in MANY_LINES)
        for kind in range(weakest * len(SIGNS), n):
            some = [lines[i] for i in chosen[cuts[kind] : cuts[kind + 1]]]
            if some:
                share, width = STRENGTHS[kind // len(SIGNS)]
                smooth = not ink.live or len(lines) < CRUDE_LINES or share > CRUDE
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
                _draw(painter, some, ink.pale(colors[kind % len(SIGNS)], share), width, ink)

    def _paint_maps(self, painter: QPainter, ink: Ink, i: int, maps: np.ndarray) -> None:
        """The pictures of all units of a column."""
        n, ratio = self.places.drawn(i), min(ink.ratio, FINEST)
        size, pitch = round(self.places.size * ratio), round(self.places.pitch(i) * ratio)
        shades = ramp.enlarged(maps[:n].astype(np.float32), size, size) + 128
        strip = np.full((n, max(pitch, size), size), ink.card.rgba(), np.uint32)
        strip[:, :size] = ramp.signed(ink.theme)[shades.astype(np.uint8)]
        if pitch > size + 1:
            strip[:, size] = strip[:, -1] = ink.axis.rgba()
        picture = ramp.image(strip.reshape(-1, size)[: n * pitch - (pitch - size)])
        corner = self.places.unit(i, 0, self.places.size).topLeft()
        where = QRectF(corner, QSizeF(size / ratio, picture.height() / ratio))
        painter.drawImage(where, picture)

    def _paint_discs(self, painter: QPainter, ink: Ink, i: int, mean: np.ndarray) -> None:
        n = self.places.drawn(i)
        colors = _signed(mean[:n], ink) if len(mean) else [ink.pale(ink.muted, 0.3).rgba()] * n
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink.pen(ink.axis))
        for unit, color in enumerate(colors):
            painter.setBrush(ink.brush(QColor(color)))
            painter.drawEllipse(self.places.unit(i, unit, self.places.size))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_biases(self, painter: QPainter, ink: Ink, i: int, bias: np.ndarray) -> None:
        """A small square at the lower left corner of every unit."""
        squares = self.places.squares(i)
        if squares:
            for where, color in zip(squares, _signed(bias[: len(squares)], ink), strict=True):
                painter.fillRect(where, QColor(color))

    def _paint_dead(self, painter: QPainter, ink: Ink, i: int, silent: np.ndarray) -> None:
        """A cross through every unit that is 0 whatever comes in."""
        painter.setPen(ink.pen(ink.muted))
        for unit in np.flatnonzero(silent[: self.places.drawn(i)] == 1).tolist():
            where = self.places.unit(i, unit, 0.5 * self.places.size)
            painter.drawLine(where.topLeft(), where.bottomRight())
            painter.drawLine(where.topRight(), where.bottomLeft())

    def _paint_pointed(self, painter: QPainter, ink: Ink, pointed: Unit | Weight) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink.pen(ink.text, 2.0))
        if isinstance(pointed, Weight):
            line = self.lines.find(*pointed)
            if line is not None:
                painter.drawLine(line)
        elif self.picture and pointed.unit < self.places.drawn(pointed.group):
            size = self.places.size_of(self.picture.plan.groups[pointed.group])
            painter.drawRect(self.places.unit(pointed.group, pointed.unit, size + 3))

    # Reading off

    def find(self, place: QPointF) -> Unit | Weight | None:
        """The unit or the weight at a place."""
        for i, group in enumerate(self.picture.plan.groups if self.picture else ()):
            reach = self.places.size_of(group) / 2 + 2
            if abs(place.x() - self.places.x[i]) <= reach:
                away = np.abs(self.places.y[i] - place.y())
                unit = int(away.argmin())
                if away[unit] <= reach:
                    return Unit(i, unit)
        i, away = self.lines.nearest(place)
        if away > REACH:
            return None
        lines = self.lines
        return Weight(int(lines.link[i]), int(lines.row[i]), int(lines.column[i]))

    def read(self, place: QPointF, ink: Ink) -> ReadOut | None:
        pointed, reading = self.find(place), self.reading
        self.pointed = pointed
        if pointed is None or reading is None:
            return None
        is_unit = isinstance(pointed, Unit)
        title, rows = reading.unit(pointed) if is_unit else reading.weight(pointed)
        spot = QRectF(place.x() + 4, place.y() + 8, 0, 0)
        return ReadOut(spot, place.x() + 4, title, rows)


def _signed(values: np.ndarray, ink: Ink) -> list[int]:
    """Colours of values, the largest of them in full colour."""
    reach = float(np.abs(values).max(initial=0.0))
    return ramp.colored(values, -reach, reach, ramp.signed(ink.theme)).tolist()


def _draw(painter: QPainter, lines: list[QLineF], color: QColor, width: float, ink: Ink) -> None:
    """Lines of one strength; on the screen thicker ones are drawn several times (see `stroke`)."""
    if not ink.live:
        painter.setPen(ink.pen(color, width))
        painter.drawLines(lines)
        return
    painter.setPen(ink.hairline(color))
    passes = max(1, round(width * ink.ratio / 0.8 - 0.3))
    step = (width - 1 / ink.ratio) / max(passes - 1, 1)
    painter.translate(0, -step * (passes - 1) / 2)
    for _ in range(passes):
        painter.drawLines(lines)
        painter.translate(0, step)
    painter.translate(0, -step * (passes + 1) / 2)
