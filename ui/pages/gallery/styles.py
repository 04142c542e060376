"""What distinguishes the runs of an experiment: a colour each, or colours and strokes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from ui.plots.ink import Ink
from ui.plots.scale import Floats
from ui.plots.stroke import Polyline, stroke
from ui.theme import Theme

# Colours of runs beyond the first two, which have those of training and validation. All eight, and
# the text, are distinct with every kind of colour vision; found by a search over hue, saturation
# and lightness for the largest least difference.
COLORS = {
    "light": ("#1da565", "#9572ca", "#632903", "#ca72a1", "#65188b", "#0505bd"),
    "dark": ("#8eeb9b", "#ce8dca", "#257e49", "#c63984", "#6d7e25", "#ac4db2"),
}
MOST_COLORS = 8
# Lengths of strokes and gaps, in widths of a line.
DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 3.0), (1.5, 2.5))
SWATCH = QSize(22, 12)


class Style(NamedTuple):
    """The colour of a run and its kind of stroke, an index of `DASHES`."""

    color: QColor
    dash: int = 0

    def pen(self, width: float, color: QColor | None = None) -> QPen:
        pen = QPen(color or self.color, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.dash:
            pen.setDashPattern(DASHES[self.dash])
        return pen


def styles(labels: Sequence[str], theme: Theme) -> dict[str, Style]:
    """A style for every run. Labels such as "tanh, He" name two factors: where there are more
    runs than good colours, one of them gives the colour and the other the stroke."""
    if len(labels) <= MOST_COLORS:
        return {
            label: Style(color) for label, color in zip(labels, run_colors(theme), strict=False)
        }
    pairs = [_factors(label) for label in labels]
    first, second = (list(dict.fromkeys(names)) for names in zip(*pairs, strict=True))
    swap = len(second) > len(first)
    colored, dashed = (second, first) if swap else (first, second)
    if len(dashed) > len(DASHES):
        colored, dashed, pairs = list(labels), [""], [(label, "") for label in labels]
        swap = False
    hues = _hues(len(colored), theme)
    result = {}
    for label, (a, b) in zip(labels, pairs, strict=True):
        hue, kind = (b, a) if swap else (a, b)
        result[label] = Style(hues[colored.index(hue)], dashed.index(kind))
    return result


def run_colors(theme: Theme, count: int = MOST_COLORS) -> list[QColor]:
    """The colours of so many runs of an experiment, at most MOST_COLORS."""
    colors = (theme.train, theme.validation, *COLORS[theme.name])
    return [QColor(each) for each in colors[:count]]


def _factors(label: str) -> tuple[str, str]:
    first, _, second = label.partition(", ")
    return first, second


def _hues(n: int, theme: Theme) -> list[QColor]:
    if n <= MOST_COLORS:
        return run_colors(theme, n)
    return theme.layer_colors(n)


def draw(
    painter: QPainter,
    line: Polyline,
    x: Floats,
    y: Floats,
    style: Style,
    ink: Ink,
    width: float = 1.6,
    color: QColor | None = None,
) -> None:
    """A curve in a run's style, interrupted nowhere; `color` takes the place of its own."""
    if line.load(x, y) < 2:
        return
    if style.dash:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(width, color))
        painter.drawPolyline(line.polygon)
    else:
        stroke(painter, line, color or style.color, width, ink)


def fill(painter: QPainter, line: Polyline, x: Floats, low: Floats, high: Floats, color: QColor):
    """The band between two curves, which lets through what lies behind it."""
    known = np.isfinite(low) & np.isfinite(high)
    if known.sum() < 2:
        return
    x, low, high = x[known], low[known], high[known]
    line.load(np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]]))
    shade = QColor(color)
    shade.setAlphaF(0.2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawPolygon(line.polygon)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def swatch(style: Style) -> QIcon:
    """A piece of a run's line, for lists."""
    icon = QIcon()
    for scale in (1, 2, 3):
        picture = QPixmap(SWATCH * scale)
        picture.fill(Qt.GlobalColor.transparent)
        picture.setDevicePixelRatio(scale)
        with QPainter(picture) as painter:
            paint_swatch(painter, QPointF(1, SWATCH.height() / 2), style)
        icon.addPixmap(picture)
    return icon


def paint_swatch(painter: QPainter, left: QPointF, style: Style, width: float = 18.0) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.pen(2.5))
    painter.drawLine(left, left + QPointF(width, 0))
