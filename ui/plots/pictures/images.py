"""Small images in a grid, as large as fits, scaled by whole device pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from ui.plots import ramp
from ui.plots.pictures.picture import Picture
from ui.plots.style import PaintStyle

# In vector documents an image has at most this many pixels per logical pixel.
FINEST = 4.0


@dataclass
class Layout:
    """A grid of `columns`, each image `wide` × `high` logical pixels."""

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
        """The index of the image at a position."""
        column = math.floor((place.x() - self.left) / self.step_x)
        row = math.floor((place.y() - self.top) / self.step_y)
        i = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and i < self.shown
        return i if inside else None


def arranged(
    area: QRectF,
    n: int,
    shape: tuple[int, int],
    below: float,
    least: float,
    ratio: float,
    zoom: float = 1.0,
) -> Layout:
    """Lay out up to n images of `shape` (rows, columns) with a height of `below` for text under
    each; fewer if they would be smaller than `least`. Sizes are whole device pixels.

    The grid is chosen for the area at zoom 1; `zoom` is the factor by which `area` is larger.
    """
    layout, gap = _grid(
        QRectF(area.topLeft(), QSizeF(area.width() / zoom, area.height() / zoom)),
        n,
        shape,
        below,
        least,
    )
    rows, columns = shape
    gap *= zoom
    scale = layout.wide * zoom / columns * ratio
    # Whole device pixels per pixel look even; with less than two the steps would be too coarse.
    scale = math.floor(scale) if scale >= 2 else scale
    layout.wide, layout.high = (max(int(scale * side), 1) / ratio for side in (columns, rows))
    layout.step_x = int((layout.wide + gap) * ratio) / ratio
    layout.step_y = int((layout.high + below + gap) * ratio) / ratio
    across = min(layout.columns, max(layout.shown, 1))
    spare = area.width() - (across * layout.step_x - gap)
    layout.left = int((area.left() + max(spare, 0) / 2) * ratio) / ratio
    spare = area.height() - (layout.rows * layout.step_y - gap)
    layout.top = int((area.top() + max(spare, 0) / 2) * ratio) / ratio
    return layout


def _grid(
    area: QRectF, n: int, shape: tuple[int, int], below: float, least: float
) -> tuple[Layout, float]:
    """The grid in which the images are largest, and the gap between them."""
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
    return best, gap


def _crowded(
    area: QRectF, n: int, shape: tuple[int, int], below: float, least: float, gap: float
) -> Layout:
    """As many images of the smallest size as fit."""
    wide, high = least, least * shape[0] / shape[1]
    across = max(1, int((area.width() + gap) / (wide + gap)))
    down = max(1, int((area.height() + gap) / (high + below + gap)))
    shown = min(n, across * down)
    return Layout(across, wide, high, rows=-(-shown // across), shown=shown)


class Images(Picture):
    """Images side by side; subclasses give the images and the text below them."""

    least = 16.0

    def __init__(self) -> None:
        super().__init__()
        self.layout = Layout()
        self.images: NDArray[np.integer] | None = None

    def set_images(self, images: NDArray[np.integer] | None) -> None:
        """Set the images, (n, rows, columns)."""
        before, self.images = self.images, images
        if (before is None) != (images is None) or (
            before is not None and images is not None and before.shape != images.shape
        ):
            self.update_layout()
        else:
            self.update_data()

    def count(self) -> int:
        """The number of images."""
        return 0 if self.images is None else len(self.images)

    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of each."""
        assert self.images is not None
        return self.images.shape[1], self.images.shape[2]

    # To be implemented by subclasses

    def shades(self, shown: int) -> NDArray[np.floating]:
        """The first `shown` images, (shown, rows, columns), from 0 to 255."""
        raise NotImplementedError

    def table(self, style: PaintStyle) -> ramp.Colors:
        """The colours of the shades."""
        raise NotImplementedError

    def words(self, style: PaintStyle) -> float:
        """Height of the text below each image."""
        return 0.0

    def paint_words(self, painter: QPainter, style: PaintStyle) -> None:
        """Paint the text below the images."""

    # Layout and painting

    def arrange(self, style: PaintStyle) -> None:
        self.layout = Layout()
        if self.count():
            ratio, words = min(style.ratio, FINEST), self.words(style)
            area = self.rect.adjusted(0, 2, 0, 0)
            n, shape = self.count(), self.image_shape()
            self.layout = arranged(area, n, shape, words, self.least, ratio, self.zoom)

    def dirty(self) -> QRectF:
        return self.visible_rect.adjusted(-2, 0, 2, 0)

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if not self.layout.shown:
            return
        ratio, layout = min(style.ratio, FINEST), self.layout
        shown = self.visible_rect
        down = ramp.seen(
            shown.top() - layout.top, shown.height(), layout.rows * layout.step_y, ratio
        )
        across = ramp.seen(
            shown.left() - layout.left, shown.width(), layout.columns * layout.step_x, ratio
        )
        if not (down.size and across.size):
            return
        picture = ramp.image(self._mosaic(style, ratio, down, across))
        corner = QPointF(layout.left + across[0] / ratio, layout.top + down[0] / ratio)
        size = QSizeF(across.size / ratio, down.size / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(corner, size), picture)
        self.paint_words(painter, style)

    def _mosaic(
        self, style: PaintStyle, ratio: float, down: ramp.Pixels, across: ramp.Pixels
    ) -> ramp.Colors:
        """The device pixels in the rows `down` and the columns `across` of the whole grid."""
        layout, shades = self.layout, self.shades(self.layout.shown)
        rows, columns = self.image_shape()
        high, wide = round(layout.high * ratio), round(layout.wide * ratio)
        step_y, step_x = round(layout.step_y * ratio), round(layout.step_x * ratio)
        if high % rows or wide % columns:
            shades = ramp.enlarged(shades, high, wide)
            rows, columns = high, wide
        # Behind each image a row and a column of background, which the gaps are made of.
        shape = layout.rows, layout.columns, rows + 1, columns + 1
        cells = np.full(shape, style.card.rgba(), np.uint32)
        images = cells.reshape(-1, rows + 1, columns + 1)[: layout.shown, :rows, :columns]
        images[:] = self.table(style)[shades.astype(np.uint8)]
        grid = cells.transpose(0, 2, 1, 3).reshape(shape[0] * shape[2], shape[1] * shape[3])
        grid = grid.take(_sources(across, wide, step_x, columns), axis=1)
        return grid.take(_sources(down, high, step_y, rows), axis=0)


def _sources(places: ramp.Pixels, size: int, step: int, pixels: int) -> ramp.Pixels:
    """Where device pixels come from along an axis on which images of `size` device pixels begin
    every `step`, each made of `pixels` and one of background."""
    image, within = np.divmod(places, step)
    return image * (pixels + 1) + np.minimum(within * pixels // size, pixels)
