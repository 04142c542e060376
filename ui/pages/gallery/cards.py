"""All experiments as cards by topic, with a search field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from core.gallery import TOPICS
from core.gallery.experiment import Experiment
from ui.pages.gallery.tile import Tile
from ui.widgets.layouts import add_layout
from ui.widgets.scroll_area import ScrollArea
from ui.widgets.section import Section

# The scroll bar is in the margin.
MARGIN, GAP = 16, 12
NARROWEST = 268
ARROWS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 0,
    Qt.Key.Key_Down: 0,
}


class Topic(Section):
    """The cards of one topic, in rows."""

    def __init__(self, name: str, experiments: tuple[Experiment, ...]) -> None:
        super().__init__(tr(name))
        self.tiles = [Tile(experiment) for experiment in experiments]
        self._found = self.tiles
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft)
        add_layout(self.column, self._grid)

    def shown(self) -> list[Tile]:
        """The cards that match the last search."""
        return self._found

    def search(self, words: str) -> None:
        """Show only the cards whose text contains all words."""
        self._found = [tile for tile in self.tiles if tile.goes_by(words)]
        for tile in self.tiles:
            tile.setVisible(tile in self._found)

    def arrange(self, across: int, width: int) -> None:
        """Arrange the visible cards in `columns`, each `width` wide."""
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.setFixedWidth(width)
        for i, tile in enumerate(self.shown()):
            self._grid.addWidget(tile, i // across, i % across)
        self.setVisible(bool(self.shown()))


class CardsPage(QWidget):
    """`opened` carries the experiment whose card was chosen."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.empty = QLabel(tr("No experiment contains these words."))
        self.topics = [Topic(name, experiments) for name, experiments in TOPICS.items()]
        self._arrange()
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        for tile in self.tiles():
            tile.clicked.connect(lambda _=False, tile=tile: self.opened.emit(tile.experiment))
            tile.installEventFilter(self)

    def tiles(self) -> list[Tile]:
        """All cards, from the first to the last."""
        return [tile for topic in self.topics for tile in topic.tiles]

    def shown(self) -> list[Tile]:
        """The cards that match the search."""
        return [tile for topic in self.topics for tile in topic.shown()]

    def focus(self, experiment: Experiment | None) -> None:
        """Focus an experiment's card."""
        for tile in self.shown():
            if tile.experiment is experiment:
                tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        for tile in self.tiles():
            tile.retheme()

    # Search

    def _filter(self, words: str) -> None:
        for topic in self.topics:
            topic.search(words)
        self._lay_out()

    def _lay_out(self) -> None:
        room = self.width() - 2 * MARGIN
        most = max(len(topic.tiles) for topic in self.topics)
        across = min(max(1, (room + GAP) // (NARROWEST + GAP)), most)
        width = (room + GAP) // across - GAP
        for topic in self.topics:
            topic.arrange(across, width)
        self.empty.setVisible(not self.shown())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    # Keyboard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        shown = self.shown()
        if watched is self.search:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return) and shown:
                self._go_to(shown[0])
                return True
            return False
        key = Qt.Key(event.key())
        if isinstance(watched, Tile) and key in ARROWS and watched in shown:
            self._go_to(self._beside(watched, key, shown))
            return True
        return False

    def _beside(self, tile: Tile, key: Qt.Key, shown: list[Tile]) -> Tile:
        """The card that an arrow key moves to."""
        if ARROWS[key]:
            at = shown.index(tile) + ARROWS[key]
            return shown[min(max(at, 0), len(shown) - 1)]
        here = tile.mapTo(self, tile.rect().center())
        down = key == Qt.Key.Key_Down
        places = {each: each.mapTo(self, each.rect().center()) for each in shown}
        beyond = {
            each: abs(place.y() - here.y()) * 4 + abs(place.x() - here.x())
            for each, place in places.items()
            if (place.y() > here.y() + 8 if down else place.y() < here.y() - 8)
        }
        return min(beyond, key=lambda each: beyond[each], default=tile)

    def _go_to(self, tile: Tile) -> None:
        tile.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(tile, 0, 60)

    # Set-up

    def _arrange(self) -> None:
        title = QLabel(tr("Gallery"))
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.35)
        title.setFont(font)
        about = QLabel(tr("Experiments of the lectures to run, watch and check."))
        about.setObjectName("quiet")
        self.search.setPlaceholderText(tr("Search experiments"))
        self.search.setAccessibleName(tr("Search experiments"))
        self.search.setToolTip(tr("Show the experiments whose title or text contains these words"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(NARROWEST)
        self.empty.setObjectName("quiet")
        self.empty.hide()
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN, 14, MARGIN, 10)
        top.setSpacing(12)
        top.addWidget(title)
        top.addWidget(about, 1)
        top.addWidget(self.search)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, 0, 0, MARGIN)
        column.setSpacing(16)
        column.addWidget(self.empty)
        for topic in self.topics:
            column.addWidget(topic)
        column.addStretch(1)
        self._area = ScrollArea(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        add_layout(whole, top)
        whole.addWidget(self._area, 1)
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(1200, 800)
