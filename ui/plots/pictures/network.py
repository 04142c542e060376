"""The network: units as small images, weights as lines between them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from core.base.translation import tr
from core.telemetry.pictures import DataPicture, NetworkPicture, Plan
from ui.plots import ramp
from ui.plots.pictures.network_layout import ARC, Places, connect, lay_out
from ui.plots.pictures.network_reading import Reading, Unit, Weight
from ui.plots.pictures.network_static import StaticNetwork, label_top, name_room
from ui.plots.pictures.picture import Picture
from ui.plots.readout import ReadOut
from ui.plots.scale import Floats
from ui.plots.style import PaintStyle

# Thresholds of |weight| as shares of a link's largest weight, with the opacity and width of lines
# above each.
STEPS = (0.08, 0.25, 0.5, 0.75)
STRENGTHS = ((0.13, 1.0), (0.3, 1.0), (0.55, 1.0), (0.8, 1.6), (1.0, 2.4))
# With more lines than the first number the weakest class is left out, with more than the second the
# next one too.
MANY_LINES = (500, 1000)
# With more lines than this, lines paler than `CRUDE` are drawn without antialiasing: nearly three
# times as fast, and hardly visible.
CRUDE_LINES, CRUDE = 300, 0.4
# Maximum distance of the pointer from a line.
REACH = 4.0
# In vector documents a map has at most this many pixels per logical pixel.
FINEST = 4.0
SIGNS = POSITIVE, NEGATIVE, UNSIGNED = 0, 1, 2


class NetworkGraph(Picture):
    """Draws a `NetworkPicture`. Lines: blue positive, orange negative, stronger for larger weights
    of the same layer. Units: their map over the input plane or their weights as an image if
    available, else a disc in the colour of their mean activation."""

    def __init__(self) -> None:
        super().__init__()
        self.dataset: DataPicture | None = None
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
        """Names and values of units and weights; None before the first data."""
        return Reading(self.picture) if self.picture else None

    def set_data(
        self, picture: NetworkPicture, data: DataPicture | None, layers: tuple[str, ...], step: int
    ) -> None:
        """Set the values of one step."""
        changed = self.picture is None or self.picture.plan is not picture.plan
        self.picture, self.dataset, self.layers, self.iteration = picture, data, layers, step
        if changed:
            self.update_layout()
        else:
            self.update_data()

    def drawn(self) -> list[int]:
        """The number of units drawn of each group; before the layout, of those to be drawn."""
        groups = self.picture.plan.groups if self.picture else ()
        if len(groups) != len(self.places.y):
            return [max(group.shown, 1) for group in groups]
        return [self.places.drawn(i) for i in range(len(groups))]

    # Layout

    def arrange(self, style: PaintStyle) -> None:
        if self.picture is None:
            return
        plan, line, rect = self.picture.plan, style.small_metrics.height(), self.rect
        left, right = (name_room(plan.groups[i], rect.width(), style) for i in (0, -1))
        top = ARC if any(link.around for link in plan.links) else 4.0
        area = rect.adjusted(left, top, -right, -2 * line - 4)
        self.places = lay_out(plan, area, style.ratio, self.zoom)
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

    def draw_static(self, painter: QPainter, style: PaintStyle) -> None:
        if self.picture:
            static = StaticNetwork(self.picture, self.dataset, self.layers, self.places, style)
            static.paint(painter, self.rect, self.visible_rect)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if self.picture is None or not exposed.intersects(self.dirty()):
            return
        if self.clipped:
            above = QRectF(exposed)
            above.setBottom(min(above.bottom(), label_top(self.places, self.visible_rect, style)))
            painter.setClipRect(above)
        self._paint_lines(painter, style)
        groups = zip(self.picture.plan.groups, self.picture.units, strict=True)
        for i, (group, units) in enumerate(groups):
            if units.maps is not None:
                self._paint_maps(painter, style, i, units.maps)
            elif group.shown and group.kind != "sum":
                self._paint_discs(painter, style, i, units.mean)
            if len(units.bias):
                self._paint_biases(painter, style, i, units.bias)
            if group.kind == "layer":
                self._paint_dead(painter, style, i, units.silent)
        if self.pointed and style.live:
            self._paint_pointed(painter, style, self.pointed)

    def values(self) -> tuple[Floats, Floats]:
        """The drawn weights, and each as a share of the largest of its link: (lines,)."""
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

    def _paint_lines(self, painter: QPainter, style: PaintStyle) -> None:
        values, shares = self.values()
        strength = np.searchsorted(STEPS, shares)
        sign = np.where(self._unsigned, UNSIGNED, np.where(values < 0, NEGATIVE, POSITIVE))
        kinds = strength * len(SIGNS) + sign
        order = np.argsort(kinds, kind="stable")
        n = len(STRENGTHS) * len(SIGNS)
        cuts = np.searchsorted(kinds[order], np.arange(n + 1)).tolist()
        chosen, lines = order.tolist(), self.lines.lines
        colors = QColor(style.theme.positive), QColor(style.theme.negative), style.muted
        weakest = sum(len(lines) > many for many in MANY_LINES)
        for kind in range(weakest * len(SIGNS), n):
            some = [lines[i] for i in chosen[cuts[kind] : cuts[kind + 1]]]
            if some:
                share, width = STRENGTHS[kind // len(SIGNS)]
                smooth = not style.live or len(lines) < CRUDE_LINES or share > CRUDE
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
                _draw(painter, some, style.pale(colors[kind % len(SIGNS)], share), width, style)

    def _paint_maps(self, painter: QPainter, style: PaintStyle, i: int, maps: np.ndarray) -> None:
        """The maps of a column's units, as far as they can be seen."""
        ratio, shown = min(style.ratio, FINEST), self.visible_rect
        size, pitch = round(self.places.size * ratio), round(self.places.pitch(i) * ratio)
        corner = self.places.unit(i, 0, self.places.size).topLeft()
        across = ramp.seen(shown.left() - corner.x(), shown.width(), size / ratio, ratio)
        height = self.places.drawn(i) * pitch / ratio
        down = ramp.seen(shown.top() - corner.y(), shown.height(), height, ratio)
        if not (across.size and down.size):
            return
        first, last = down[0] // pitch, down[-1] // pitch + 1
        some = maps[first:last].astype(np.float32)
        shades = ramp.enlarged(some, size, size, across) + 128
        strip = np.full((len(some), max(pitch, size), across.size), style.card.rgba(), np.uint32)
        strip[:, :size] = ramp.signed(style.theme)[shades.astype(np.uint8)]
        if pitch > size + 1:
            strip[:, size] = strip[:, -1] = style.axis.rgba()
        picture = ramp.image(strip.reshape(-1, across.size)[: len(strip) * pitch - (pitch - size)])
        corner += QPointF(across[0] / ratio, first * pitch / ratio)
        size_shown = QSizeF(picture.width() / ratio, picture.height() / ratio)
        painter.drawImage(QRectF(corner, size_shown), picture)

    def _paint_discs(self, painter: QPainter, style: PaintStyle, i: int, mean: np.ndarray) -> None:
        n = self.places.drawn(i)
        colors = (
            _signed(mean[:n], style) if len(mean) else [style.pale(style.muted, 0.3).rgba()] * n
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.axis))
        for unit, color in enumerate(colors):
            painter.setBrush(style.brush(QColor(color)))
            painter.drawEllipse(self.places.unit(i, unit, self.places.size))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_biases(self, painter: QPainter, style: PaintStyle, i: int, bias: np.ndarray) -> None:
        """A small square at the lower left corner of every unit."""
        squares = self.places.squares(i)
        if squares:
            for where, color in zip(squares, _signed(bias[: len(squares)], style), strict=True):
                painter.fillRect(where, QColor(color))

    def _paint_dead(self, painter: QPainter, style: PaintStyle, i: int, silent: np.ndarray) -> None:
        """A cross through every unit that is 0 for all samples."""
        painter.setPen(style.pen(style.muted))
        for unit in np.flatnonzero(silent[: self.places.drawn(i)] == 1).tolist():
            where = self.places.unit(i, unit, 0.5 * self.places.size)
            painter.drawLine(where.topLeft(), where.bottomRight())
            painter.drawLine(where.topRight(), where.bottomLeft())

    def _paint_pointed(self, painter: QPainter, style: PaintStyle, pointed: Unit | Weight) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.text, 2.0))
        if isinstance(pointed, Weight):
            line = self.lines.find(*pointed)
            if line is not None:
                painter.drawLine(line)
        elif self.picture and pointed.unit < self.places.drawn(pointed.group):
            size = self.places.size_of(self.picture.plan.groups[pointed.group])
            painter.drawRect(self.places.unit(pointed.group, pointed.unit, size + 3))

    # Read-out

    def find(self, place: QPointF) -> Unit | Weight | None:
        """The unit or the weight at a position."""
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

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        pointed, reading = self.find(place), self.reading
        self.pointed = pointed
        if pointed is None or reading is None:
            return None
        is_unit = isinstance(pointed, Unit)
        name, rows = reading.unit(pointed) if is_unit else reading.weight(pointed)
        spot = QRectF(place.x() + 4, place.y() + 8, 0, 0)
        return ReadOut(spot, place.x() + 4, tr(name), rows)


def _signed(values: np.ndarray, style: PaintStyle) -> list[int]:
    """Colours of values; the largest has full colour."""
    reach = float(np.abs(values).max(initial=0.0))
    return ramp.colored(values, -reach, reach, ramp.signed(style.theme)).tolist()


def _draw(
    painter: QPainter, lines: list[QLineF], color: QColor, width: float, style: PaintStyle
) -> None:
    """Draw lines of one class; on the screen a thick line is drawn as several thin ones (see
    `stroke`)."""
    if not style.live:
        painter.setPen(style.pen(color, width))
        painter.drawLines(lines)
        return
    painter.setPen(style.hairline(color))
    passes = max(1, round(width * style.ratio / 0.8 - 0.3))
    step = (width - 1 / style.ratio) / max(passes - 1, 1)
    painter.translate(0, -step * (passes - 1) / 2)
    for _ in range(passes):
        painter.drawLines(lines)
        painter.translate(0, step)
    painter.translate(0, -step * (passes + 1) / 2)
