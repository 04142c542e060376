"""The text in a view that has nothing to show."""

from __future__ import annotations

import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.plots.style import PaintStyle


class EmptyNote(pg.GraphicsObject):
    """What will appear in an empty view and how to start it, or why it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds, self._style = QRectF(), None
        self._reason = self._about = self._start = ""
        self.setVisible(False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_text(
        self, bounds: QRectF, style: PaintStyle, reason: str, about: str, start: str
    ) -> None:
        """Cover `bounds`: with `reason`, or where that is "" with `about` above `start`."""
        self._style: PaintStyle | None = style
        self._reason, self._about, self._start = reason, about, start
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = QRectF(bounds)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self._style
        if style is None:
            return
        painter.setFont(style.font)
        if self._reason:
            painter.setPen(style.muted)
            room = self._bounds.adjusted(16, 0, -16, 0)
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(room, flags, self._reason)
            return
        middle, line = self._bounds.height() / 2, style.metrics.height()
        room = QRectF(16, middle - line - 10, self._bounds.width() - 32, line + 4)
        painter.setPen(style.text)
        above = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        text = style.metrics.elidedText(self._about, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, above, text)
        painter.setPen(style.muted)
        room.moveTop(middle)
        below = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        painter.drawText(room, below, self._start)
