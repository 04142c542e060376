"""Texts in the user's language.

A text of the application is written in English, in one of two ways:

- `tr("Run")` is that text in the current language, where it is shown.
- `Message("{count} trials", count=12)` is English text that can still be translated later: a text
  from the core or from another process, which becomes `tr(message)` where it is shown.

The translations are in `resources/translations`; `make translations` collects the texts.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"
ENGLISH = "en"
# Each language by its own name.
LANGUAGES = {ENGLISH: "English", "ko": "한국어"}
# In the order in which gettext reads them.
VARIABLES = ("PLAYGROUND_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_language = ENGLISH


class Message(str):
    """English text made of a template and values, which `tr` can translate.

    `template` has the values' names in braces, as for `str.format`. If the text depends on a
    number, `count` is that value, and `plural` is the template for any number but 1. Values that
    are messages are translated too; other values, such as names of files, are not.
    """

    template: str
    plural: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, plural: str = "", **values: Any) -> Message:
        chosen = plural if plural and values["count"] != 1 else template
        message = super().__new__(cls, chosen.format(**values) if values else template)
        message.template, message.plural, message.values = template, plural, values
        return message

    def __str__(self) -> str:
        """The message itself, so that the text of an exception can be translated."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """What pickle makes a copy of."""
        return (self.template, self.plural), self.values

    def __getstate__(self) -> None:
        """Nothing beyond that."""


def joined(separator: str, parts: Iterable[str]) -> Message:
    """Several texts as one, as by `separator.join(parts)`; messages among them are translated."""
    known = list(parts)
    names = [f"part{number}" for number in range(len(known))]
    template = separator.join(f"{{{name}}}" for name in names)
    return Message(template, **dict(zip(names, known, strict=True)))


def tr(text: str, /, plural: str = "", **values: Any) -> str:
    """A text in the current language; in English where it has no translation.

    `text` is a message, or a template with its `plural` and values as for `Message`.
    """
    if _language == ENGLISH and not values:
        return str.__str__(text)
    message = text if isinstance(text, Message) else Message(text, plural, **values)
    if _language == ENGLISH or not message.template:
        return str.__str__(message)
    template = (
        _catalog.ngettext(message.template, message.plural, message.values["count"])
        if message.plural
        else _catalog.gettext(message.template)
    )
    if not message.values:
        return template
    return template.format(**{name: _shown(value) for name, value in message.values.items()})


def _shown(value: Any) -> Any:
    return tr(value) if isinstance(value, Message) else value


def language() -> str:
    """The current language: a key of `LANGUAGES`."""
    return _language


def set_language(name: str) -> None:
    """Set the language of this process: a key of `LANGUAGES`. Texts that are shown already keep
    theirs. KeyError for others."""
    global _catalog, _language
    if name not in LANGUAGES:
        raise KeyError(name)
    catalog = gettext.NullTranslations()
    if name != ENGLISH:
        with (FOLDER / f"{name}.mo").open("rb") as file:
            catalog = gettext.GNUTranslations(file)
    _catalog, _language = catalog, name


def best_language(wanted: Iterable[str]) -> str:
    """The first available one of some languages, such as "ko_KR.UTF-8" or "ko-KR"; English if none
    is."""
    for name in wanted:
        short = name.replace("-", "_").partition("_")[0].partition(".")[0].lower()
        if short in LANGUAGES:
            return short
        if short in ("c", "posix"):
            break
    return ENGLISH


def environment_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language that environment variables ask for, as with other command-line programs."""
    for variable in VARIABLES:
        if value := environment.get(variable):
            return best_language(value.split(":"))
    return ENGLISH
