"""Who gets a key: the widget in focus or the application's shortcut."""

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
    """Accept a shortcut override where the widget in focus itself answers to that key.

    A button answers to Space, a combo box to Space and letters. To be called from `event` of what
    contains them: overrides travel from the widget in focus up to the window.
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
    """Let Enter press the button in focus, as Space does; whether there was one. For a window's
    `keyPressEvent`: Qt itself does so in dialogs only."""
    focus = QApplication.focusWidget()
    enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    if not (enters and isinstance(focus, QAbstractButton)):
        return False
    focus.animateClick()
    return True


def leave_after_enter(field: QWidget, event: QKeyEvent) -> None:
    """After Enter, return the keyboard to the shortcuts of the run: Space, S, Ctrl+Z."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        field.clearFocus()
