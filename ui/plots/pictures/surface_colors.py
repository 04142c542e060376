"""The outputs over a plane as colours, interpolated for smooth borders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.telemetry.pictures import DataPicture, Surface
from ui.plots import ramp
from ui.theme import Theme

# The surface is paler than the points on it.
PALE = 0.72
# Side of the interpolated grid in pixels; the painter scales it further.
FINE = 160
# Probabilities are clamped to this distance from 0 and 1, so that logits are finite.
SURE = 1e-6
# With more classes than this borders are not interpolated.
MANY_CLASSES = 8


class Range(NamedTuple):
    """The values at the ends of the signed ramp."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def output_range(data: DataPicture | None) -> Range:
    """0 to 1 for probabilities; for regression symmetric around 0 or around the middle."""
    if data is None or data.classifies:
        return Range(0.0, 1.0)
    low, high = data.span
    middle = 0.0 if low < 0 < high else (low + high) / 2
    reach = max(high - middle, middle - low) or 1.0
    return Range(middle - reach, middle + reach)


def surface_colors(
    surface: Surface, data: DataPicture | None, discrete: bool, theme: Theme
) -> ramp.Colors:
    """The image of a surface, first row at the top. `discrete` shows only the side of the middle,
    or the most probable class."""
    values = surface.values[0, ::-1]
    if surface.classes is not None:
        return _of_classes(values, surface.classes[::-1], data, discrete, theme)
    if data is None or data.task != "binary":
        fine = ramp.enlarged(values, FINE, FINE)
    else:
        # Logits are interpolated: they change more evenly than probabilities.
        sure = np.clip(values, SURE, 1 - SURE)
        fine = 0.5 + 0.5 * np.tanh(0.5 * ramp.enlarged(np.log(sure / (1 - sure)), FINE, FINE))
    return shaded(fine, output_range(data), discrete, theme)


def shaded(values: np.ndarray, over: Range, discrete: bool, theme: Theme) -> ramp.Colors:
    """Colours of single values along the signed ramp."""
    if discrete:
        values = np.where(values > over.middle, over.high, over.low)
    return ramp.colored(values, over.low, over.high, ramp.signed(theme, PALE))


def _of_classes(
    values: np.ndarray,
    classes: np.ndarray,
    data: DataPicture | None,
    discrete: bool,
    theme: Theme,
) -> ramp.Colors:
    """Every pixel in the colour of its most probable class, paler with lower probability."""
    known = np.unique(classes)
    count = max(data.classes if data else 0, int(known[-1]) + 1)
    colors = ramp.class_colors(theme, count)
    tables = np.stack([ramp.towards(theme, color.name(), PALE) for color in colors])
    if 1 < len(known) <= MANY_CLASSES:
        # The remaining probability is divided among the other classes.
        rest = (1 - values) / max(count - 1, 1)
        planes = np.where(classes == known[:, None, None], values, rest)
        fine = ramp.enlarged(planes.astype(np.float32), FINE, FINE)
        classes, values = known[fine.argmax(axis=0)], fine.max(axis=0)
    if discrete:
        return tables[classes, 255]
    return tables[classes, np.clip(values * 256, 0, 255).astype(np.uint8)]
