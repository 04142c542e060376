"""A button that shows a picture: the card of a lab."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui import theme
from ui.plots.pictures.card_picture import CardPicture
from ui.theme import RADIUS

HEIGHT, PICTURE, INSET = 232, 132, 12


class PictureTile(QAbstractButton):
    """A picture, a title, some words and a footer; a click, Enter or the space bar chooses it.

    `picture` is computed by `complete`; until then its place is empty.
    """

    def __init__(
        self,
        title: str,
        words: str,
        footer: str,
        picture: Callable[[], CardPicture],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title, self._words, self._footer = title, words, footer
        self._compute = picture
        self._picture = CardPicture()
        self.is_complete = False
        self._bold = QFont(self.font())
        self._bold.setBold(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)

    def complete(self) -> None:
        """Compute the picture."""
        self._picture, self.is_complete = self._compute(), True
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ground(painter, colors)
            room = QRectF(INSET, INSET, self.width() - 2 * INSET, PICTURE - INSET)
            self._picture.paint(painter, room, colors)
            self._paint_words(painter, colors)

    def _paint_ground(self, painter: QPainter, colors: theme.Theme) -> None:
        lit = self.underMouse() or self.isDown()
        edge, width = (colors.accent, 2.0) if self.hasFocus() else (colors.border, 1.0)
        if lit and not self.hasFocus():
            edge = theme.blend(colors.border, colors.text, 0.25).name()
        pen = painter.pen()
        pen.setColor(QColor(edge))
        pen.setWidthF(width)
        painter.setPen(pen)
        painter.setBrush(QColor(colors.card))
        inner = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_words(self, painter: QPainter, colors: theme.Theme) -> None:
        width, top = self.width() - 2 * INSET, PICTURE + 10
        line = QFontMetrics(self._bold).height()
        painter.setFont(self._bold)
        painter.setPen(QColor(colors.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(INSET, top, width, line), middle, self._title)
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        bottom = self.height() - INSET
        words = QRect(INSET, top + line + 4, width, bottom - 2 * line - 10 - top)
        painter.drawText(words, Qt.TextFlag.TextWordWrap, self._words)
        footer = QRect(INSET, bottom - line, width, line)
        painter.drawText(footer, middle, self._footer)
