"""A table of texts.

Not a `QTableWidget`: under long use PySide lets go of an item that the table still holds, and
crashes when the table deletes it. Here a cell is a Python value, and Qt holds only the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QTableView, QWidget

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Cell:
    """What a cell shows; `color` is that of its text, "" for the palette's."""

    text: str = ""
    tip: str = ""
    color: str = ""
    icon: QIcon | None = None

    def data(self, role: int) -> Any:
        """What Qt shows in a role, None for its default."""
        values = {
            Role.DisplayRole: self.text,
            Role.ToolTipRole: self.tip or None,
            Role.DecorationRole: self.icon,
            Role.ForegroundRole: QColor(self.color) if self.color else None,
        }
        return values.get(role)  # type: ignore[call-overload]


class TextModel(QAbstractTableModel):
    """Rows of cells under headings; the first column is aligned to the left, others to the
    right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings: list[str] = []
        self._rows: list[list[Cell]] = []

    def fill(self, headings: Sequence[str], rows: int) -> None:
        """Replace everything by empty rows."""
        self.beginResetModel()
        self._headings = list(headings)
        self._rows = [[Cell()] * len(headings) for _ in range(rows)]
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        return self._rows[row][column]

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Replace a cell."""
        if cell != self._rows[row][column]:
            self._rows[row][column] = cell
            index = self.index(row, column)
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Role.TextAlignmentRole:
            return _side(index.column())
        return self._rows[index.row()][index.column()].data(role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self._headings):
            return None
        if role == Role.TextAlignmentRole:
            return _side(section)
        return self._headings[section] if role == Role.DisplayRole else None


class TextTable(QTableView):
    """Shows a `TextModel`, named `cells`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = TextModel(self)
        self.setModel(self.cells)

    def text(self, row: int, column: int) -> str:
        return self.cells.cell(row, column).text


def _side(column: int) -> Qt.AlignmentFlag:
    return RIGHT if column else LEFT
