"""Collects the texts of the application for translation, and compiles the translations.

`make translations` updates `resources/translations/<language>/*.po`, one file for each part of
the application, and writes all of them to `<language>.mo`, which the application reads. Then it
lists how many texts still lack a translation. Texts are found by the names in `CALLS` and `FIELDS`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from core.base.registry import choice_label

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
TRANSLATED = ("ko",)
# Functions and classes whose first argument is shown to users.
CALLS = {"tr", "Message", "Command", "Menu", "Registry", "check", "Expectation", "Column"}
# Those that also take a plural.
WITH_PLURAL = {"tr", "Message"}
# Keyword arguments and class attributes that are shown to users.
FIELDS = {
    "about",
    "advice",
    "finding",
    "help",
    "label",
    "look_for",
    "question",
    "summary",
    "tip",
    "title",
    "varies",
}
# A formula of the catalogue is translated if it contains words.
FORMULAS = "core/catalogue"
WORDS = re.compile(r"[a-z]{4,},? [A-Za-z]{2,}|[a-z]{3,} [a-z]{4,}")
# Which file a text is in, by the first path that fits. A text used in several is in the first.
AREAS = {
    "window": ("ui/pages/train", "ui/pages/__init__.py", "ui/widgets", "ui/forms", "ui/session"),
    "catalogue": ("core/base", "core/catalogue", "core/network", "core/experiment"),
    "training": ("core/training", "core/worker", "core/telemetry"),
    "data": ("core/data", "ui/data"),
    "diagnosis": ("core/diagnosis",),
    "views": ("ui/views", "ui/plots"),
    "export": ("ui/export", "core/codegen"),
    "gallery": ("core/gallery", "ui/pages/gallery"),
    "labs": ("core/studies", "ui/pages/labs"),
    "search": ("core/search", "ui/pages/search"),
    "lessons": ("core/lessons", "ui/lessons"),
    "command_line": ("playground",),
    "application": ("ui", "core"),
}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
# Written into compiled files, which must not depend on the time.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Text(NamedTuple):
    """A text in the source: its plural or "", the file, and the line."""

    text: str
    plural: str
    path: str
    line: int


def texts_in(source: str, path: str) -> Iterator[Text]:
    """Every text for users in the source of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _of_call(node, path)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, path)


def _of_call(call: ast.Call, path: str) -> Iterator[Text]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in CALLS and call.args and (text := _constant(call.args[0])):
        plural = call.args[1] if len(call.args) > 1 else keywords.get("plural")
        plural = _constant(plural) if name in WITH_PLURAL else ""
        yield Text(text, plural, path, call.lineno)
    for field, value in keywords.items():
        if field in FIELDS and (text := _constant(value)):
            yield Text(text, "", path, value.lineno)
        if field == "choices" and name == "setting":
            labels = map(choice_label, _choices(value))
            yield from (Text(label, "", path, value.lineno) for label in labels)
        if (
            field == "formula"
            and path.startswith(FORMULAS)
            and WORDS.search(text := _constant(value))
        ):
            yield Text(text, "", path, value.lineno)


def _of_class(definition: ast.ClassDef, path: str) -> Iterator[Text]:
    for statement in definition.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if names & FIELDS and (text := _constant(statement.value)):
                yield Text(text, "", path, statement.lineno)


def _choices(node: ast.expr) -> list[str]:
    """The choices of a setting: a tuple, or a constant as in `choices=tuple(NAMES)`."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    if isinstance(node, ast.Name):
        node = _constants().get(node.id, node)
    each = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [text for item in each if (text := _constant(item))]


@cache
def _constants() -> dict[str, ast.expr]:
    """The tuples and dictionaries that are constants of a module, by name."""
    found: dict[str, ast.expr] = {}
    for file in (ROOT / "core").rglob("*.py"):
        for statement in ast.parse(file.read_text(encoding="utf-8")).body:
            match statement:
                case ast.Assign([ast.Name(name)], (ast.Tuple() | ast.Dict()) as value):
                    found[name] = value
    return found


def _constant(node: ast.expr | None) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) and any(map(str.isalpha, value)) else ""


def area_of(path: str) -> str:
    """The area of a source file: the one with the longest path that it begins with."""
    fitting = {
        len(start): area
        for area, starts in AREAS.items()
        for start in starts
        if path == start or path.startswith(f"{start}/")
    }
    return fitting[max(fitting)]


def collected() -> dict[str, list[Text]]:
    """The texts of every area, each once, in the order of the source."""
    found: dict[str, list[Text]] = {area: [] for area in AREAS}
    for folder in ("core", "ui", "playground"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            texts = sorted(texts_in(file.read_text(encoding="utf-8"), path), key=lambda t: t.line)
            found[area_of(path)] += texts
    known: set[str] = set()
    for texts in found.values():
        # A text with a plural includes the same text without.
        texts.sort(key=lambda text: not text.plural)
        texts[:] = [t for t in texts if not (t.text in known or known.add(t.text))]
        texts.sort(key=lambda text: (text.path, text.line))
    return found


def po_file(language: str, area: str) -> Path:
    return FOLDER / language / f"{area}.po"


def read(language: str) -> Catalog:
    """All translations into a language."""
    whole = Catalog(language, creation_date=EPOCH, revision_date=EPOCH)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, language):
                if message.id and (message.string or message.id not in whole):
                    whole.add(message.id, message.string, flags=message.flags)
    return whole


def updated(language: str) -> dict[str, Catalog]:
    """The catalogue of every area with the texts of the source and the translations known."""
    known = read(language)
    areas: dict[str, Catalog] = {}
    for area, texts in collected().items():
        areas[area] = catalog = Catalog(language)
        for text in texts:
            identifier = (text.text, text.plural) if text.plural else text.text
            match = known.get(text.text)
            catalog.add(identifier, _string(match, bool(text.plural)), [(text.path, text.line)])
    return areas


def _string(match: object, plural: bool) -> str | tuple[str, ...]:
    """A known translation, which may have been given with or without a plural."""
    string = getattr(match, "string", "")
    first = string if isinstance(string, str) else string[0]
    return (first,) if plural else first


def po_text(catalog: Catalog, language: str) -> str:
    """The content of a .po file."""
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False)
    header = HEADER.format(language=language, plural=catalog.plural_forms)
    return header + buffer.getvalue().decode().lstrip("\n")


def compiled(catalog: Catalog) -> bytes:
    """The content of a .mo file."""
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalog)
    return buffer.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """The texts without a translation."""
    return [first(m.id) for m in catalog if m.id and not first(m.string)]


def first(text: str | Iterable[str] | None) -> str:
    """A text that may have plural forms, in its first form."""
    return text if isinstance(text, str) else next(iter(text or ()), "")


def update() -> int:
    """Update all files; return how many texts lack a translation."""
    lacking = 0
    for language in TRANSLATED:
        (FOLDER / language).mkdir(parents=True, exist_ok=True)
        for area, catalog in updated(language).items():
            path, count = po_file(language, area), len(missing(catalog))
            if len(catalog):
                path.write_text(po_text(catalog, language), encoding="utf-8")
                print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {count} not translated")
            else:
                path.unlink(missing_ok=True)
            lacking += count
        (FOLDER / f"{language}.mo").write_bytes(compiled(read(language)))
    return lacking


if __name__ == "__main__":
    sys.exit(update() > 0)
