"""Colour maps: look-up tables of 256 entries, and images made with them."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from ui.theme import Theme, channels

# Sums of these are finite in single precision.
VERY_LARGE = 1e30

Colors = NDArray[np.uint32]
Picture = NDArray[np.floating]
Pixels = NDArray[np.intp]


@lru_cache(maxsize=16)
def signed(theme: Theme, strength: float = 1.0) -> Colors:
    """From negative through the card's colour (entry 128) to positive."""
    ends = theme.negative, theme.positive
    halves = [_between(theme.card, end, strength, 128) for end in ends]
    return np.concatenate((halves[0][::-1], halves[1]))


@lru_cache(maxsize=16)
def towards(theme: Theme, color: str, strength: float = 1.0) -> Colors:
    """From the card's colour to another."""
    return _between(theme.card, color, strength, 256)


@lru_cache(maxsize=4)
def grey(theme: Theme) -> Colors:
    """From the background of an image to its strokes: white on dark cards, black on light ones."""
    return _between(theme.field, theme.text, 1.0, 256)


def class_colors(theme: Theme, classes: int) -> list[QColor]:
    """One colour per class: the two ends of the signed ramp, or along the ramp of depth."""
    if classes == 2:
        return [QColor(theme.negative), QColor(theme.positive)]
    return theme.layer_colors(classes) if classes else []


def _between(start: str, end: str, strength: float, n: int) -> Colors:
    a, b = np.array(channels(start)), np.array(channels(end))
    shares = strength * np.linspace(0, 1, n)[:, None]
    red, green, blue = np.rint(255 * (a + shares * (b - a))).astype(np.uint32).T
    return np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue


def colored(values: Picture, low: float, high: float, table: Colors) -> Colors:
    """The colours of values, `low` and `high` being the ends of the table. NaN gets the low end."""
    scale = 256 / (high - low) if high > low else 0.0
    if not math.isfinite(scale):
        scale = 0.0
    # Values may be infinite, or beyond what a float32 holds.
    with np.errstate(all="ignore"):
        places = np.subtract(values, low, dtype=np.float32)
        np.multiply(places, scale, out=places)
    # fmax puts NaN at the low end.
    np.fmax(places, 0, out=places)
    np.minimum(places, 255, out=places)
    return table[places.astype(np.uint8)]


def image(colors: Colors) -> QImage:
    """An image of (rows, columns) colours, which are copied."""
    rows, columns = colors.shape
    colors = np.ascontiguousarray(colors, np.uint32)
    picture = QImage(colors.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    return picture.copy()


@lru_cache(maxsize=64)
def _weights(short: int, long: int) -> NDArray[np.float32]:
    """Linear interpolation from `short` points to `long` pixels, as a matrix (long, short).

    The first and the last point lie at the image's edges.
    """
    places = (np.arange(long) + 0.5) / long * (short - 1)
    left = np.clip(places.astype(int), 0, max(short - 2, 0))
    share = places - left
    matrix = np.zeros((long, short), np.float32)
    rows = np.arange(long)
    matrix[rows, left] = 1 - share
    matrix[rows, np.minimum(left + 1, short - 1)] += share
    return matrix


def enlarged(values: Picture, rows: int, columns: int, across: Pixels | None = None) -> Picture:
    """Images (…, rows, columns) interpolated to another size, or the columns `across` of them.
    Infinite values count as very large, NaN as very small, so that they keep to their places.
    """
    if not np.isfinite(values).all():
        values = np.nan_to_num(values, nan=-VERY_LARGE, posinf=VERY_LARGE, neginf=-VERY_LARGE)
    high, wide = values.shape[-2:]
    weights = _weights(wide, columns)
    return _weights(high, rows) @ values @ (weights if across is None else weights[across]).T


def seen(start: float, length: float, whole: float, ratio: float) -> Pixels:
    """The device pixels of a line of `whole` logical pixels that the part from `start` touches."""
    last = min(math.ceil((start + length) * ratio), round(whole * ratio))
    return np.arange(math.floor(max(start, 0.0) * ratio), last)
