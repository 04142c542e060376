"""The base class of custom pictures, which are laid out in pixels."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from ui.plots.item import BEHIND, PlotObject
from ui.plots.picture_plot import WHOLE, PicturePlot
from ui.plots.readout import ReadOut
from ui.plots.scale import Scale
from ui.plots.style import PaintStyle


class Picture(PlotObject):
    """A picture over the unit square of its plot.

    It is laid out again in logical pixels whenever that square moves in the view: zooming enlarges
    the picture, but neither line widths nor text. Subclasses lay out in `arrange` within `rect`,
    paint in `draw_static` what changes only with the layout and in `draw` what changes with every
    frame, and return the values at a position in `read`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rect = QRectF()
        self.static = StaticLayer(self)

    # To be implemented by subclasses

    def arrange(self, style: PaintStyle) -> None:
        """Lay everything out within `rect`."""

    def draw_static(self, painter: QPainter, style: PaintStyle) -> None:
        """Paint what changes only with the layout, below the data."""

    def dirty(self) -> QRectF:
        """The area that `draw` paints."""
        return self.boundingRect()

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        """The read-out at a position."""
        return None

    # Common background

    @property
    def zoom(self) -> float:
        """The size of the picture relative to the plot's frame."""
        return self.rect.height() / self.plot.frame.height() if self.plot else 1.0

    @property
    def visible_rect(self) -> QRectF:
        """The part of `rect` within the plot's frame."""
        return self.rect & self.plot.frame if self.plot else self.rect

    def fit(self) -> None:
        # Parts may overhang the frame a little, unless zoomed in.
        self.clipped = bool(self.plot and self.plot.zoomed)
        super().fit()

    def place(self) -> None:
        plot = self.plot
        if not isinstance(plot, PicturePlot) or plot.view is None or plot.frame.isEmpty():
            return
        self.rect = plot.picture_rect()
        self.arrange(plot.view.style_now)

    def update_data(self) -> None:
        """Repaint the data in the same layout."""
        self.update_part(self.dirty())

    def update_layout(self) -> None:
        """Lay out and paint everything again."""
        self.fit()
        self.static.fit()


class StaticLayer(PlotObject):
    """The static part of a picture, cached as pixels between frames."""

    layer = BEHIND

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    def fit(self) -> None:
        self.clipped = bool(self.plot and self.plot.zoomed)
        super().fit()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        self._picture.draw_static(painter, style)


# The sides of a picture at its closest, relative to the plot's frame.
LARGEST_ZOOM = 20.0

AnyPicture = TypeVar("AnyPicture", bound=Picture)


class SinglePicturePlot(PicturePlot, Generic[AnyPicture]):
    """A plot of one picture, which keeps its aspect ratio when zoomed."""

    def __init__(self, picture: AnyPicture, caption: str = "") -> None:
        super().__init__(caption)
        self.picture = picture
        self.add(picture)
        self.add(picture.static)

    @property
    def zoomed(self) -> bool:
        return (self.x_scale, self.y_scale) != (WHOLE, WHOLE)

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        return self.picture.read(place, style)

    def zoom_x(self, factor: float, around: float) -> None:
        """Zoom along both axes."""
        middle = (self.y_scale.low + self.y_scale.high) / 2
        length = factor * self.x_scale.span
        left = around - length * (around - self.x_scale.low) / self.x_scale.span
        low = middle - length / 2
        self._take(Scale(left, left + length), Scale(low, low + length))

    def _take(self, x: Scale, y: Scale) -> None:
        """Keep the aspect ratio, and the picture's edges at the frame's or beyond."""
        span = min(max(x.span, y.span, 1.0 / LARGEST_ZOOM), 1.0)
        super()._take(_within(x, span), _within(y, span))


def _within(scale: Scale, span: float) -> Scale:
    """A range of another length around the same centre, moved into the unit range."""
    low = (scale.low + scale.high - span) / 2
    low = min(max(low, 0.0), 1.0 - span)
    return Scale(low, low + span) if span < 1.0 else WHOLE
