"""All labs as cards: a small picture, the question, and how long a first visit takes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.studies import LABS
from core.studies.base import Lab
from ui import theme
from ui.pages.labs.pictures import paint_picture
from ui.theme import RADIUS

HEIGHT, PICTURE, INSET = 232, 132, 12
MARGIN, GAP, NARROWEST = 16, 12, 268


class LabTile(QAbstractButton):
    """A click, Enter or the space bar opens the lab."""

    def __init__(self, lab: Lab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lab = lab
        self._bold = QFont(self.font())
        self._bold.setBold(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(lab.title)
        self.setAccessibleDescription(lab.question)

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
            paint_picture(painter, self.lab.key, room, colors)
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
        painter.drawText(QRect(INSET, top, width, line), middle, self.lab.title)
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        bottom = self.height() - INSET
        words = QRect(INSET, top + line + 4, width, bottom - 2 * line - 10 - top)
        painter.drawText(words, Qt.TextFlag.TextWordWrap, self.lab.question)
        footer = QRect(INSET, bottom - line, width, line)
        painter.drawText(footer, middle, f"about {self.lab.minutes} min")


class LabCards(QWidget):
    """`opened` carries the key of the lab whose card was chosen."""

    opened = Signal(str)

    def __init__(self, keys: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = [LabTile(LABS[key]) for key in keys]
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for tile in self.tiles:
            tile.clicked.connect(lambda _=False, key=tile.lab.key: self.opened.emit(key))
        self._arrange()

    def focus(self, key: str) -> None:
        """Give the focus to a lab's card."""
        for tile in self.tiles:
            if tile.lab.key == key:
                tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._across}
        moves[Qt.Key.Key_Down] = self._across
        at = next((i for i, tile in enumerate(self.tiles) if tile.hasFocus()), None)
        move = moves.get(Qt.Key(event.key()))
        if at is None or move is None:
            super().keyPressEvent(event)
        elif 0 <= at + move < len(self.tiles):
            self.tiles[at + move].setFocus(Qt.FocusReason.TabFocusReason)

    def retheme(self) -> None:
        for tile in self.tiles:
            tile.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        room = self.width() - 2 * MARGIN
        self._across = max(1, min((room + GAP) // (NARROWEST + GAP), max(3, len(self.tiles))))
        width = (room + GAP) // self._across - GAP
        for i, tile in enumerate(self.tiles):
            self._grid.removeWidget(tile)
            tile.setFixedWidth(width)
            self._grid.addWidget(tile, i // self._across, i % self._across)

    def _arrange(self) -> None:
        title = QLabel("Labs")
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.35)
        title.setFont(font)
        about = QLabel("One idea each, to play with and to check by hand.")
        about.setObjectName("quiet")
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN, 14, MARGIN, 10)
        top.setSpacing(12)
        top.addWidget(title)
        top.addWidget(about, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, 0, 0, MARGIN)
        column.addLayout(self._grid)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        area.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(area, 1)
        self._lay_out()
