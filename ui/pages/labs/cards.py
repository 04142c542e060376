"""All labs as cards: a small picture, the question, and how long a first visit takes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from core.studies import LABS
from core.studies.base import Lab
from ui.pages.labs.pictures import picture_of
from ui.widgets.layouts import add_layout
from ui.widgets.picture_tile import PictureTile
from ui.widgets.scroll_area import ScrollArea

ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
MARGIN, GAP, NARROWEST = 16, 12, 268
# Between two pictures, for what the user does meanwhile.
PAUSE_MILLISECONDS = 16


class LabTile(PictureTile):
    """The card of a lab."""

    def __init__(self, lab: Lab, parent: QWidget | None = None) -> None:
        footer = tr("about {minutes} min", minutes=lab.minutes)
        super().__init__(
            tr(lab.title), tr(lab.question), footer, lambda: picture_of(lab.key), parent
        )
        self.lab = lab


class LabCards(QWidget):
    """`opened` carries the key of the lab whose card was chosen."""

    opened = Signal(str)

    def __init__(self, keys: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = [LabTile(LABS[key]) for key in keys]
        self._next = QTimer(self)
        self._next.setInterval(PAUSE_MILLISECONDS)
        self._next.timeout.connect(self._complete_next)
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

    def event(self, event: QEvent) -> bool:
        """Arrows and the space bar are the cards', though the menu has them for an open lab."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (*ARROWS, Qt.Key.Key_Space)
        ):
            event.accept()
            return True
        return super().event(event)

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._next.start()

    def _complete_next(self) -> None:
        """Compute one picture after another: the page is there at once."""
        lacking = next((tile for tile in self.tiles if not tile.is_complete), None)
        if lacking is None:
            self._next.stop()
        else:
            lacking.complete()

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
        title = QLabel(tr("Labs"))
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.35)
        title.setFont(font)
        about = QLabel(tr("One idea each, to play with and to check by hand."))
        about.setObjectName("quiet")
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN, 14, MARGIN, 10)
        top.setSpacing(12)
        top.addWidget(title)
        top.addWidget(about, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, 0, 0, MARGIN)
        add_layout(column, self._grid)
        column.addStretch(1)
        area = ScrollArea(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        add_layout(whole, top)
        whole.addWidget(area, 1)
        self._lay_out()
