"""Korean lessons and the Korean guide name buttons, settings and pages as the window does."""

import re
from collections import defaultdict

import pytest

from core.lessons.library import FOLDER
from scripts.translations import first, read

GUIDE = FOLDER.parents[1] / "docs" / "guide"
PAGES = [
    pytest.param(english, korean / english.name, id=english.stem)
    for folder, korean in ((FOLDER / "en", FOLDER / "ko"), (GUIDE, GUIDE / "ko"))
    for english in sorted(folder.glob("*.md"))
]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADER = re.compile(r"\A\+\+\+\n.*?\n\+\+\+\n", re.DOTALL)
# Bold and slanted texts, quotations, and links to labs and the gallery.
MARKED = re.compile(
    r"\*{1,2}([^*\n]+)\*{1,2}|[“‘\"]([^”’\"\n]+)[”’\"]|\[([^\]\n]+)\]\((?:lab|gallery):"
)


def without_mnemonic(label: str) -> str:
    return re.sub(r"\(&\w\)|&", "", label).rstrip("…")


def marked(text: str) -> set[str]:
    """What a page marks as a name; parts of a menu's path, as in File ▸ Export film…, singly."""
    text = CODE.sub("", HEADER.sub("", text))
    found = (next(filter(None, groups)) for groups in MARKED.findall(text))
    return {part.rstrip("…") for each in found for part in re.split(" [▸›] ", each)}


@pytest.fixture(scope="module")
def labels() -> dict[str, set[str]]:
    """The Korean labels of every English one."""
    known = defaultdict(set)
    for message in read("ko"):
        if message.id:
            known[without_mnemonic(first(message.id))].add(without_mnemonic(first(message.string)))
    return known


@pytest.mark.parametrize(("english", "korean"), PAGES)
def test_a_page_names_labels_as_the_window_does(english, korean, labels):
    there = marked(korean.read_text(encoding="utf-8"))
    names = marked(english.read_text(encoding="utf-8")) & labels.keys()
    assert {name: labels[name] for name in names if not labels[name] & there} == {}


def test_a_button_is_not_named_like_a_setting(labels):
    assert labels["Reset"].isdisjoint(labels["Initialiser"])
    assert labels["Step"].isdisjoint(labels["Step function"])
