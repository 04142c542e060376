"""Pictures drawn by hand, brought into the shape that the pictures of a data set have.

Digits of most data sets are scaled to one size and centred; a network that has seen no others
recognises none that are not. So a sketch is treated as the data set's pictures are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Shades = NDArray[np.float32]
# Places (across, down), each from 0 to 1.
Place = tuple[float, float]
Stroke = Sequence[Place]

# A sketch is painted so many times as finely as its picture, and at least with LEAST pixels a side.
FINE, LEAST = 4, 64
# What is darker than this is the background.
FAINT = 0.15


@dataclass(frozen=True)
class Pictures:
    """How the pictures of a data set look.

    `shape` (rows, columns), the values of background and ink; as shares of the picture's side the
    longer side of what is drawn (`extent`) and half the width of its lines (`pen`); and its centre
    of mass (across, down) from 0 to 1.
    """

    shape: tuple[int, int]
    background: float = 0.0
    ink: float = 1.0
    extent: float = 0.75
    pen: float = 0.05
    centre: Place = (0.5, 0.5)

    def values(self, picture: Shades) -> NDArray[np.float64]:
        """The inputs (rows · columns,) for a picture of shades from 0 to 1, (rows, columns)."""
        return self.background + picture.reshape(-1).astype(np.float64) * (
            self.ink - self.background
        )


def look_of(samples: NDArray[np.floating], shape: tuple[int, int]) -> Pictures:
    """How pictures look, from some of them (n, rows · columns)."""
    low, high = float(samples.min()), float(samples.max())
    images = (samples.reshape(-1, *shape).astype(np.float32) - low) / max(high - low, 1e-30)
    edge = np.concatenate([images[:, [0, -1]].reshape(-1), images[:, :, [0, -1]].reshape(-1)])
    dark = bool(np.median(edge) <= 0.5)
    images = images if dark else 1 - images
    seen = images > FAINT
    drawn = seen.any(axis=(1, 2))
    ground, ink = (low, high) if dark else (high, low)
    if not drawn.any():
        return Pictures(shape, ground, ink)
    images, seen = images[drawn], seen[drawn]
    tall = seen.any(axis=2).sum(axis=1) / shape[0]
    wide = seen.any(axis=1).sum(axis=1) / shape[1]
    across, down = np.mean([_centre_of(image) for image in images], axis=0)
    return Pictures(
        shape,
        ground,
        ink,
        extent=float(np.clip(np.median(np.maximum(tall, wide)), 0.1, 1.0)),
        pen=float(np.clip(np.median(_line_widths(images)) / 2 / min(shape), 0.02, 0.2)),
        centre=(float(across), float(down)),
    )


def _line_widths(images: Shades) -> NDArray[np.floating]:
    """About how many pixels wide the lines of pictures are: a line's area is its width times its
    length, and its outline twice its length."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    changes = sum(np.abs(np.diff(padded, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    # Steps along the axes are longer than a slanted outline, 4/π times on average.
    return 2 * images.sum(axis=(1, 2)) / np.maximum(changes * np.pi / 4, 1e-6)


def _centre_of(image: NDArray[np.floating]) -> Place:
    """The centre of mass of a picture that is not empty."""
    rows, columns = image.shape
    total = image.sum()
    across = image.sum(axis=0) @ (np.arange(columns) + 0.5) / columns
    down = image.sum(axis=1) @ (np.arange(rows) + 0.5) / rows
    return float(across / total), float(down / total)


class Sketch:
    """Strokes drawn over a square or oblong field, in pictures like `look`."""

    def __init__(self, look: Pictures) -> None:
        self.look = look
        self.strokes: list[list[Place]] = []
        self._fine = max(FINE, -(-LEAST // min(look.shape)))

    def shades(self) -> Shades:
        """The sketch as it was drawn, finely; from 0 to 1."""
        return self._painted(self.strokes)

    def picture(self, centred: bool = True) -> Shades:
        """The sketch as a picture (rows, columns) from 0 to 1; `centred` in size and place, too."""
        strokes = self._centred() if centred else self.strokes
        rows, columns = self.look.shape
        parts = self._painted(strokes).reshape(rows, self._fine, columns, self._fine)
        return parts.mean(axis=(1, 3), dtype=np.float32)

    def _centred(self) -> list[NDArray[np.float64]]:
        strokes = [np.array(stroke, np.float64) for stroke in self.strokes]
        if not strokes:
            return strokes
        every = np.concatenate(strokes)
        low, high = every.min(axis=0), every.max(axis=0)
        # The pen reaches beyond the line; a mere point is not blown up.
        side = np.array(self.look.shape[::-1], float) / min(self.look.shape)
        room = (self.look.extent - 2 * self.look.pen) * side
        scale = float(np.min(room / np.maximum(high - low, 0.1)))
        strokes = [(stroke - (low + high) / 2) * scale + 0.5 for stroke in strokes]
        moved = np.array(self.look.centre) - _centre_of(self._painted(strokes))
        return [stroke + moved for stroke in strokes]

    def _painted(self, strokes: Sequence[Stroke] | Sequence[NDArray]) -> Shades:
        rows, columns = (side * self._fine for side in self.look.shape)
        shades = np.zeros((rows, columns), np.float32)
        radius = self.look.pen * min(rows, columns)
        size = np.array([columns, rows], np.float64)
        pieces = [_pieces(np.asarray(stroke, np.float64) * size, radius) for stroke in strokes]
        if pieces:
            _paint(shades, np.concatenate(pieces), radius)
        return shades


def _pieces(points: NDArray[np.float64], longest: float) -> NDArray[np.float64]:
    """A stroke as straight pieces (n, 2 ends, 2), none longer than `longest`."""
    if len(points) < 2:
        return np.stack([points, points], axis=1)
    parts = [
        np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / longest))
        for start, end in pairwise(points)
    ]
    return np.concatenate([np.stack([part[:-1], part[1:]], axis=1) for part in parts])


def _paint(shades: Shades, pieces: NDArray[np.float64], radius: float) -> None:
    """Paint short straight pieces with round ends, in pixels, all at once."""
    rows, columns = shades.shape
    start, away = pieces[:, :1], pieces[:, 1:] - pieces[:, :1]
    # Every piece is painted within a window around its middle.
    reach = int(np.ceil(1.5 * radius + 1.5))
    middle = np.floor(pieces.mean(axis=1)).astype(int)
    offsets = np.arange(-reach, reach + 1)
    across, down = middle[:, :1] + offsets, middle[:, 1:] + offsets
    x = (across + 0.5 - start[..., 0])[:, None, :]
    y = (down + 0.5 - start[..., 1])[:, :, None]
    dx, dy = away[..., 0, None], away[..., 1, None]
    along = ((x * dx + y * dy) / np.maximum(dx * dx + dy * dy, 1e-9)).clip(0.0, 1.0)
    ink = (radius + 0.5 - np.hypot(x - along * dx, y - along * dy)).clip(0.0, 1.0)
    inside = (across >= 0) & (across < columns)
    seen = inside[:, None, :] & ((down >= 0) & (down < rows))[:, :, None] & (ink > 0)
    places = (down[:, :, None] * columns + across[:, None, :])[seen]
    np.maximum.at(shades.reshape(-1), places, ink[seen].astype(np.float32))
