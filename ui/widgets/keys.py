"""Whether a key goes to the focused widget or to an application shortcut."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


def keeps_key(event: QEvent) -> bool:
    """Accept a shortcut override if the focused widget handles the key itself: a button handles
    Space, a combo box Space and letters. For a window's `event`: overrides propagate from the
    focused widget up to the window.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    focus = QApplication.focusWidget()
    typed = event.text().isprintable() and bool(event.text())
    plain = not event.modifiers() & COMMANDS
    is_list = isinstance(focus, QComboBox)
    is_button = isinstance(focus, QAbstractButton) and event.key() == Qt.Key.Key_Space
    if not (plain and typed and (is_list or is_button)):
        return False
    event.accept()
    return True


def press_focused(event: QKeyEvent) -> bool:
    """Let Enter press the focused button, as Space does; return whether there was one. For a
    window's `keyPressEvent`: Qt does this in dialogs only."""
    focus = QApplication.focusWidget()
    enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    if not (enters and isinstance(focus, QAbstractButton)):
        return False
    focus.animateClick()
    return True


def leave_after_enter(field: QWidget, event: QKeyEvent) -> None:
    """Drop the focus after Enter, so that the shortcuts of the run work again."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        field.clearFocus()
