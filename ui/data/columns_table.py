"""The columns of a table as a list to edit: used or not, kind, missing values, processing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.base.translation import Message, tr
from core.data.columns.treatment import ColumnPlan
from ui import theme

Index = QModelIndex | QPersistentModelIndex

HEADINGS = (Message("Column"), Message("Kind"), Message("Missing"), Message("Processing"))
NAME, KIND, GAPS, DONE = range(4)
KIND_CHOICES = {
    "auto": Message("As found"),
    "number": Message("Number"),
    "class": Message("Class"),
    "date": Message("Date"),
    "text": Message("Text (not used)"),
}
GAP_CHOICES = {
    "auto": Message("As set for all"),
    "fill": Message("Fill in"),
    "drop": Message("Leave rows out"),
}
WIDTHS = (130, 84, 124)
ROW_HEIGHT = 24
LONGEST_NAME = 40
# The kinds of `core.data.columns.kinds` as they are shown.
KINDS = {
    "number": Message("number"),
    "class": Message("class"),
    "yes/no": Message("yes/no"),
    "date": Message("date"),
    "row counter": Message("row counter"),
    "free text": Message("free text"),
    "constant": Message("constant"),
    "empty": Message("empty"),
}


class ColumnsModel(QAbstractTableModel):
    """Shows plans of columns. `edited` carries a column's name, the property and its new value:
    "use" with a bool, "kind" or "gaps" with a key, "auto" for the default."""

    edited = Signal(str, str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plans: Sequence[ColumnPlan] = ()
        self._kinds: dict[str, str] = {}
        self._gaps: dict[str, str] = {}

    def show_plans(
        self, plans: Sequence[ColumnPlan], kinds: dict[str, str], gaps: dict[str, str]
    ) -> None:
        """Show these plans and the user's choices by column name."""
        same = [each.name for each in plans] == [each.name for each in self._plans]
        if not same:
            self.beginResetModel()
        self._plans, self._kinds, self._gaps = plans, kinds, gaps
        if same:
            last = self.index(max(0, len(plans) - 1), DONE)
            self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.endResetModel()

    def choice(self, row: int, column: int) -> str:
        """The user's choice in a cell, "auto" if there is none."""
        chosen = self._kinds if column == KIND else self._gaps
        return chosen.get(self._plans[row].name, "auto")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._plans)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(HEADINGS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        plan = self._plans[index.row()]
        if index.column() == NAME and plan.role != "target":
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == KIND or (index.column() == GAPS and plan.role != "target"):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = 0) -> Any:
        plan, column = self._plans[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(plan, column, role == Qt.ItemDataRole.ToolTipRole)
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME and plan.role != "target":
            used = plan.role == "input"
            return Qt.CheckState.Checked if used else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ForegroundRole:
            current = theme.current()
            if plan.problem:
                return QColor(current.bad)
            if plan.role == "target":
                return QColor(current.accent)
            if plan.role == "left out" or (column == GAPS and not plan.gaps):
                return QColor(current.muted)
        return None

    def setData(self, index: Index, value: Any, role: int = 0) -> bool:
        name = self._plans[index.row()].name
        if role == Qt.ItemDataRole.CheckStateRole:
            self.edited.emit(name, "use", Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and value != self.choice(index.row(), index.column()):
            self.edited.emit(name, "kind" if index.column() == KIND else "gaps", value)
            return True
        return False

    def _text(self, plan: ColumnPlan, column: int, whole: bool) -> str:
        if column == NAME:
            cut = len(plan.name) > LONGEST_NAME and not whole
            return f"{plan.name[:LONGEST_NAME]}…" if cut else plan.name
        if column == KIND:
            return tr(KINDS[plan.kind])
        if column == GAPS:
            return self._gaps_of(plan)
        return tr(plan.problem or plan.done)

    def _gaps_of(self, plan: ColumnPlan) -> str:
        count = f"{plan.gaps:,}" if plan.gaps else tr("none")
        dropped = (plan.role == "target" and plan.gaps) or self._gaps.get(plan.name) == "drop"
        return tr("{count}, rows left out", count=count) if dropped else count


class _Choice(QStyledItemDelegate):
    """Edits a cell with a drop-down list that opens at once."""

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QComboBox:
        combo = QComboBox(parent)
        choices = KIND_CHOICES if index.column() == KIND else GAP_CHOICES
        for value, text in choices.items():
            combo.addItem(tr(text), value)
        combo.activated.connect(lambda _: self._commit(combo))
        return combo

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        model = index.model()
        assert isinstance(model, ColumnsModel)
        editor.setCurrentIndex(editor.findData(model.choice(index.row(), index.column())))
        editor.showPopup()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData(), Qt.ItemDataRole.EditRole)

    def _commit(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)


class ColumnsView(QTableView):
    """The list. Space uses a column or leaves it out; Enter or F2 opens the choices of a cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = ColumnsModel(self)
        self.setModel(self.columns)
        self.setItemDelegate(_Choice(self))
        self.setAccessibleName(tr("Columns"))
        self.setAccessibleDescription(
            tr("Space uses a column or leaves it out, Enter opens choices")
        )
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for section, width in enumerate(WIDTHS):
            header.resizeSection(section, width)
        header.setSectionResizeMode(DONE, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() == Qt.Key.Key_Space:
            name = index.siblingAtColumn(NAME)
            state = name.data(Qt.ItemDataRole.CheckStateRole)
            if state is not None:
                on = Qt.CheckState(state) != Qt.CheckState.Checked
                value = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
                self.columns.setData(name, value, Qt.ItemDataRole.CheckStateRole)
        elif index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit(index)
        else:
            super().keyPressEvent(event)
