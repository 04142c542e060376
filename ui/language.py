"""The language of the window: chosen by the user, or that of the system."""

from __future__ import annotations

import os

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from core.base.translation import (
    ENGLISH,
    LANGUAGES,
    VARIABLES,
    Message,
    best_language,
    environment_language,
    set_language,
)

SYSTEM = "system"
# What can be chosen. Languages are listed by their own names.
CHOICES = {SYSTEM: Message("Follow the system"), **LANGUAGES}


def system_language() -> str:
    """The language that the system asks for."""
    if any(os.environ.get(variable) for variable in VARIABLES):
        return environment_language()
    return best_language(QLocale.system().uiLanguages())


def apply_language(choice: str) -> None:
    """Set the language of texts made from now on, those of Qt's dialogs included, to one of
    `CHOICES`."""
    name = choice if choice in LANGUAGES else system_language()
    set_language(name)
    application = QCoreApplication.instance()
    assert application is not None
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.deleteLater()
    if name != ENGLISH:
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        translator = QTranslator(application)
        if translator.load(f"qtbase_{name}", folder):
            application.installTranslator(translator)
