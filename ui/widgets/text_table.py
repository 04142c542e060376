"""A table of texts: a cell is a Python value, and Qt holds only the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon
from PySide6.QtWidgets import QTableView, QWidget

from ui import theme

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Cell:
    """What a cell shows. The text of an `editable` one can be edited."""

    text: str = ""
    tip: str = ""
    icon: QIcon | None = None
    muted: bool = False
    bold: bool = False
    editable: bool = False

    def data(self, role: int) -> Any:
        """What Qt shows in a role, None for its default."""
        match role:
            case Role.DisplayRole | Role.EditRole:
                return self.text
            case Role.ToolTipRole:
                return self.tip or None
            case Role.DecorationRole:
                return self.icon
            case Role.ForegroundRole if self.muted:
                return QColor(theme.current().muted)
            case Role.FontRole if self.bold:
                return _bold()
        return None


class TextModel(QAbstractTableModel):
    """Rows of cells under headings. `edited` carries row, column and the text that was typed, which
    is not taken over."""

    edited = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings: list[str] = []
        self._right: list[bool] = []
        self._rows: list[list[Cell]] = []

    def fill(self, headings: Sequence[str], rows: int, right: Sequence[bool] = ()) -> None:
        """Replace everything by empty rows. `right` says which columns are aligned to the right:
        all but the first, if not given."""
        self.beginResetModel()
        self._headings = list(headings)
        self._right = list(right or (column > 0 for column in range(len(headings))))
        self._rows = [[Cell()] * len(headings) for _ in range(rows)]
        self.endResetModel()

    @property
    def headings(self) -> list[str]:
        return list(self._headings)

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
            return self._side(index.column())
        return self._rows[index.row()][index.column()].data(role)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and self._rows[index.row()][index.column()].editable:
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(
        self, index: QModelIndex | QPersistentModelIndex, value: Any, role: int = Role.EditRole
    ) -> bool:
        if role == Role.EditRole and index.isValid():
            self.edited.emit(index.row(), index.column(), str(value))
        return False

    def _side(self, column: int) -> Qt.AlignmentFlag:
        return RIGHT if self._right[column] else LEFT

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self._headings):
            return None
        if role == Role.TextAlignmentRole:
            return self._side(section)
        return self._headings[section] if role == Role.DisplayRole else None


class TextTable(QTableView):
    """Shows a `TextModel`, named `cells`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = TextModel(self)
        self.setModel(self.cells)

    def text(self, row: int, column: int) -> str:
        return self.cells.cell(row, column).text


def _bold() -> QFont:
    font = QFont()
    font.setBold(True)
    return font
