"""One hidden block in the list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.base.registry import settings_of
from core.base.translation import tr
from core.catalogue.blocks import Block
from ui import theme
from ui.forms.form import Form, chain_tabs
from ui.widgets.entry_combo import RESTARTS, described
from ui.widgets.layouts import add_layout
from ui.widgets.spin import Spin

INSET = 6
STRIPE = 3
HEAD = 30
GRIP = 12


class BlockRow(QFrame):
    """The layer's colours, kind and units; expands to show its own settings.

    It is moved by dragging its left half (`dragged` carries the pointer's y in the parent,
    `dropped` ends the drag).
    """

    edited = Signal(object)
    removed = Signal()
    dragged = Signal(int)
    dropped = Signal()

    def __init__(self, block: Block, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("block")
        self._block = block
        self._colors: list[QColor] = []
        self._form: Form | None = None
        self._pressed = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(INSET + STRIPE + GRIP + 6, 3, 4, 3)
        self._column.setSpacing(6)
        add_layout(self._column, self._head())
        self._tell_own_settings()

    def _head(self) -> QHBoxLayout:
        self._kind = QLabel(tr(self._block.label), self)
        self._kind.setToolTip(described(tr(self._block.formula), tr(self._block.advice)))
        units = settings_of(self._block)["units"]
        self.units = Spin(units.low, units.high, coarse=True, parent=self)
        self.units.setFixedWidth(66)
        self.units.setToolTip(described(tr(units.label), tr(RESTARTS)))
        self.units.set_value(self._block.units)
        self.units.edited.connect(lambda count: self._take(replace(self._block, units=count)))
        self.unfold = self._button(tr("Settings of this layer"))
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(self._toggle)
        self.remove = self._button(tr("Remove this layer"))
        self.remove.clicked.connect(self.removed)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self._kind, 1)
        row.addWidget(self.units)
        row.addSpacing(2)
        row.addWidget(self.unfold)
        row.addWidget(self.remove)
        return row

    def _button(self, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setIconSize(QSize(12, 12))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def block(self) -> Block:
        return self._block

    def set_block(self, block: Block) -> None:
        """Show another block of the same kind, without a signal."""
        self._block = block
        self.units.set_value(block.units)
        if self._form is not None:
            self._form.set_value(block)
        self._tell_own_settings()

    def set_place(self, number: int, colors: Sequence[QColor]) -> None:
        """Set the layer's number, from 1, and the colours of its curves."""
        self._colors = list(colors)
        self.setAccessibleName(tr("Layer {number}", number=number) + f": {tr(self._block.label)}")
        self.units.setAccessibleName(tr("Layer {number}, units", number=number))
        self.unfold.setAccessibleName(tr("Layer {number}, settings", number=number))
        self.remove.setAccessibleName(tr("Layer {number}, remove", number=number))
        self.units.setObjectName(f"network.hidden[{number - 1}].units")
        self.update(0, 0, INSET + STRIPE, self.height())

    def colors(self) -> list[QColor]:
        """The colours of its measured layers."""
        return self._colors

    def retheme(self, colors: theme.Theme) -> None:
        own = any(getattr(self._block, name) is not None for name in _inheritable(self._block))
        arrow = "chevron-up" if self.unfold.isChecked() else "chevron-down"
        self.unfold.setIcon(theme.icon(arrow, colors, "accent" if own else "muted"))
        self.remove.setIcon(theme.icon("close", colors, "muted"))

    def _take(self, block: Block) -> None:
        self._block = block
        if self._form is not None:
            self._form.set_value(block)
        self._tell_own_settings()
        self.edited.emit(block)

    def _tell_own_settings(self) -> None:
        own = [
            f"{tr(settings_of(self._block)[name].label).lower()} "
            f"{_worded(getattr(self._block, name))}"
            for name in _inheritable(self._block)
            if getattr(self._block, name) is not None
        ]
        names = ", ".join(own)
        says = tr("Its own: {names}", names=names) if own else tr("All as in the network")
        self.unfold.setToolTip(described(tr("Settings of this layer"), says))
        self.retheme(theme.current())

    def _toggle(self, opened: bool) -> None:
        if opened and self._form is None:
            names = [name for name in settings_of(self._block) if name != "units"]
            self._form = Form(self._block, "block", names, parent=self)
            self._form.changed.connect(self._take)
            self._column.addWidget(self._form)
            chain_tabs(self.remove, self._form)
        if self._form is not None:
            self._form.setVisible(opened)
        self.retheme(theme.current())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.button() == Qt.MouseButton.LeftButton
        if self._pressed:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self.dragged.emit(self.mapToParent(event.position().toPoint()).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._pressed = False
            self.unsetCursor()
            self.dropped.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            part = (self.height() - 2 * INSET + 1) / max(1, len(self._colors))
            for i, color in enumerate(self._colors):
                painter.setBrush(color)
                stripe = QRectF(INSET, INSET + i * part, STRIPE, part - 1)
                painter.drawRoundedRect(stripe, STRIPE / 2, STRIPE / 2)
            where = QRectF(INSET + STRIPE + 2, HEAD / 2 - GRIP / 2, GRIP, GRIP)
            theme.draw_icon(painter, "grip", theme.current().ghost, where)


def _inheritable(block: Block) -> list[str]:
    """The settings that follow the network's while they are None."""
    return [f.name for f in fields(block) if f.default is None]


def _worded(value: object) -> str:
    return tr(str(getattr(value, "label", value)))
