"""The menus and every keyboard shortcut."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

if TYPE_CHECKING:
    from ui.main_window import MainWindow

THEMES = {"system": "Like the system", "light": "Light", "dark": "Dark"}


class Command(NamedTuple):
    """One line of a menu."""

    text: str
    keys: str
    act: Callable[[], object]


class Menus:
    """Builds the menu bar of a window; `actions` holds every action by its text."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.actions: dict[str, QAction] = {}
        session = window.session
        self._menu(
            "&File",
            Command("&Open experiment…", "Ctrl+O", window.document.ask_open),
            Command("Open &data…", "Ctrl+D", window.data.ask),
            Command("Experiment &gallery…", "Ctrl+G", window.gallery.show),
            Command("&Save experiment", "Ctrl+S", window.document.save),
            Command("Save experiment &as…", "Ctrl+Shift+S", window.document.ask_save),
            None,
            Command("&Export…", "Ctrl+E", window.export),
            None,
            Command("&Quit", "Ctrl+Q", window.close),
        )
        edit = self._menu("&Edit")
        undo = session.undo_stack.createUndoAction(edit, "&Undo")
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo = session.undo_stack.createRedoAction(edit, "&Redo")
        redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        edit.addActions([undo, redo])
        edit.addSeparator()
        self._add(edit, Command("&Copy dashboard", "Ctrl+Shift+C", window.copy_dashboard))
        self._menu(
            "&Run",
            Command("&Run or pause", "Space", window.toggle_running),
            Command("One &step", "S", session.step),
            Command("To the end of the &epoch", "E", session.finish_epoch),
            None,
            Command("Score on the test &data", "T", session.test),
            None,
            Command("Rese&t", "R", session.reset),
            Command("&New seed", "N", session.new_seed),
            None,
            Command("&Pin run", "P", window.pinning.pin),
            Command("Pinned r&uns…", "Ctrl+R", window.pinning.show_table),
            None,
            Command("E&arlier moment", "Ctrl+Left", lambda: session.look_by(-1)),
            Command("&Later moment", "Ctrl+Right", lambda: session.look_by(1)),
            Command("&Back to live", "L", session.look_live),
            Command("&Go on from here", "G", window.replay.go_on),
        )
        self._view_menu()
        self._menu(
            "&Help",
            Command("&Keyboard shortcuts", "F1", self.show_shortcuts),
            Command("&About", "", self.show_about),
        )

    def _menu(self, title: str, *commands: Command | None) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        for command in commands:
            if command is None:
                menu.addSeparator()
            else:
                self._add(menu, command)
        return menu

    def _add(self, menu: QMenu, command: Command) -> QAction:
        action = menu.addAction(command.text)
        action.triggered.connect(lambda: command.act())
        if command.keys:
            action.setShortcut(QKeySequence(command.keys))
        self.actions[command.text.replace("&", "")] = action
        return action

    def _view_menu(self) -> None:
        menu = self._menu("&View")
        menu.addActions(self._window.dashboard.toggle_actions())
        menu.addSeparator()
        for text, part in (
            ("&Timeline", self._window.timeline),
            ("&Findings", self._window.findings),
        ):
            self._add_part(menu, text, part)
        menu.addSeparator()
        self._add(menu, Command("Reset &layout", "", self._window.dashboard.reset_layout))
        menu.addSeparator()
        themes = menu.addMenu("&Theme")
        group = QActionGroup(menu)
        for key, text in THEMES.items():
            action = themes.addAction(text)
            action.setCheckable(True)
            action.setChecked(key == self._window.theme_name)
            action.triggered.connect(lambda _=False, key=key: self._window.set_theme(key))
            group.addAction(action)
            self.actions[f"Theme {key}"] = action

    def _add_part(self, menu: QMenu, text: str, part: QWidget) -> None:
        """A line that shows or hides a part of the window."""
        action = menu.addAction(text)
        action.setCheckable(True)
        menu.aboutToShow.connect(lambda: action.setChecked(not part.isHidden()))
        action.triggered.connect(lambda shown: self._window.show_part(part, shown))
        self.actions[text.replace("&", "")] = action

    def show_shortcuts(self) -> None:
        """Every shortcut there is, in one list."""
        rows = [
            f"<tr><td><b>{action.shortcut().toString()}</b>&nbsp;&nbsp;</td><td>{text}</td></tr>"
            for text, action in self.actions.items()
            if not action.shortcut().isEmpty()
        ]
        rows.append(
            "<tr><td><b>Ctrl+Z / Ctrl+Y&nbsp;&nbsp;</b></td><td>Undo / redo a setting</td></tr>"
        )
        rows.append(
            "<tr><td><b>Double click&nbsp;&nbsp;</b></td><td>Let a view fill the window</td></tr>"
        )
        QMessageBox.information(
            self._window, "Keyboard shortcuts", f"<table>{''.join(rows)}</table>"
        )

    def show_about(self) -> None:
        QMessageBox.about(
            self._window,
            "About Training Playground",
            "<b>Training Playground</b><p>See a neural network learn.</p>"
            "<p>Digits data: Alpaydin and Kaynak (1998), CC BY 4.0.<br>MIT licence.</p>",
        )
