"""The command palette: everything the application can do, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from ui import theme

SIZE = QSize(600, 430)
TOP = 60
ROW_HEIGHT = 30
PADDING = 12
ENTRY = Qt.ItemDataRole.UserRole
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Entry:
    """One thing that can be done: its name, where it belongs, its shortcut, and how it is done.

    `note` is found, too, but not shown in the line. An entry that is not `possible` now is shown
    all the same, so that one learns of it.
    """

    text: str
    place: str
    act: Callable[[], object]
    keys: str = ""
    note: str = ""
    possible: bool = True


def found(entries: Sequence[Entry], query: str) -> list[Entry]:
    """The entries in which every word of a query occurs, those whose name fits best first."""
    words = query.lower().split()

    def rank(entry: Entry) -> tuple[int, bool]:
        name = entry.text.lower()
        if name.startswith(" ".join(words)):
            place = 0
        elif all(any(part.startswith(word) for part in name.split()) for word in words):
            place = 1
        elif all(word in name for word in words):
            place = 2
        else:
            place = 3
        return place, not entry.possible

    def fits(entry: Entry) -> bool:
        text = f"{entry.text} {entry.place} {entry.note} {entry.keys}".lower()
        return all(word in text for word in words)

    return sorted(filter(fits, entries), key=rank if words else lambda entry: not entry.possible)


class CommandPalette(QDialog):
    """A line to type into and the list of what fits. `chosen` is the entry that was taken."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setWindowTitle(tr("Command palette"))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.chosen: Entry | None = None
        self._entries = entries
        self.line, self.list, self.nothing = QLineEdit(), QListView(), QLabel(tr("Nothing found"))
        self.line.setPlaceholderText(tr("Type a command, view, lab or experiment"))
        self.line.setAccessibleName(tr("Search for a command"))
        self.list.setAccessibleName(tr("Commands found"))
        self.list.setModel(QStandardItemModel(self))
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        # The keyboard stays in the line; arrows move in the list from there.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(8)
        for part in (self.line, self.list, self.nothing):
            column.addWidget(part, 0 if part is self.line else 1)
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._take)
        self.resize(SIZE)
        if parent is not None:
            window = parent.window()
            self.move(window.mapToGlobal(window.rect().topLeft()))
            self.move(self.x() + (window.width() - self.width()) // 2, self.y() + TOP)
        self._search("")

    def entries(self) -> list[Entry]:
        """What is in the list now."""
        model = self.list.model()
        return [model.index(row, 0).data(ENTRY) for row in range(model.rowCount())]

    def _search(self, query: str) -> None:
        model = self.list.model()
        assert isinstance(model, QStandardItemModel)
        model.clear()
        for entry in found(self._entries, query):
            item = QStandardItem(entry.text)
            item.setData(entry, ENTRY)
            item.setToolTip(entry.note)
            item.setData(f"{entry.text}, {entry.place}, {entry.keys}", _NAME)
            item.setEnabled(entry.possible)
            model.appendRow(item)
        self.list.setVisible(model.rowCount() > 0)
        self.nothing.setVisible(model.rowCount() == 0)
        self.list.setCurrentIndex(model.index(0, 0))

    def _take(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if entry is not None and entry.possible:
            self.chosen = entry
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent):
            press = event.type() == QEvent.Type.KeyPress
            if press and event.key() in MOVES:
                self.list.keyPressEvent(event)
                return True
            if press and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)


_NAME = Qt.ItemDataRole.AccessibleTextRole


class _EntryDelegate(QStyledItemDelegate):
    """A line: the name, the place behind it in a muted colour, the shortcut at the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        view: Any = option
        colors, metrics, entry = theme.current(), view.fontMetrics, index.data(ENTRY)
        if view.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(view.rect, view.palette.highlight())
        row = view.rect.adjusted(PADDING, 0, -PADDING, 0)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.setPen(QColor(colors.muted))
        painter.drawText(row, middle | right, entry.keys)
        row.setRight(row.right() - metrics.horizontalAdvance(entry.keys) - PADDING)
        place = metrics.horizontalAdvance(entry.place) + PADDING
        if entry.possible:
            painter.setPen(QColor(colors.text))
        room = max(row.width() - place, row.width() // 2)
        text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(row, middle, text)
        row.setLeft(row.left() + metrics.horizontalAdvance(text) + PADDING)
        painter.setPen(QColor(colors.muted))
        place = metrics.elidedText(entry.place, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row, middle, place)
