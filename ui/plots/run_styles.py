"""How compared runs are distinguished: by colour, or by colour and dash pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from ui.plots.style import PaintStyle
from ui.plots.text import OneOf
from ui.theme import DARK, Theme

# Lengths of dashes and gaps, in line widths.
DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 3.0), (1.5, 2.5))
SWATCH = QSize(22, 12)
MOST_COLORS = len(DARK.runs)


class RunStyle(NamedTuple):
    """The colour of a run in any theme, and the dashes and gaps of its line."""

    color: OneOf
    dash: tuple[float, ...] = ()


def run_styles(labels: Sequence[str]) -> dict[str, RunStyle]:
    """A style for every run. Labels such as "tanh, He" name two factors: where there are more runs
    than distinguishable colours, one sets the colour and the other the dash pattern."""
    n = len(labels)
    if n <= MOST_COLORS:
        return {label: RunStyle(OneOf(run_colors, n, i)) for i, label in enumerate(labels)}
    pairs = [_factors(label) for label in labels]
    first, second = (list(dict.fromkeys(names)) for names in zip(*pairs, strict=True))
    swap = len(second) > len(first)
    colored, dashed = (second, first) if swap else (first, second)
    if len(dashed) > len(DASHES):
        return {label: RunStyle(OneOf(run_colors, n, i)) for i, label in enumerate(labels)}
    result = {}
    for label, (a, b) in zip(labels, pairs, strict=True):
        hue, kind = (b, a) if swap else (a, b)
        color = OneOf(run_colors, len(colored), colored.index(hue))
        result[label] = RunStyle(color, DASHES[dashed.index(kind)])
    return result


def run_colors(theme: Theme, n: int) -> list[QColor]:
    """Colours of n runs; for more than the theme has, from the layers' colour map."""
    if n <= len(theme.runs):
        return [QColor(color) for color in theme.runs[:n]]
    return theme.layer_colors(n)


def faded(color: OneOf, share: float) -> Callable[[PaintStyle], QColor]:
    """A colour blended with that of the card."""
    return lambda style: style.pale(color.of(style.theme), share)


def _factors(label: str) -> tuple[str, str]:
    first, _, second = label.partition(", ")
    return first, second


def swatch(style: RunStyle, theme: Theme) -> QIcon:
    """A sample of a run's line, for lists."""
    icon = QIcon()
    for scale in (1, 2, 3):
        picture = QPixmap(SWATCH * scale)
        picture.fill(Qt.GlobalColor.transparent)
        picture.setDevicePixelRatio(scale)
        with QPainter(picture) as painter:
            paint_swatch(painter, QPointF(1, SWATCH.height() / 2), style, theme)
        icon.addPixmap(picture)
    return icon


def paint_swatch(
    painter: QPainter, left: QPointF, style: RunStyle, theme: Theme, width: float = 18.0
) -> None:
    """Draw a sample of a run's line, starting at `left`."""
    pen = QPen(style.color.of(theme), 2.5)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if style.dash:
        pen.setDashPattern(list(style.dash))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.drawLine(left, left + QPointF(width, 0))
