"""Pictures of the guide: all there, in every language, made by the script, and shown whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QMessageBox

from core.base.translation import ENGLISH, LANGUAGES, set_language
from installers import contents
from scripts.guide_pictures import IMAGES, PICTURES
from tests.ui.windows import main_window
from ui.help import FOLDERS, Guide

REFERENCE = re.compile(r"!\[(.*?)\]\((.+?)\)")
LARGEST, LARGEST_TOGETHER = 120_000, 2_500_000


@pytest.fixture(params=LANGUAGES)
def language(request, qapp) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language(ENGLISH)


def pages(language: str) -> list[Path]:
    folder = FOLDERS[0] if language == ENGLISH else FOLDERS[0] / language
    return sorted(folder.glob("*.md"))


def references(page: Path) -> list[tuple[str, str]]:
    """The description and the path of each picture of a page."""
    return REFERENCE.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_exactly_the_pictures_that_the_script_makes(language):
    found = [(page.parent / n, text) for page in pages(language) for text, n in references(page)]
    made = {IMAGES / language / f"{name}.png" for name in PICTURES}
    assert {path.resolve() for path, _ in found} == made == set((IMAGES / language).iterdir())
    assert all(text for _, text in found)


def test_pictures_are_small_and_part_of_every_package():
    sizes = {path: path.stat().st_size for path in IMAGES.rglob("*.png")}
    assert max(sizes.values()) <= LARGEST and sum(sizes.values()) <= LARGEST_TOGETHER
    packed = contents.resource_files()
    for path in sizes:
        assert f"resources/guide/images/{path.relative_to(IMAGES).as_posix()}" in packed


def test_the_guide_shows_pictures_as_wide_as_its_window(qtbot, language):
    guide = Guide(main_window(qtbot).menus)
    qtbot.addWidget(guide)
    with qtbot.waitExposed(guide):
        guide.show()
    for width in (1040, 700, 1600):
        guide.resize(width, 600)
        for page in pages(language):
            guide.show_page(page.stem)
            for _, name in references(page):
                natural = QImage(str(page.parent / name)).width()
                room = guide.text.viewport().width()
                assert min(natural, room - 40) <= shown_width(guide, name) <= min(natural, room)
        guide.show_page("index")
        assert guide.text.horizontalScrollBar().maximum() == 0


def shown_width(guide: Guide, name: str) -> int:
    kind = QTextDocument.ResourceType.ImageResource
    return guide.text.document().resource(kind, QUrl(name)).width()


def test_a_click_on_a_picture_opens_it_in_full_size(qtbot, language, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    guide = Guide(main_window(qtbot).menus)
    qtbot.addWidget(guide)
    index = next(page for page in pages(language) if page.stem == "index")
    _, name = references(index)[0]
    guide.text.anchorClicked.emit(QUrl(name))
    assert [Path(url.toLocalFile()) for url in opened] == [IMAGES / language / "tour.png"]
    assert guide.page == "index"


def test_a_link_that_no_program_opens_is_shown_to_be_copied(qtbot, monkeypatch):
    said = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.informativeText()))
    guide = Guide(main_window(qtbot).menus)
    qtbot.addWidget(guide)
    guide.text.anchorClicked.emit(QUrl("https://arxiv.org/abs/1712.09913"))
    assert said == ["https://arxiv.org/abs/1712.09913"]


@pytest.mark.parametrize(("name", "width"), [("finding", 276), ("table", 1120)])
def test_the_script_makes_pictures_of_the_window(qapp, tmp_path, name, width):
    picture = PICTURES[name](tmp_path)
    assert picture.width == width
    assert picture.getcolors(20) is None, "almost nothing is in it"
