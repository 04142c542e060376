"""How the window looks: its theme, lecture mode and its language, with the menu for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.base.translation import Message, tr
from ui import theme
from ui.language import CHOICES, SYSTEM
from ui.menus import Command, Menu
from ui.preferences import Memory

THEMES = {
    "system": Message("Follow the system"),
    "light": Message("Light"),
    "dark": Message("Dark"),
}


class Appearance(QObject):
    """Applies and remembers what is chosen. `changed` is emitted when the application looks
    different; `language_chosen` carries one of `ui.language.CHOICES`."""

    changed = Signal()
    lecture_changed = Signal(bool)
    language_chosen = Signal(str)

    def __init__(
        self, memory: Memory, theme_name: str | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._memory = memory
        self.theme_name = theme_name or memory.text("theme", "system")
        self.is_lecture = False
        self._apply()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)

    def set_theme(self, name: str) -> None:
        """Set the theme: "light", "dark", or "system" to follow the desktop."""
        self.theme_name = name
        self._memory.keep(theme=name)
        self._apply()
        self.changed.emit()

    def set_lecture(self, on: bool) -> None:
        """Begin or end lecture mode: a look that is legible from afar."""
        if on != self.is_lecture:
            self.is_lecture = on
            self._apply()
            self.changed.emit()
            self.lecture_changed.emit(on)

    def commands(self) -> tuple[Command | Menu, ...]:
        lecture = Command(
            "Lecture &mode",
            lambda: self.set_lecture(not self.is_lecture),
            "F11",
            checked=lambda: self.is_lecture,
            tip="Full screen, larger type, thicker lines and more contrast; Esc ends it",
        )
        return lecture, self._theme_menu(), self._language_menu()

    def _theme_menu(self) -> Menu:
        return Menu("&Theme", _choices("theme", THEMES, self.set_theme, lambda: self.theme_name))

    def _language_menu(self) -> Menu:
        # Also in English, so that it is found by those who cannot read the present language.
        title = tr("&Language")
        title = title if title == "&Language" else f"{title} · Language"
        return Menu(title, _choices("language", CHOICES, self._choose_language, self._language))

    def _language(self) -> str:
        return self._memory.text("language", SYSTEM)

    def _choose_language(self, choice: str) -> None:
        if choice != self._language():
            self._memory.keep(language=choice)
            self.language_chosen.emit(choice)

    def _follow_system(self) -> None:
        if self.theme_name == "system":
            self.set_theme("system")

    def _apply(self) -> None:
        named = {"light": theme.LIGHT, "dark": theme.DARK}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        chosen = named.get(self.theme_name) or theme.system_theme()
        theme.apply(application, theme.for_lecture(chosen) if self.is_lecture else chosen)


def _choices(
    group: str,
    texts: Mapping[str, str],
    choose: Callable[[str], None],
    chosen: Callable[[], str],
) -> tuple[Command, ...]:
    """A command for each choice, one of which is checked."""
    return tuple(
        Command(
            text, lambda key=key: choose(key), checked=lambda key=key: chosen() == key, one_of=group
        )
        for key, text in texts.items()
    )
