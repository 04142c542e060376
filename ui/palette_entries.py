"""What the command palette offers."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QAction

from core.gallery import TOPICS
from core.studies import LABS
from ui.menus import Line, MenuBar
from ui.palette import Entry


class Window(Protocol):
    """What the palette needs of the main window."""

    menus: MenuBar

    def show_page(self, key: str) -> None: ...
    def open_lab_named(self, key: str) -> None: ...
    def open_gallery(self, key: str) -> None: ...


def palette_entries(window: Window) -> list[Entry]:
    """Every action of the menus, which include the pages and the dashboard's views, every lab, and
    every experiment of the gallery."""
    entries = [_of_line(window, line) for line in window.menus.lines()]
    for key, lab in LABS.items():
        entries.append(
            Entry(lab.title, "Lab", lambda key=key: window.open_lab_named(key), note=lab.question)
        )
    for topic, experiments in TOPICS.items():
        for experiment in experiments:
            entries.append(
                Entry(
                    experiment.title,
                    f"Gallery › {topic}",
                    lambda key=experiment.key: window.open_gallery(key),
                    note=experiment.question,
                )
            )
    return entries


def _of_line(window: Window, line: Line) -> Entry:
    action = line.action
    keys = " / ".join(each.toString() for each in action.shortcuts())
    shown = " (shown)" if action.isCheckable() and action.isChecked() else ""

    def act(action: QAction = action) -> None:
        if line.page:
            window.show_page(line.page)
        action.trigger()

    # Those of a page that is not shown are hidden, and enabled as soon as it is.
    possible = action.isEnabled() or not action.isVisible()
    return Entry(line.text, line.place + shown, act, keys, action.toolTip(), possible)
