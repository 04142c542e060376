"""Plots as pixmaps, where no live plot is needed."""

from __future__ import annotations

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QColor, QPainter, QPixmap

from ui.plots.plot_view import PlotView
from ui.theme import Theme


def pixmap(view: PlotView, size: QSize, theme: Theme, ratio: float) -> QPixmap:
    """A view as a pixmap of `size` logical pixels, for a screen of the given device pixel ratio."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(theme.card))
    with QPainter(picture) as painter:
        view.paint_picture(painter, QSizeF(size), theme, ratio)
    return picture
