"""The command palette finds everything by its name and does it; the guide is at hand."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtWidgets import QApplication

from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY
from core.studies import LABS
from tests.ui.running import session_within
from ui import help
from ui.help import Guide, guide_pages, title_of
from ui.main_window import MainWindow
from ui.pages.gallery.page import GalleryPage
from ui.pages.labs.page import LabsPage
from ui.palette import CommandPalette, Entry, found
from ui.palette_entries import palette_entries
from ui.views import VIEWS


@pytest.fixture
def window(qtbot):
    window = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.close()


def use(qtbot, window: MainWindow, typed: str, key=Qt.Key.Key_Return) -> None:
    """Open the palette, type, and press a key."""

    def type_in() -> None:
        palette = QApplication.activeModalWidget()
        assert isinstance(palette, CommandPalette)
        qtbot.keyClicks(palette.line, typed)
        qtbot.keyClick(palette.line, key)

    QTimer.singleShot(0, type_in)
    window.finder.show_palette()


def test_everything_is_in_the_palette(window):
    entries = palette_entries(window.menus, window._shown_page)
    names = {entry.text for entry in entries}
    assert set(window.menus.actions) <= names
    assert {view.title for view in VIEWS.values()} <= names
    assert {lab.title for lab in LABS.values()} <= names
    assert {experiment.title for experiment in GALLERY.values()} <= names
    by_text = {entry.text: entry for entry in entries}
    assert by_text["Export…"].keys == "Ctrl+E"
    assert by_text["Run or pause"].place == "Run"
    assert not by_text["Undo"].possible


def test_names_that_begin_with_the_words_come_first():
    names = ("Reset layout", "Save the run", "Run or pause", "Prune")
    entries = [Entry(name, "Menu", lambda: None) for name in names]
    assert [entry.text for entry in found(entries, "run")] == [
        "Run or pause",
        "Save the run",
        "Prune",
    ]
    assert [entry.text for entry in found(entries, "lay res")] == ["Reset layout"]
    assert len(found(entries, "")) == 4 and not found(entries, "film")


def test_a_command_is_done(qtbot, window):
    use(qtbot, window, "new seed")
    assert window.session.spec.seed == ExperimentSpec().seed + 1


def test_a_view_is_shown(qtbot, window):
    dock = window.train.dashboard._docks["confusion"]
    assert dock.isHidden()
    use(qtbot, window, VIEWS["confusion"].title)
    assert not dock.isHidden()


def test_the_palette_says_what_is_shown_now(window):
    def place() -> str:
        return next(
            e.place
            for e in palette_entries(window.menus, window._shown_page)
            if e.text == "Timeline"
        )

    assert place() == "View (shown)"
    window.train.show_part(window.train.timeline, False)
    assert place() == "View"


def test_labs_experiments_and_commands_of_other_pages_open_their_page(qtbot, window):
    use(qtbot, window, LABS["gradient_descent"].title)
    assert isinstance(window.current, LabsPage) and window.current.lab is not None
    key = list(GALLERY)[2]
    use(qtbot, window, GALLERY[key].title)
    assert isinstance(window.current, GalleryPage)
    assert window.current.entry.experiment is GALLERY[key]
    use(qtbot, window, "new seed")
    assert window.current is window.train


def test_escape_does_nothing_and_what_is_impossible_cannot_be_chosen(qtbot, window):
    use(qtbot, window, "new seed", Qt.Key.Key_Escape)
    assert window.session.spec == ExperimentSpec()
    palette = CommandPalette([Entry("Undo", "Edit", lambda: None, possible=False)], window)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.chosen is None and palette.isVisible()


def test_arrows_move_in_the_list(qtbot, window):
    entries = [Entry(name, "Menu", lambda: None) for name in ("one", "two", "three")]
    palette = CommandPalette(entries, window)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.chosen is entries[1]


# The guide


def test_f1_opens_the_guide_at_its_first_page(qtbot, window):
    window.menus.actions["Guide"].trigger()
    guide = window.findChild(Guide)
    assert guide is not None and guide.isVisible() and guide.page == "index"
    assert "Press Space" in guide.text.toPlainText()
    window.menus.actions["Keyboard shortcuts"].trigger()
    assert "Ctrl+Shift+E" in guide.text.toPlainText()


def test_f1_opens_the_guide_of_the_language(qtbot, korean, window):
    window.finder.show_guide()
    guide = window.findChild(Guide)
    assert guide is not None and title_of(guide_pages()["index"]) == "첫걸음"
    assert "Space를 누르십시오" in guide.text.toPlainText()
    assert "**" not in "".join(shown(guide))


def test_a_page_that_is_not_translated_is_shown_in_english(monkeypatch, korean, tmp_path):
    (tmp_path / "ko").mkdir()
    for name, title in (("index.md", "First"), ("new.md", "New"), ("ko/index.md", "첫")):
        (tmp_path / name).write_text(f"# {title}\n", encoding="utf-8")
    monkeypatch.setattr(help, "FOLDERS", (tmp_path,))
    assert [title_of(text) for text in guide_pages().values()] == ["첫", "New"]


def test_every_page_of_the_guide_is_translated_whole(korean):
    english, korean = help.FOLDERS[0], help.FOLDERS[0] / "ko"
    pages = {path.name: path.read_text(encoding="utf-8") for path in english.glob("*.md")}
    assert {path.name for path in korean.glob("*.md")} == set(pages)
    for name, text in pages.items():
        assert parts(text) == parts((korean / name).read_text(encoding="utf-8")), name


def parts(markdown: str) -> dict[str, int]:
    """How many headings, paragraphs, list items, table rows and links a page has."""
    marks = {"headings": "^#+ ", "items": "^(?:- |[0-9]+\\. )", "rows": "^\\|", "code": "^```"}
    found = {part: len(re.findall(mark, markdown, re.MULTILINE)) for part, mark in marks.items()}
    # Every language has pictures of its own.
    markdown = re.sub(r"\((\.\./)?images/\w+/", "(", markdown)
    links = sorted(re.findall(r"\]\(([^)]+)\)", markdown))
    return found | {"paragraphs": len(re.findall(r"\n\n", markdown)), "links": links}


def shown(guide: Guide) -> list[str]:
    """The text of every page of the guide as it is shown."""
    texts = []
    for row in range(guide.list.count()):
        guide.list.setCurrentRow(row)
        texts.append(guide.text.toPlainText())
    return texts


def test_the_guide_lists_the_keys_of_every_page_before_it_is_shown(qtbot, window):
    guide = Guide(window.menus, window)
    qtbot.addWidget(guide)
    assert "search" not in window.pages, "the first page of the guide needs none"
    guide.show_page("keys")
    text = guide.text.toPlainText()
    places = [text.index(each) for each in ("Copy link", "Run or stop", "Play or pause")]
    titles = [text.index(f"\n{each}\nkey\n") for each in ("On every page", "Gallery", "Labs")]
    assert titles[0] < places[0] < titles[1] < places[1] < titles[2] < places[2]


def test_links_between_pages_lead_somewhere(qtbot, window):
    guide = Guide(window.menus, window)
    qtbot.addWidget(guide)
    guide.text.anchorClicked.emit(QUrl("films.md"))
    assert guide.page == "films"
    pages = {*guide_pages(), "keys"}
    for name, text in guide_pages().items():
        assert title_of(text) != "Untitled", name
        for link in re.findall(r"\]\(([\w/.-]+)\.md[)#]", text):
            assert link in pages, f"{name}.md links to {link}.md"
