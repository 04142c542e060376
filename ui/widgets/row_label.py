"""The name of a setting, in front of its field."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui import theme

GLYPH = 9
GAP = 4


class RowLabel(QLabel):
    """A muted label of fixed width, elided to fit; a small circular arrow marks settings that
    restart the run.
    """

    def __init__(
        self, text: str, restarts: bool, width: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.restarts = restarts
        self.setFixedWidth(width)

    def room(self) -> int:
        """The width of a name that is not elided."""
        return self.width() - (GLYPH + GAP if self.restarts else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, height = self.fontMetrics(), self.height()
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.room())
        with QPainter(self) as painter:
            painter.setPen(QColor(theme.current().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
            if self.restarts:
                left = metrics.horizontalAdvance(text) + GAP
                where = QRectF(left, (height - GLYPH) / 2 + 0.5, GLYPH, GLYPH)
                painter.setOpacity(0.75)
                theme.draw_icon(painter, "restart", theme.current().muted, where)
