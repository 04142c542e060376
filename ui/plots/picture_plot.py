"""A plot without axes: small multiples, images, drawings."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from ui.plots.plot import Plot
from ui.plots.scale import Scale
from ui.plots.style import PaintStyle

WHOLE = Scale(0.0, 1.0)


class PicturePlot(Plot):
    """A plot whose items lay themselves out within `picture_rect`. This is the plot's frame;
    zooming in makes it larger than the frame, panning moves it. An item that is laid out in `place`
    is thus zoomed with lines and text at their usual size.
    """

    def __init__(self, caption: str = "") -> None:
        super().__init__(caption, axes=False, grid=False)
        self.set_home(x=WHOLE, y=WHOLE)

    def picture_rect(self) -> QRectF:
        """The rectangle of the whole picture, in logical pixels of the view."""
        frame, x, y = self.frame, self.x_scale, self.y_scale
        width, height = frame.width() / x.span, frame.height() / y.span
        left = frame.left() - x.low * width
        return QRectF(left, frame.top() - (1.0 - y.high) * height, width, height)

    def gutter_right(self, style: PaintStyle) -> float:
        return 0.0
