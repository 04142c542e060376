"""Which controls of a form can be used; a lesson hides or locks the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtWidgets import QLabel, QWidget

from core.base.registry import Entry, choice_label
from core.base.translation import tr
from ui.widgets.numbers import shown

# What can be done with the control of the setting at a path.
Access = Callable[[str], Literal["shown", "locked", "hidden"]]


def everything(path: str) -> Literal["shown", "locked", "hidden"]:
    """The access while no lesson limits it."""
    return "shown"


def value_text(value: Any, empty: str = "") -> str:
    """The value of a setting in words, for a control that is hidden."""
    if value is None or value == "":
        return empty or "–"
    if isinstance(value, Entry):
        return tr(value.label)
    if isinstance(value, bool):
        return tr("On") if value else tr("Off")
    if isinstance(value, int | float):
        return shown(value)
    return tr(choice_label(str(value)))


class ReadOut(QLabel):
    """The value of a setting in place of its control."""

    def __init__(self, editor: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("readout")
        self.setAccessibleName(editor.accessibleName())
        self.setToolTip(editor.toolTip())
        self.setFixedHeight(editor.sizeHint().height())
        self.hide()


def apply_access(editor: QWidget, readout: QLabel | None, access: str) -> None:
    """Show, lock or hide a control; its read-out takes its place."""
    editor.setEnabled(access == "shown")
    editor.setHidden(access == "hidden")
    if readout is not None:
        readout.setHidden(access != "hidden")
