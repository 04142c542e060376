"""Painted text: coloured words, and labels that do not overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Formatter
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from core.base.translation import Message, tr
from core.network.layer_names import OUTPUT, layer_message, layer_number
from ui.plots.style import PaintStyle
from ui.theme import Theme

# Text is shortened to no less than this share of its width.
LEAST_SHARE = 0.65
# What stands between spans, and at the end of those that others follow.
SEPARATORS = " ·"


class OneOf(NamedTuple):
    """One of the theme's colours for `n` things, resolved when painted: an export may have another
    theme than the window."""

    colors: Callable[[Theme, int], list[QColor]]
    how_many: int
    which: int

    def of(self, theme: Theme) -> QColor:
        return self.colors(theme, self.how_many)[self.which]


class Span(NamedTuple):
    """Text and its colour: a role of the theme, or one of several. A `hint` is about what can be
    clicked, so it is left out of exports.
    """

    text: str
    color: str | OneOf = "muted"
    hint: bool = False


def given(name: str) -> str:
    """A name as the data give it; one that the application has made up, in the user's language."""
    return tr(name) if isinstance(name, Message) else name


def colored(template: str, **parts: Span) -> list[Span]:
    """A translated template with coloured text in place of its names in braces."""
    spans: list[Span] = []
    for text, name, _, _ in Formatter().parse(template):
        spans += [Span(text)] if text else []
        spans += [parts[name]] if name else []
    return spans


def plain(spans: Sequence[Span]) -> str:
    """The text without colours."""
    return "".join(span.text for span in spans)


def fitted(spans: Sequence[Span], room: float, metrics: QFontMetricsF) -> list[Span]:
    """The spans that fit, the last one shortened. One that would be cut too short is left out with
    the separator before it.
    """
    fitting: list[Span] = []
    for span in spans:
        width = metrics.horizontalAdvance(span.text)
        if width > room:
            if not fitting or room >= LEAST_SHARE * width:
                cut = metrics.elidedText(span.text, Qt.TextElideMode.ElideRight, room)
                fitting.append(span._replace(text=cut))
            break
        fitting.append(span)
        room -= width
    while fitting and not fitting[-1].text.strip(SEPARATORS):
        fitting.pop()
    if fitting:
        fitting[-1] = fitting[-1]._replace(text=fitting[-1].text.rstrip(SEPARATORS))
    return fitting


def paint_spans(
    painter: QPainter,
    x: float,
    baseline: float,
    room: float,
    spans: Sequence[Span],
    style: PaintStyle,
) -> None:
    """Write coloured text from x on, as far as it fits into `room`."""
    painter.setFont(style.font)
    for text, color, _ in fitted(spans, room, style.metrics):
        wanted = style.role(color) if isinstance(color, str) else color.of(style.theme)
        painter.setPen(style.ink(wanted))
        painter.drawText(QPointF(x, baseline), text)
        x += style.metrics.horizontalAdvance(text)


def spread(wanted: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """Centres close to the wanted ones, in the same order, at least `height` apart, within
    low…high; evenly spaced if there is too little room.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    low, high = low + height / 2, high - height / 2
    if len(order) > 1 and (len(order) - 1) * height > high - low:
        height = max(high - low, 0.0) / (len(order) - 1)
    placed = [0.0] * len(wanted)
    edge = low
    for i in order:
        placed[i] = edge = max(wanted[i], edge)
        edge += height
    edge = high
    for i in reversed(order):
        placed[i] = edge = min(placed[i], edge)
        edge -= height
    return placed


LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
CENTER = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)


def paint_label(
    painter: QPainter, where: QRectF, align: int, text: str, color: QColor, style: PaintStyle
) -> None:
    """One small line of text in a box: `align` is LEFT, RIGHT or CENTER."""
    painter.setFont(style.small)
    painter.setPen(color)
    painter.drawText(where, align, text)


def layer_name(name: str) -> str:
    """The name of a layer in the user's language."""
    return tr(layer_message(name))


def layer_names(layers: Sequence[str]) -> list[str]:
    """The names of layers in the user's language."""
    return [layer_name(name) for name in layers]


def short_names(layers: Sequence[str]) -> list[str]:
    """Layer names for narrow places: "layer 3" is 3, "output" is out."""
    short = map(layer_number, layers)
    return [tr("out") if name == OUTPUT else name for name in short]
