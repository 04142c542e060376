"""A field for a number."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from core.base.translation import Message, tr
from ui.widgets.keys import leave_after_enter
from ui.widgets.numbers import bounded, parsed, shown


class NumberField(QLineEdit):
    """A line edit for numbers such as 0.001 or 1e-3, which emits on Enter or focus-out.

    Invalid or out-of-range text is marked, explained in the tooltip and never emitted; focus-out or
    Escape restores the last valid value. With `empty`, an empty line means None and shows that
    word. Up and Down emit `stepped`.
    """

    edited = Signal(object)
    stepped = Signal(int)

    def __init__(
        self,
        low: float | None = None,
        high: float | None = None,
        integer: bool = False,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self._integer, self._optional = integer, bool(empty)
        self._value: float | int | None = None
        self.setPlaceholderText(empty)
        self.editingFinished.connect(self._commit)
        self.textEdited.connect(self._unmark)

    def value(self) -> float | int | None:
        return self._value

    def set_value(self, value: float | int | None) -> None:
        """Show a value without a signal. Text being edited is kept if the value is the same."""
        if value == self._value and self.text():
            return
        self._value = value
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_Escape and self.text() != self._text():
            self._show()
        else:
            super().keyPressEvent(event)
            if not self.property("invalid"):
                leave_after_enter(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.property("invalid"):
            self._show()

    def _text(self) -> str:
        return "" if self._value is None else shown(self._value)

    def _show(self) -> None:
        self.setText(self._text())
        self.setCursorPosition(0)
        self._unmark()

    def _commit(self) -> None:
        if self.text() == self._text():
            self._unmark()
            return
        try:
            value = self._read()
        except ValueError as problem:
            if self.hasFocus():
                self._mark(str(problem))
            else:
                self._show()
            return
        changed = value != self._value
        self._value = value
        self._show()
        if self.hasFocus():
            self.selectAll()
        if changed:
            self.edited.emit(value)

    def _read(self) -> float | int | None:
        if self._optional and not self.text().strip():
            return None
        value = parsed(self.text())
        if self._integer:
            if value != int(value):
                raise ValueError(Message("must be a whole number"))
            value = int(value)
        return bounded(value, self._low, self._high)

    def _mark(self, problem: str) -> None:
        self._set_invalid(True)
        name = self.accessibleName() or tr("This")
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), f"{name} {tr(problem)}", self)

    def _unmark(self) -> None:
        if self.property("invalid"):
            self._set_invalid(False)
            QToolTip.hideText()

    def _set_invalid(self, invalid: bool) -> None:
        self.setProperty("invalid", invalid)
        self.style().unpolish(self)
        self.style().polish(self)
