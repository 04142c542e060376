"""Menus as data, and the menu bar built from them. The data is in English; the bar translates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from core.base.translation import Message, tr

VIEW = Message("&View")


@dataclass(frozen=True)
class Command:
    """A menu item: its text, its action, and its shortcuts, separated by spaces. With `checked` it
    has a check mark, set each time the menu opens, and `act` toggles the state. Items with the same
    `one_of` exclude each other. `tip` is a tooltip.
    """

    text: str
    act: Callable[[], object]
    keys: str = ""
    checked: Callable[[], bool] | None = None
    one_of: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Menu:
    """A menu with its items; None is a separator. An item can be an action made elsewhere. With
    `fill` the lines are asked for each time the menu opens."""

    title: str
    items: tuple[Command | QAction | Menu | None, ...] = ()
    fill: Callable[[], tuple[Command, ...]] | None = None


class Line(NamedTuple):
    """An action of a menu: its text, the menus it is in, and the page it belongs to, "" for all."""

    action: QAction
    text: str
    place: str
    page: str

    @property
    def keys(self) -> str:
        """The action's shortcuts as text, "" if it has none."""
        return " / ".join(each.toString() for each in self.action.shortcuts())


class MenuBar:
    """Fills a menu bar; `actions` holds every action by its English text.

    The menus and shortcuts of a page are active while `show_page` has selected it. `build_pages`
    builds those pages that have not added their menus yet.
    """

    def __init__(self, bar: QMenuBar, build_pages: Callable[[], object]) -> None:
        self._bar, self._build_pages = bar, build_pages
        self.actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._of_pages: dict[str, list[QAction]] = {}
        # Every menu with the titles that lead to it, and its page.
        self._made: list[tuple[QMenu, str, str]] = []
        self._submenus: list[QAction] = []

    def add(self, menu: Menu, before: str = "") -> None:
        """Add a menu that is shown on every page, at the end or before another."""
        made = self._menus[menu.title] = QMenu(tr(menu.title), self._bar)
        last = self._menus[before].menuAction() if before else None
        self._bar.insertMenu(last, made)  # type: ignore[arg-type]
        self._filled(made, menu)

    def add_page(self, key: str, menus: tuple[Menu, ...]) -> None:
        """Add the menus of a page before the View menu, and its View items at the end of that menu.
        They are hidden until the page is shown."""
        view = self._menus[VIEW]
        mine = self._of_pages.setdefault(key, [])
        for menu in menus:
            if menu.title == VIEW:
                known = len(view.actions())
                view.addSeparator()
                self._filled(view, menu)
                mine += view.actions()[known:]
            else:
                made = self._filled(QMenu(tr(menu.title), self._bar), menu, page=key)
                self._bar.insertMenu(view.menuAction(), made)
                mine.append(made.menuAction())
        for action in mine:
            action.setVisible(False)

    def show_page(self, key: str) -> None:
        """Show the menus of one page and hide those of the others, shortcuts included."""
        for page, actions in self._of_pages.items():
            for action in actions:
                action.setVisible(page == key)

    def lines(self) -> Iterator[Line]:
        """Every action of every menu, also of the pages that have not been shown."""
        self._build_pages()
        for menu, place, page in self._made:
            # Check marks are set, and lines asked for, when a menu opens.
            menu.aboutToShow.emit()
            for action in menu.actions():
                # QAction.menu() is not asked: PySide deletes the menu along with what it returns.
                if not action.isSeparator() and action not in self._submenus:
                    owner = page or self._owner(action)
                    yield Line(action, _plain(action.text()), place, owner)

    def _owner(self, action: QAction) -> str:
        """The page that has put an action into a menu of every page; "" for none."""
        pages = (page for page, mine in self._of_pages.items() if action in mine)
        return next(pages, "")

    def _filled(self, menu: QMenu, content: Menu, above: str = "", page: str = "") -> QMenu:
        place = above + _plain(tr(content.title))
        if all(menu is not known for known, _, _ in self._made):
            self._made.append((menu, place, page))
        groups: dict[str, QActionGroup] = {}
        if fill := content.fill:
            menu.aboutToShow.connect(lambda: self._refill(menu, fill()))
        for item in content.items:
            if item is None:
                menu.addSeparator()
            elif isinstance(item, Menu):
                inner = menu.addMenu(tr(item.title))
                self._submenus.append(inner.menuAction())
                self._filled(inner, item, f"{place} › ", page)
            elif isinstance(item, QAction):
                menu.addAction(item)
                self.actions[_plain(item.text())] = item
            else:
                action = self._line(menu, item)
                if item.one_of:
                    group = groups.setdefault(item.one_of, QActionGroup(menu))
                    group.addAction(action)
        return menu

    def _refill(self, menu: QMenu, commands: tuple[Command, ...]) -> None:
        menu.clear()
        for command in commands:
            action = menu.addAction(tr(command.text))
            action.triggered.connect(lambda _, act=command.act: act())
            action.setToolTip(tr(command.tip))
        menu.setToolTipsVisible(True)
        if not commands:
            menu.addAction(tr("Nothing yet")).setEnabled(False)

    def _line(self, menu: QMenu, command: Command) -> QAction:
        action = menu.addAction(tr(command.text))
        action.triggered.connect(lambda: command.act())
        if command.tip:
            action.setToolTip(tr(command.tip))
            menu.setToolTipsVisible(True)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys.split()])
        if checked := command.checked:
            action.setCheckable(True)
            action.setChecked(checked())
            menu.aboutToShow.connect(lambda: action.setChecked(checked()))
        self.actions[_plain(command.text)] = action
        return action


def _plain(text: str) -> str:
    """A text without its mnemonic: of "&Run" and of "실행(&R)"."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "")
