"""Marks of samples: copies on the screen look like what is drawn for a file."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from ui import theme
from ui.plots.points import paint_points
from ui.plots.style import PaintStyle

SIZE, COUNT = 200, 120


def painted(live: bool, filled: bool) -> np.ndarray:
    """A picture of marks that do not overlap, (SIZE, SIZE, 4)."""
    style = PaintStyle(theme.LIGHT, QFont(), 1.0, live=live)
    image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    x = np.array([10.0 + 16 * (i % 12) for i in range(COUNT)])
    y = np.array([12.0 + 18 * (i // 12) for i in range(COUNT)])
    kinds, colors = [i % 5 for i in range(COUNT)], [QColor("red"), QColor("blue")] * (COUNT // 2)
    with QPainter(image) as painter:
        paint_points(painter, x, y, kinds, colors, filled, 3.2, QColor("black"), style)
    return np.array(image.constBits()).reshape(SIZE, SIZE, 4).astype(float)


@pytest.mark.parametrize("filled", [True, False])
def test_copied_marks_look_like_drawn_ones(qapp, filled):
    copied, drawn = painted(True, filled), painted(False, filled)
    assert np.abs(drawn - 255).max(axis=2).astype(bool).mean() > 0.1
    assert np.abs(copied - drawn).mean() < 0.01 * np.abs(255 - drawn).mean()
