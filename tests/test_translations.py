"""Translations: complete, up to date with the sources, and with the same values in braces."""

import ast
import importlib
import re
import string

import pytest

from core.base import translation
from scripts import translations as tool

# Every message with its text and its translation.
TRANSLATED = [
    (message, tool.first(message.id), tool.first(message.string))
    for language in tool.TRANSLATED
    for message in tool.read(language)
    if message.id and tool.first(message.string)
]
MNEMONIC = re.compile(r"&\w")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_the_files_are_up_to_date_with_the_sources(language):
    for area, catalog in tool.updated(language).items():
        path = tool.po_file(language, area)
        there = path.read_text(encoding="utf-8") if path.exists() else ""
        wanted = tool.po_text(catalog, language) if len(catalog) else ""
        assert there == wanted, f"{path.name} is out of date: run `make translations`"


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_the_compiled_file_is_up_to_date(language):
    there = (tool.FOLDER / f"{language}.mo").read_bytes()
    assert there == tool.compiled(tool.read(language)), "run `make translations`"


def test_translations_have_the_values_and_the_keyboard_mnemonics_of_the_text():
    for message, text, translated in TRANSLATED:
        # A translation may leave out the number if it says "one".
        every = set.union(*map(placeholders, message.id if message.pluralizable else [text]))
        if "{" in text:
            assert placeholders(text) - {"count"} <= placeholders(translated) <= every, translated
        assert bool(MNEMONIC.search(text)) == bool(MNEMONIC.search(translated)), translated
        assert text.endswith("…") == translated.endswith("…"), translated
        assert (text == text.strip()) == (translated == translated.strip()), translated
        assert "fuzzy" not in message.flags, text


def test_no_text_to_be_translated_is_put_together_beforehand():
    """`tr(f"…")` would look for a text that no translator has seen."""
    wrong = [
        f"{file.relative_to(tool.ROOT)}:{node.lineno}"
        for folder in ("core", "ui", "playground")
        for file in (tool.ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in tool.WITH_PLURAL
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not wrong


def test_every_language_has_a_name_of_its_own():
    assert set(translation.LANGUAGES) == {translation.ENGLISH, *tool.TRANSLATED}


def looked_up(tree: ast.Module) -> list[str]:
    """The names of constants that a module passes to `tr` as they are."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = (c.args[0] for c in calls if c.args and getattr(c.func, "id", "") == "tr")
    return [each.id for each in named if isinstance(each, ast.Name) and each.id.isupper()]


def test_every_constant_that_is_translated_is_a_message():
    plain = []
    for folder in ("core", "ui", "playground"):
        for file in sorted((tool.ROOT / folder).rglob("*.py")):
            names = looked_up(ast.parse(file.read_text(encoding="utf-8")))
            module = ".".join(file.relative_to(tool.ROOT).with_suffix("").parts)
            values = {name: getattr(importlib.import_module(module), name) for name in names}
            messages = translation.Message
            plain += [f"{module}.{n}" for n, value in values.items() if type(value) is not messages]
    assert not plain
