"""The parts of a network's drawing that do not depend on weights: frames, names, skip
connections."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from core.base.translation import Message, tr
from core.network.layer_names import INPUTS, OUTPUT, layer_number
from core.telemetry.pictures import DataPicture, Group, Link, NetworkPicture, Plan
from ui.plots.pictures.network_layout import ARC, Places
from ui.plots.style import PaintStyle
from ui.plots.text import CENTER, LEFT, RIGHT, given, layer_name, paint_label

NAMES = 76.0


class StaticNetwork:
    """Paints frames, names and connections without weights."""

    def __init__(
        self, picture: NetworkPicture, data: DataPicture | None, layers: tuple[str, ...],
        places: Places, style: PaintStyle,
    ) -> None:  # fmt: skip
        self.plan, self.units = picture.plan, picture.units
        self.data, self.layers = data, layers
        self.places, self.style = places, style

    def paint(self, painter: QPainter, rect: QRectF, visible: QRectF) -> None:
        """Paint everything; of the picture's `rect` only a part may be visible."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for link in self.plan.links:
            if link.around:
                self._arc(painter, link)
            elif not link.layer:
                self._passing(painter, link)
        for i, group in enumerate(self.plan.groups):
            self._frames(painter, i, group)
        self._labels(painter, rect & visible)
        self._names(painter, 0, RIGHT, rect)
        self._names(painter, len(self.plan.groups) - 1, LEFT, rect)
        if self.plan.left_out:
            self._gap(painter, self.plan)

    def _arc(self, painter: QPainter, link: Link) -> None:
        """A skip connection, from the top of its source to the top of the sum."""
        places, style = self.places, self.style
        start = QPointF(places.x[link.source], self._top(link.source) - 2)
        end = QPointF(places.x[link.target], self._top(link.target) - 2)
        height, bend = places.area.top() - 0.6 * ARC, 0.15 * (end.x() - start.x())
        path = QPainterPath(start)
        path.cubicTo(QPointF(start.x() + bend, height), QPointF(end.x() - bend, height), end)
        painter.setPen(style.pen(style.pale(style.muted, 0.8), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _top(self, group: int) -> float:
        size = self.places.size_of(self.plan.groups[group])
        return float(self.places.y[group][0]) - size / 2

    def _passing(self, painter: QPainter, link: Link) -> None:
        """Values that are passed on unchanged, unit by unit."""
        places, style = self.places, self.style
        target = self.plan.groups[link.target]
        painter.setPen(style.pen(style.pale(style.muted, 0.45)))
        x0 = places.x[link.source] + places.size / 2
        x1 = places.x[link.target] - places.size_of(target) / 2
        ends = places.y[link.target][link.start :].tolist()
        for y0, y1 in zip(places.y[link.source].tolist(), ends, strict=False):
            painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))

    def _frames(self, painter: QPainter, i: int, group: Group) -> None:
        style, size = self.style, self.places.size_of(group)
        painter.setPen(style.pen(style.axis))
        painter.setBrush(style.brush(style.card))
        for unit in range(self.places.drawn(i)):
            where = self.places.unit(i, unit, size)
            if group.kind == "sum":
                painter.drawEllipse(where)
                _plus(painter, where)
            elif not group.shown:
                for share in (0.0, 0.14, 0.28):
                    painter.drawRect(where.adjusted(*(share * size * s for s in (0, 1, -1, 0))))
            elif self.units[i].maps is not None:
                painter.drawRect(where.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(self.units[i].bias):
            for square in self.places.squares(i):
                painter.fillRect(square.adjusted(-1, -1, 1, 1), style.axis)

    def _labels(self, painter: QPainter, rect: QRectF) -> None:
        """Name and size of every layer below its column; two branches of a block share a name."""
        columns: dict[int, list[int]] = {}
        for i, group in enumerate(self.plan.groups):
            columns.setdefault(group.column, []).append(i)
        line = self.style.small_metrics.height()
        top = label_top(self.places, rect, self.style)
        if top < self.places.area.bottom():
            painter.fillRect(QRectF(rect.left(), top, rect.width(), 2 * line), self.style.card)
        for members in columns.values():
            if not rect.left() - 8 <= self.places.x[members[0]] <= rect.right() + 8:
                continue
            groups = [self.plan.groups[i] for i in members]
            first, name = members[0], groups[0].name
            if groups[0].kind == "sum":
                name = Message("sum")
            elif len(groups) > 1:
                name = name.rpartition(" ")[0]
            title = self._fit(_titles(name))
            self._write_below(painter, first, title, top, self._color(groups[0]), rect)
            if groups[0].kind != "sum":
                drawn = [self.places.drawn(i) if self.plan.groups[i].shown else 0 for i in members]
                sizes = self._fit(_sizes(groups, drawn, self.data))
                self._write_below(painter, first, sizes, top + line, self.style.muted, rect)

    def _write_below(
        self, painter: QPainter, i: int, text: str, top: float, color: QColor, rect: QRectF
    ) -> None:
        width = self.style.small_metrics.horizontalAdvance(text) + 2
        left = min(max(self.places.x[i] - width / 2, rect.left()), rect.right() - width)
        where = QRectF(left, top, width, self.style.small_metrics.height())
        paint_label(painter, where, CENTER, text, color, self.style)

    def _fit(self, texts: tuple[str, ...]) -> str:
        """The first of the texts that fits the column."""
        width = self.style.small_metrics.horizontalAdvance
        return next((text for text in texts if width(text) <= self.places.wide - 2), "")

    def _color(self, group: Group) -> QColor:
        if group.name not in self.layers:
            return self.style.muted
        return self.style.layer_colors(len(self.layers))[self.layers.index(group.name)]

    def _names(self, painter: QPainter, i: int, side: int, rect: QRectF) -> None:
        """Names of inputs or classes beside their units, if they fit."""
        group, style, y = self.plan.groups[i], self.style, self.places.y[i]
        room, line = name_room(group, rect.width(), style) - 8, style.small_metrics.height()
        if room <= 0 or (len(y) > 1 and y[1] - y[0] < line - 3):
            return
        half = self.places.size / 2 + 4
        left = self.places.x[i] + (half if side == LEFT else -half - room - 4)
        for name, middle in zip(map(given, group.names), y.tolist(), strict=False):
            text = style.small_metrics.elidedText(name, Qt.TextElideMode.ElideRight, room + 4)
            where = QRectF(left, middle - line / 2, room + 4, line)
            paint_label(painter, where, side, text, style.muted, style)

    def _gap(self, painter: QPainter, plan: Plan) -> None:
        area, half = self.places.area, self.places.wide / 2
        x = area.left() + area.width() * plan.gap / (plan.columns - 1)
        line = self.style.small_metrics.height()
        for i, text in enumerate(("…", f"{plan.left_out}", tr("layers"))):
            where = QRectF(x - half, area.center().y() + (i - 1.5) * line, 2 * half, line)
            paint_label(painter, where, CENTER, text, self.style.muted, self.style)


def label_top(places: Places, visible: QRectF, style: PaintStyle) -> float:
    """Top of the labels below the columns; they stay visible when zoomed in."""
    lowest = visible.bottom() - 2 * style.small_metrics.height()
    return min(places.area.bottom() + 4, lowest)


def name_room(group: Group, width: float, style: PaintStyle) -> float:
    """Width for the names of a group's units."""
    if not group.names or width < 260 or not group.shown:
        return 4.0
    names = map(given, group.names[: group.shown])
    widths = map(style.small_metrics.horizontalAdvance, names)
    return min(max(widths) + 12, NAMES, 0.18 * width)


def _plus(painter: QPainter, where: QRectF) -> None:
    middle, arm = where.center(), where.width() / 4
    painter.drawLine(middle - QPointF(arm, 0), middle + QPointF(arm, 0))
    painter.drawLine(middle - QPointF(0, arm), middle + QPointF(0, arm))


def _titles(name: str) -> tuple[str, ...]:
    """A group's name, from the longest form to the shortest."""
    short = layer_number(name)
    abbreviated = {str(INPUTS): tr("in"), str(OUTPUT): tr("out")}
    return layer_name(name), tr(short), abbreviated.get(short, "")


def _sizes(groups: list[Group], drawn: list[int], data: DataPicture | None) -> tuple[str, ...]:
    """The number of units of a column and of those drawn, from the longest form to the shortest."""
    if not drawn[0]:
        shape = data.image_shape if data else None
        return (f"{shape[0]}×{shape[1]}" if shape else f"{groups[0].units:,}", "")
    units = " + ".join(f"{group.units:,}" for group in groups)
    if drawn == [group.units for group in groups]:
        return units, ""
    few = " + ".join(map(str, drawn))
    return (
        tr("{some} of {units}", some=few, units=units),
        f"{sum(drawn)}/{sum(g.units for g in groups)}",
        units,
        "",
    )
