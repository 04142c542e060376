"""Small plots of equal size side by side, one per layer, in as many rows as are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from ui.plots.style import PaintStyle
from ui.plots.text import layer_names, short_names

# Minimum width of a plot; below it another row is used if there is height for one.
NARROW, FLAT = 56.0, 84.0
BETWEEN = 14.0


def grid(rect: QRectF, n: int, above: float, below: float) -> list[QRectF]:
    """The rectangles of n plots, with room for labels above and below each."""
    n, rows = max(n, 1), 1
    while rect.width() / math.ceil(n / rows) < NARROW and rect.height() / (rows + 1) > FLAT:
        rows += 1
    across = math.ceil(n / rows)
    width, height = rect.width() / across, rect.height() / rows
    gap = min(BETWEEN, 0.16 * width)
    plots = []
    for i in range(n):
        left = rect.left() + (i % across) * width
        top = rect.top() + (i // across) * height
        bottom = max(top + height - below, top + above + 8)
        corner = QPointF(round(left + gap / 2), round(top + above))
        plots.append(QRectF(corner, QPointF(round(left + width - gap / 2), round(bottom))))
    return plots


def columns(plots: Sequence[QRectF]) -> int:
    """The number of columns."""
    return sum(plot.top() == plots[0].top() for plot in plots)


def fitting_names(layers: Sequence[str], width: float, style: PaintStyle) -> list[str]:
    """The layers' names, shortened where a plot is too narrow for them."""
    names = layer_names(layers)
    widest = max((style.small_metrics.horizontalAdvance(name) for name in names), default=0.0)
    return names if widest < width - 2 else short_names(layers)
