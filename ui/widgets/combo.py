"""Choices: a plain list, and a list with a muted second column."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QWidget,
)

from ui import theme

VALUE = Qt.ItemDataRole.UserRole
NOTE = Qt.ItemDataRole.UserRole + 1
# Where QStandardItemModel keeps the flags of an item.
FLAGS = Qt.ItemDataRole.UserRole - 1
ROW_HEIGHT = 26
PADDING = 10
GAP = 16
WIDEST_LIST = 460


def choice_model(
    items: Iterable[tuple[Any, str, str, str]], disabled: Container[Any] = ()
) -> QStandardItemModel:
    """A list of choices, each a value, its label, a muted note and a tooltip; the values in
    `disabled` cannot be chosen."""
    choices, role = list(items), Qt.ItemDataRole
    model = QStandardItemModel(len(choices), 1)
    # Not by items: PySide would keep the object of each for ever.
    for row, (value, label, note, tip) in enumerate(choices):
        parts = {role.DisplayRole: label, VALUE: value, NOTE: note, role.ToolTipRole: tip}
        for part, content in parts.items():
            model.setData(model.index(row, 0), content, part)
        if value in disabled:
            model.setData(model.index(row, 0), Qt.ItemFlag.NoItemFlags.value, FLAGS)
    return model


class Combo(QComboBox):
    """A drop-down list whose entries may have a muted note: a formula, an explanation.

    The note of the chosen entry is shown if it fits; one set by `set_note` is elided to fit. Enter
    opens the list; the wheel works only with focus.
    """

    edited = Signal(object)

    def __init__(self, model: QStandardItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note: str | None = None
        self._list_is_ready = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setMaxVisibleItems(20)
        self.setModel(model)
        self._chosen = self.currentIndex()
        self.activated.connect(self._activated)

    def value(self) -> Any:
        return self.currentData(VALUE)

    def set_value(self, value: Any) -> None:
        """Select a choice without a signal. Raises ValueError if it is not in the list."""
        if value == self.value():
            return
        for row in range(self.count()):
            if self.itemData(row, VALUE) == value:
                self._chosen = row
                self.setCurrentIndex(row)
                return
        raise ValueError(f"{value!r} is not among the choices")

    def set_choices(self, model: QStandardItemModel) -> None:
        """Replace the choices and select the first, without a signal."""
        self.setModel(model)
        self._chosen = self.currentIndex()
        self._list_is_ready = False

    def set_note(self, note: str | None) -> None:
        """Replace the note of the chosen entry; None restores its own."""
        if note != self._note:
            self._note = note
            self.update()

    def note(self) -> str:
        """The note shown beside the chosen entry; none for a formula of one letter."""
        if self._note is not None:
            return self._note
        own = self.currentData(NOTE) or ""
        return own if len(own) > 1 else ""

    def _activated(self, row: int) -> None:
        if row != self._chosen:
            self._chosen = row
            self.edited.emit(self.value())

    def showPopup(self) -> None:
        if not self._list_is_ready:
            self._list_is_ready = True
            self.setItemDelegate(NoteDelegate(self))
            self.view().setMinimumWidth(_list_width(self, self.fontMetrics()))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        box, edit = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(box, option, edit, self)
        with QPainter(self) as painter:
            self.style().drawComplexControl(box, option, painter, self)
            colors = self.palette()
            _draw_choice(
                painter, field, self.fontMetrics(), self.currentText(), self.note(),
                colors.text().color(), QColor(theme.current().muted), self._note is not None,
            )  # fmt: skip


class NoteDelegate(QStyledItemDelegate):
    """Rows with a label column and a muted note column, both aligned down the list.

    A bar at the edge marks the current choice of the combo box, the parent.
    """

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
        colors, metrics = theme.current(), view.fontMetrics
        if view.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(view.rect, view.palette.highlight())
        combo: Any = self.parent()
        if index.row() == combo.currentIndex():
            mark = view.rect.adjusted(2, 6, 0, -6)
            mark.setWidth(3)
            painter.fillRect(mark, QColor(colors.accent))
        row = view.rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.setPen(QColor(colors.text))
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, index.data())
        note = index.data(NOTE)
        if note:
            row.setLeft(row.left() + _label_width(combo, metrics) + GAP)
            painter.setPen(QColor(colors.muted))
            text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, row.width())
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)


def _draw_choice(
    painter: QPainter,
    field: QRect,
    metrics: QFontMetrics,
    label: str,
    note: str,
    color: QColor,
    muted: QColor,
    elide: bool,
) -> None:
    painter.setPen(color)
    text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, field.width())
    painter.drawText(field, Qt.AlignmentFlag.AlignVCenter, text)
    field.setLeft(field.left() + metrics.horizontalAdvance(label) + 8)
    if elide:
        note = metrics.elidedText(note, Qt.TextElideMode.ElideRight, field.width())
    if note and metrics.horizontalAdvance(note) <= field.width():
        painter.setPen(muted)
        painter.drawText(field, Qt.AlignmentFlag.AlignVCenter, note)


# The model itself is not asked for: PySide would keep that of every list ever opened.
def _label_width(combo: QComboBox, metrics: QFontMetrics) -> int:
    labels = [combo.itemText(row) for row in range(combo.count())]
    return max(map(metrics.horizontalAdvance, labels), default=0)


def _list_width(combo: QComboBox, metrics: QFontMetrics) -> int:
    notes = [combo.itemData(row, NOTE) or "" for row in range(combo.count())]
    widest = max(map(metrics.horizontalAdvance, notes), default=0)
    width = _label_width(combo, metrics) + 2 * PADDING + 12 + (GAP + widest if widest else 0)
    return min(width, WIDEST_LIST)
