"""Menus that open and close."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication


def widgets_after(open_menu: Callable[[], object]) -> int:
    """The number of widgets after a menu was opened and closed."""
    open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return len(QApplication.allWidgets())


def is_destroyed(open_menu: Callable[[], object]) -> bool:
    """Whether a menu that is opened and closed again and again leaves no widget behind."""
    first = widgets_after(open_menu)
    return [widgets_after(open_menu) for _ in range(5)] == 5 * [first]
