"""Layouts within layouts.

Where a filled layout gets a parent, PySide makes a Python object for each of its items and never
learns that Qt has deleted one. The next object at that address, such as the item of a table, is
then taken for the old one, and deleting it crashes. So these objects are invalidated at once.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLayout, QWidget
from shiboken6 import Shiboken


def add_layout(outer: Any, inner: QLayout, *place: int) -> None:
    """`outer.addLayout(inner, *place)`, safe with an inner layout that is filled already."""
    outer.addLayout(inner, *place)
    _release_items(inner)


def set_layout(widget: QWidget, layout: QLayout) -> None:
    """`widget.setLayout(layout)`, safe with a layout that is filled already."""
    widget.setLayout(layout)
    _release_items(layout)


def _release_items(layout: QLayout) -> None:
    for i in range(layout.count()):
        item = layout.itemAt(i)
        assert item is not None
        if (inner := item.layout()) is not None:
            _release_items(inner)
        else:
            Shiboken.invalidate(item)
