"""Nested layouts leave no Python object behind that Qt may delete unnoticed."""

from __future__ import annotations

import gc
import re
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpacerItem, QVBoxLayout, QWidget, QWidgetItem
from shiboken6 import Shiboken

from ui.widgets.layouts import add_layout, set_layout

ROOT = Path(__file__).parents[2]


def known_items() -> int:
    """How many items of layouts PySide takes to be alive."""
    kinds = QWidgetItem, QSpacerItem
    return sum(type(each) in kinds and Shiboken.isValid(each) for each in gc.get_objects())


def test_items_of_nested_layouts_are_not_kept(qapp):
    before = known_items()
    widget, outer, middle, inner = QWidget(), QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
    for _ in range(3):
        inner.addWidget(QLabel("a"))
    inner.addStretch(1)
    middle.addWidget(QLabel("b"))
    add_layout(middle, inner)
    add_layout(outer, middle)
    set_layout(widget, outer)
    assert known_items() == before
    assert [type(each) for each in widget.children()].count(QLabel) == 4


def test_layouts_are_nested_in_one_way_only():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ui").rglob("*.py")
        if re.search(r"\.(addLayout|insertLayout|setLayout|itemAt)\(", path.read_text("utf-8"))
    }
    assert found == {"ui/widgets/layouts.py"}
