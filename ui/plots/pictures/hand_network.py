"""The picture of lab 3: the network as a graph with a number in every place that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.studies.backpropagation import Trace
from core.studies.hand_network import HandNetwork, Key, name
from ui.plots.item import PlotObject
from ui.plots.picture_plot import PicturePlot
from ui.plots.style import PaintStyle
from ui.plots.text import spread
from ui.theme import blend

BOX_WIDTH, LINE, PAD = 128.0, 15.0, 6.0
# More edges between two layers than this are labelled only where the present step needs them.
MOST_LABELS = 6
FORWARD, BACKWARD, UPDATE = "train", "bad", "good"


@dataclass(frozen=True)
class Moment:
    """What the graph shows: the quantities known, and the step that is to come."""

    trace: Trace
    known: Mapping[Key, float]
    target: Key | None
    uses: frozenset[Key]
    reused: frozenset[Key]


class NetworkGraph(PlotObject):
    """Units as boxes in columns, weights as lines between them."""

    clipped = False

    def __init__(self) -> None:
        super().__init__()
        self.moment: Moment | None = None

    def show_moment(self, moment: Moment) -> None:
        self.moment = moment
        self.update()

    # Places

    def _room(self) -> QRectF:
        plot = self.plot
        assert isinstance(plot, PicturePlot)
        return plot.picture_rect()

    def _centers(self, network: HandNetwork) -> dict[tuple[int, int], QPointF]:
        """The middle of every unit's box, by layer and unit; the loss is layer −1."""
        room, widths = self._room(), network.widths
        columns = len(widths) + 1
        inset = BOX_WIDTH / 2 + 4
        step = (room.width() - 2 * inset) / (columns - 1)
        places = {}
        for layer, width in enumerate(widths):
            for unit in range(width):
                y = room.top() + room.height() * (unit + 0.5) / width
                places[layer, unit] = QPointF(room.left() + inset + layer * step, y)
        places[-1, 0] = QPointF(room.right() - inset, room.center().y())
        return places

    # Painting

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        moment = self.moment
        if moment is None:
            return
        network = moment.trace.network
        centers = self._centers(network)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key in (k for k in moment.trace.given if k.kind == "w"):
            self._edge(painter, style, moment, key, centers)
        for unit in range(network.widths[-1]):
            start, end = centers[network.layers, unit], centers[-1, 0]
            painter.setPen(style.pen(style.ghost, 1.2))
            painter.drawLine(start, end)
        for (layer, unit), center in centers.items():
            self._box(painter, style, moment, layer, unit, center)
        for layer in range(1, network.layers + 1):
            self._edge_labels(painter, style, moment, layer, centers)

    def _edge_keys(self, key: Key) -> tuple[Key, Key, Key]:
        return key, key._replace(kind="dw"), key._replace(kind="new w")

    def _edge(self, painter, style, moment: Moment, key: Key, centers) -> None:
        lit = [k for k in self._edge_keys(key) if k == moment.target or k in moment.uses]
        color, width = style.pale(style.ghost, 0.7), 1.2
        if lit:
            aims = moment.target is not None and moment.target in lit
            color = self._color(style, moment.target if aims and moment.target else lit[0])
            width = 2.6 if aims else 2.0
        painter.setPen(style.pen(color, width))
        painter.drawLine(centers[key.layer - 1, key.source], centers[key.layer, key.unit])

    def _edge_labels(self, painter, style, moment: Moment, layer: int, centers) -> None:
        """The weights into a layer with their gradients, kept apart from each other."""
        crowded = moment.trace.network.weights[layer - 1].size > MOST_LABELS
        labels = []
        for key in (k for k in moment.trace.given if k.kind == "w" and k.layer == layer):
            lit = any(k == moment.target or k in moment.uses for k in self._edge_keys(key))
            if crowded and not lit:
                continue
            rows = self._edge_rows(moment, key)
            start, end = centers[layer - 1, key.source], centers[layer, key.unit]
            width = max(style.width(text) for text, _, _ in rows) + 8
            # Close to the unit it comes from, where lines that cross are still far apart.
            share = (BOX_WIDTH / 2 + 5 + width / 2) / max(end.x() - start.x(), 1.0)
            labels.append((start + (end - start) * min(share, 0.5), width, rows))
        if not labels:
            return
        height = LINE * max(len(rows) for _, _, rows in labels) + 4
        room = self._room()
        tops = spread([place.y() for place, _, _ in labels], height, room.top(), room.bottom())
        for (place, width, rows), y in zip(labels, tops, strict=True):
            left, top = place.x() - width / 2, y - (LINE * len(rows) + 2) / 2
            self._edge_label(painter, style, moment, QPointF(left, top), width, rows)

    def _edge_rows(self, moment: Moment, key: Key) -> list[tuple[str, str, Key]]:
        weight, slope, new = self._edge_keys(key)
        known, network = moment.known, moment.trace.network
        rows = [(f"{name(weight, network)} {short(known[weight], 5)}", "text", weight)]
        if slope in known or slope == moment.target:
            rows.append((f"∂ {short(known.get(slope), 5)}", BACKWARD, slope))
        if new in known or new == moment.target:
            rows.append((f"→ {short(known.get(new), 7)}", UPDATE, new))
        return rows

    def _edge_label(self, painter, style, moment: Moment, at: QPointF, width: float, rows) -> None:
        box = QRectF(at.x(), at.y(), width, LINE * len(rows) + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush(style.card))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for i, (text, role, of) in enumerate(rows):
            top = box.top() + 1 + i * LINE
            if of == moment.target:
                self._mark(painter, style, QRectF(box.left(), top, width, LINE), role)
            style.write(painter, box.left() + 4, top, text, style.role(role))

    def _box(self, painter, style, moment: Moment, layer: int, unit: int, center: QPointF) -> None:
        rows = self._rows(moment, layer, unit)
        height = LINE * len(rows) + 2 * PAD
        box = QRectF(center.x() - BOX_WIDTH / 2, center.y() - height / 2, BOX_WIDTH, height)
        keys = {key for _, _, key in rows}
        edge, width = style.border, 1.2
        if moment.target in keys and moment.target is not None:
            edge, width = self._color(style, moment.target), 2.4
        elif keys & moment.uses:
            edge, width = style.role("validation"), 2.0
        painter.setPen(style.pen(edge, width))
        painter.setBrush(style.brush(blend(style.theme.card, style.theme.text, 0.03)))
        painter.drawRoundedRect(box, 7, 7)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for i, (text, role, key) in enumerate(rows):
            where = QRectF(box.left() + 3, box.top() + PAD + i * LINE, BOX_WIDTH - 6, LINE)
            if key == moment.target:
                self._mark(painter, style, where, role)
            elif key in moment.reused:
                self._mark(painter, style, where, "validation")
            style.write(painter, where.left() + 4, where.top() + 1, text, style.role(role))

    def _rows(self, moment: Moment, layer: int, unit: int) -> list[tuple[str, str, Key]]:
        """Lines of a box: text, colour and quantity. What is not known yet is blank."""
        network = moment.trace.network
        if layer == -1:
            rows = [("E", "text", Key("E"))]
            rows += [("y", "muted", Key("y", 0, i)) for i in range(network.widths[-1])]
            names = {key: name(key, network) for _, _, key in rows}
        elif layer == 0:
            rows = [("x", "text", Key("a", 0, unit))]
            names = {rows[0][2]: name(rows[0][2], network)}
        else:
            keys = [(FORWARD, Key("z", layer, unit)), (FORWARD, Key("a", layer, unit))]
            if network.biases:
                keys.insert(0, ("muted", Key("b", layer, unit)))
            shown_da = not (layer == network.layers and network.loss.fused)
            if shown_da:
                keys.append((BACKWARD, Key("da", layer, unit)))
            keys.append((BACKWARD, Key("delta", layer, unit)))
            if network.biases:
                keys.append((BACKWARD, Key("db", layer, unit)))
                if moment.trace.train_biases:
                    keys.append((UPDATE, Key("new b", layer, unit)))
            rows = [("", role, key) for role, key in keys]
            names = {key: name(key, network) for _, _, key in rows}
        return [
            (f"{names[key]} = {short(moment.known.get(key), _digits(key))}", role, key)
            for _, role, key in rows
        ]

    def _mark(self, painter, style, where: QRectF, role: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush(style.pale(style.role(role), 0.28)))
        painter.drawRoundedRect(where, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _color(self, style: PaintStyle, key: Key) -> QColor:
        if key.kind in ("z", "a", "E"):
            return style.role(FORWARD)
        if key.kind.startswith("new"):
            return style.role(UPDATE)
        return style.role("validation") if key.kind in ("w", "b", "y") else style.role(BACKWARD)


def _digits(key: Key) -> int:
    """How many digits have room beside the quantity's name."""
    return 5 if key.kind in ("da", "db", "new b") else 6


def short(value: float | None, digits: int = 6) -> str:
    """A number to so many digits; nothing for what is not known yet."""
    return "" if value is None else f"{value:.{digits}g}".replace("-", "−")
