"""The list of hidden layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from core.base.translation import tr
from core.catalogue.blocks import BLOCKS, Block
from ui import theme
from ui.forms.block_row import BlockRow
from ui.widgets.entry_combo import entry_tip


class BlocksEditor(QWidget):
    """Adds, removes, resizes and reorders hidden layers; `edited` carries the new tuple of blocks.

    Reordering: drag a row, or Alt+Up and Alt+Down in it, or its context menu.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: tuple[Block, ...] = ()
        self._rows: list[BlockRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._nothing = QLabel(
            tr("No hidden layer: the inputs are connected directly to the output."), self
        )
        self._nothing.setWordWrap(True)
        self._nothing.setObjectName("section")
        self._column.addWidget(self._nothing)
        self.add = self._add_button()
        self._column.addWidget(self.add)
        self._shortcut("Alt+Up", lambda row: self.shift(row, -1))
        self._shortcut("Alt+Down", lambda row: self.shift(row, 1))
        self._shortcut("Alt+Delete", self.remove)
        self.retheme(theme.current())

    def value(self) -> tuple[Block, ...]:
        return self._blocks

    def set_value(self, blocks: tuple[Block, ...]) -> None:
        """Show other blocks, without a signal; rows of the same kind are kept."""
        if blocks is self._blocks or blocks == self._blocks:
            return
        self._blocks = blocks
        for i, block in enumerate(blocks):
            if i < len(self._rows) and type(self._rows[i].block()) is type(block):
                self._rows[i].set_block(block)
                continue
            if i < len(self._rows):
                self._drop(i)
            self._insert(i, block)
        while len(self._rows) > len(blocks):
            self._drop(len(blocks))
        self._renumber()

    def rows(self) -> list[BlockRow]:
        return list(self._rows)

    def append(self, kind: type[Block]) -> None:
        """Append a block, as wide as the one before."""
        block = kind(units=self._blocks[-1].units) if self._blocks else kind()
        self._insert(len(self._rows), block)
        self._emit()

    def duplicate(self, index: int) -> None:
        self._insert(index + 1, replace(self._blocks[index]))
        self._emit()

    def remove(self, index: int) -> None:
        self._drop(index)
        self._emit()

    def shift(self, index: int, by: int) -> None:
        """Move a block up (negative) or down, within the list."""
        if 0 <= index + by < len(self._rows):
            self._shift(index, index + by)
            self._emit()

    def retheme(self, colors: theme.Theme) -> None:
        self.add.setIcon(theme.icon("plus", colors, "muted"))
        for row in self._rows:
            row.retheme(colors)
        self._renumber()

    def _add_button(self) -> QPushButton:
        button = QPushButton(tr("Add layer"), self)
        button.setToolTip(tr("Adds a hidden layer before the output, of the kind you choose"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for kind in BLOCKS.entries():
            # Text after a tab is in the menu's right column.
            action = menu.addAction(f"{tr(kind.label)}\t{tr(kind.formula)}".replace("&", "&&"))
            action.setToolTip(entry_tip(kind))
            action.triggered.connect(lambda _=False, kind=kind: self.append(kind))
        button.setMenu(menu)
        return button

    def _shortcut(self, keys: str, act: Callable[[int], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self._in_focused_row(act))

    def _in_focused_row(self, act: Callable[[int], None]) -> None:
        focus = QApplication.focusWidget()
        for i, row in enumerate(self._rows):
            if focus is not None and row.isAncestorOf(focus):
                act(i)
                return

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.pos().y()
        index = next((i for i, row in enumerate(self._rows) if row.geometry().bottom() >= at), None)
        if index is not None:
            self.menu(index).popup(event.globalPos())

    def menu(self, index: int) -> QMenu:
        """The context menu of a block."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        last = len(self._rows) - 1
        for text, keys, possible, act in (
            (tr("Move up"), "Alt+Up", index > 0, lambda: self.shift(index, -1)),
            (tr("Move down"), "Alt+Down", index < last, lambda: self.shift(index, 1)),
            (tr("Duplicate"), "", True, lambda: self.duplicate(index)),
            (tr("Remove"), "Alt+Delete", True, lambda: self.remove(index)),
        ):
            native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            action = menu.addAction(f"{text}\t{native}" if keys else text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    def _insert(self, index: int, block: Block) -> None:
        row = BlockRow(block, self)
        row.edited.connect(lambda _: self._emit())
        row.removed.connect(lambda: self.remove(self._rows.index(row)))
        row.dragged.connect(lambda y: self._drag(row, y))
        row.dropped.connect(self._emit)
        self._rows.insert(index, row)
        # Row 0 of the layout is the note shown when there are no layers.
        self._column.insertWidget(index + 1, row)

    def _drop(self, index: int) -> None:
        row = self._rows.pop(index)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _shift(self, index: int, to: int) -> None:
        row = self._rows.pop(index)
        self._rows.insert(to, row)
        self._column.removeWidget(row)
        self._column.insertWidget(to + 1, row)

    def _drag(self, row: BlockRow, y: int) -> None:
        index = self._rows.index(row)
        if index > 0 and y < self._rows[index - 1].geometry().center().y():
            self._shift(index, index - 1)
        elif index < len(self._rows) - 1 and y > self._rows[index + 1].geometry().center().y():
            self._shift(index, index + 1)
        self._renumber()

    def _emit(self) -> None:
        blocks = tuple(row.block() for row in self._rows)
        self._renumber()
        if blocks != self._blocks:
            self._blocks = blocks
            self.edited.emit(blocks)

    def _renumber(self) -> None:
        """Number and colour the rows; a colour per measured layer, as in the views."""
        self._nothing.setVisible(not self._rows)
        counts = [row.block().layer_count for row in self._rows]
        colors = theme.current().layer_colors(sum(counts) + 1)
        start = 0
        for number, (row, count) in enumerate(zip(self._rows, counts, strict=True), 1):
            row.set_place(number, colors[start : start + count])
            start += count
