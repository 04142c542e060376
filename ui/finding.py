"""The ways to find things: the command palette and the guide."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.menus import MenuBar
from ui.page import Page

if TYPE_CHECKING:
    from ui.help import Guide


class Finder:
    """Opens palette and guide over a window; `show_page` shows the page with a key and returns
    it."""

    def __init__(self, window: QWidget, menus: MenuBar, show_page: Callable[[str], Page]) -> None:
        self._window, self._menus, self.show_page = window, menus, show_page
        self._guide: Guide | None = None

    def show_guide(self, page: str = "index") -> None:
        """Open the guide at a page; it stays beside the window."""
        from ui.help import Guide

        if self._guide is None:
            self._guide = Guide(self._menus, self._window)
        self._guide.show_page(page)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()

    def show_palette(self) -> None:
        """Let a command be found by its name, and do it."""
        from ui.palette import CommandPalette
        from ui.palette_entries import palette_entries

        entries = palette_entries(self._menus, self.show_page)
        palette = CommandPalette(entries, self._window)
        palette.exec()
        chosen = palette.chosen
        palette.deleteLater()
        if chosen is not None:
            chosen.act()
