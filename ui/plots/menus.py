"""Entries of plots' menus: choices, switches and sliders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QSlider, QVBoxLayout, QWidget, QWidgetAction


def add_choice(
    menu: QMenu, choices: dict[str, object], chosen: object, pick: Callable[[Any], None]
) -> None:
    """Add exclusive choices; `pick` is called with the value chosen."""
    group = QActionGroup(menu)
    for text, value in choices.items():
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(lambda _=False, value=value: pick(value))
        group.addAction(action)
        menu.addAction(action)


def add_toggle(menu: QMenu, text: str, on: bool, toggle: Callable[[bool], None]) -> None:
    """Add a setting that is on or off."""
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(on)
    action.toggled.connect(toggle)


def add_slider(menu: QMenu, text: str, value: int, high: int, move: Callable[[int], None]) -> None:
    """Add a labelled slider from 0 to `high`."""
    box, slider = QWidget(menu), QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, high)
    slider.setValue(value)
    slider.setAccessibleName(text)
    slider.valueChanged.connect(move)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(12, 4, 12, 4)
    layout.addWidget(QLabel(text))
    layout.addWidget(slider)
    action = QWidgetAction(menu)
    action.setDefaultWidget(box)
    menu.addAction(action)
