"""Many small pictures in a grid, as large as they fit, each with whole pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from ui.plots import ramp
from ui.plots.ink import Ink
from ui.plots.panel import Panel

# In documents a picture has at most so many pixels per logical one.
FINEST = 4.0


@dataclass
class Layout:
    """The places of pictures: a grid of `columns`, each picture `wide` × `high` logical pixels."""

    columns: int = 1
    wide: float = 1.0
    high: float = 1.0
    step_x: float = 1.0
    step_y: float = 1.0
    left: float = 0.0
    top: float = 0.0
    shown: int = 0
    rows: int = 0

    def rect(self, i: int) -> QRectF:
        row, column = divmod(i, self.columns)
        left, top = self.left + column * self.step_x, self.top + row * self.step_y
        return QRectF(left, top, self.wide, self.high)

    def at(self, place: QPointF) -> int | None:
        """The picture at a place."""
        column = math.floor((place.x() - self.left) / self.step_x)
        row = math.floor((place.y() - self.top) / self.step_y)
        i = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and i < self.shown
        return i if inside else None


def arranged(
    area: QRectF, n: int, shape: tuple[int, int], below: float, least: float, ratio: float
) -> Layout:
    """Places for up to n pictures of `shape` (rows, columns) with `below` left for words under
    each. Fewer where they would be smaller than `least`. Sizes are whole device pixels."""
    rows, columns = shape
    gap = max(3.0, min(10.0, 0.02 * area.width()))
    best = Layout()
    for across in range(1, max(n, 1) + 1):
        down = -(-n // across)
        wide = (area.width() - gap * (across - 1)) / across
        scale = min(wide / columns, ((area.height() - gap * (down - 1)) / down - below) / rows)
        if across == 1 or scale * columns > best.wide:
            best = Layout(across, scale * columns, scale * rows, rows=down, shown=n)
    if best.wide < least:
        best = _crowded(area, n, shape, below, least, gap)
    scale = best.wide / columns * ratio
    # Whole device pixels per pixel look even; with less than two the steps would be too coarse.
    scale = math.floor(scale) if scale >= 2 else scale
    best.wide, best.high = (max(int(scale * side), 1) / ratio for side in (columns, rows))
    best.step_x = int((best.wide + gap) * ratio) / ratio
    best.step_y = int((best.high + below + gap) * ratio) / ratio
    across = min(best.columns, max(best.shown, 1))
    spare = area.width() - (across * best.step_x - gap)
    best.left = int((area.left() + max(spare, 0) / 2) * ratio) / ratio
    spare = area.height() - (best.rows * best.step_y - gap)
    best.top = int((area.top() + max(spare, 0) / 2) * ratio) / ratio
    return best


def _crowded(
    area: QRectF, n: int, shape: tuple[int, int], below: float, least: float, gap: float
) -> Layout:
    """As many pictures of the least size as there is room for."""
    wide, high = least, least * shape[0] / shape[1]
    across = max(1, int((area.width() + gap) / (wide + gap)))
    down = max(1, int((area.height() + gap) / (high + below + gap)))
    shown = min(n, across * down)
    return Layout(across, wide, high, rows=-(-shown // across), shown=shown)


class ImagesPanel(Panel):
    """Pictures side by side; subclasses say what is in them and below them."""

    least = 16.0

    def __init__(self) -> None:
        super().__init__()
        self.layout = Layout()

    # What subclasses say

    def count(self) -> int:
        """How many pictures there are."""
        raise NotImplementedError

    def shape(self) -> tuple[int, int]:
        """Rows and columns of each."""
        raise NotImplementedError

    def shades(self, shown: int) -> NDArray[np.floating]:
        """The first `shown` pictures, (shown, rows, columns), from 0 to 255."""
        raise NotImplementedError

    def table(self, ink: Ink) -> ramp.Colors:
        """The colours of the shades."""
        raise NotImplementedError

    def words(self, ink: Ink) -> float:
        """Height left for words below each picture."""
        return 0.0

    def paint_words(self, painter: QPainter, ink: Ink) -> None:
        """Write below the pictures."""

    # Layout and painting

    def place(self, rect: QRectF, ink: Ink) -> None:
        line = ink.small_metrics.height()
        self.rect = rect
        self.plot = rect.adjusted(0, line + 4 if self.caption else 2, 0, 0)
        if self.count():
            ratio, words = min(ink.ratio, FINEST), self.words(ink)
            self.layout = arranged(self.plot, self.count(), self.shape(), words, self.least, ratio)

    def paint_still(self, painter: QPainter, ink: Ink) -> None:
        if self.caption:
            ink.write(painter, self.rect.left(), self.rect.top() - 1, self.caption, ink.muted)

    def dirty(self) -> QRectF:
        return self.plot.adjusted(-2, 0, 2, 0)

    def paint_data(self, painter: QPainter, ink: Ink, clip: QRectF) -> None:
        if not self.layout.shown or (clip & self.dirty()).isEmpty():
            return
        ratio = min(ink.ratio, FINEST)
        picture = ramp.image(self._mosaic(ink, ratio))
        size = QSizeF(picture.width() / ratio, picture.height() / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(QPointF(self.layout.left, self.layout.top), size), picture)
        self.paint_words(painter, ink)

    def _mosaic(self, ink: Ink, ratio: float) -> ramp.Colors:
        """All pictures with their gaps, pixel by pixel of the device."""
        layout, (rows, columns) = self.layout, self.shape()
        high, wide = round(layout.high * ratio), round(layout.wide * ratio)
        step_y, step_x = round(layout.step_y * ratio), round(layout.step_x * ratio)
        shades = self.shades(layout.shown)
        if high % rows == 0 and wide % columns == 0:
            shades = shades.repeat(high // rows, axis=1).repeat(wide // columns, axis=2)
        else:
            shades = ramp.enlarged(shades, high, wide)
        colors = self.table(ink)[shades.astype(np.uint8)]
        ground = np.uint32(ink.card.rgba())
        cells = np.full((layout.rows, layout.columns, high, wide), ground, np.uint32)
        cells.reshape(-1, high, wide)[: layout.shown] = colors
        mosaic = np.full((layout.rows, step_y, layout.columns, step_x), ground, np.uint32)
        mosaic[:, :high, :, :wide] = cells.transpose(0, 2, 1, 3)
        return mosaic.reshape(layout.rows * step_y, layout.columns * step_x)
