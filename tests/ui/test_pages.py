"""One window with several pages: what is kept, what works where, and what the rail shows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

import ui.main_window as module
from core.experiment.spec import ExperimentSpec
from tests.ui.running import page_context, session_within, train, wait
from ui import theme
from ui.main_window import MainWindow
from ui.menus import VIEW, Command, Menu
from ui.page import Page
from ui.pages import PAGES, PageEntry


class Notes(Page):
    """A page with all that a page can have."""

    def __init__(self, context) -> None:
        super().__init__(context)
        self.field = QLineEdit()
        self.undo_stack = self.stack = QUndoStack(self)
        self.seen: list[str] = []
        self.closable = True
        column = QVBoxLayout(self)
        column.addWidget(self.banner)
        column.addWidget(self.field)

    def menus(self):
        mark = Command("&Mark", lambda: self.seen.append("mark"), "S")
        wide = Command("&Wide", lambda: self.seen.append("wide"), "Ctrl+Shift+W")
        return Menu("&Notes", (mark,)), Menu(VIEW, (wide,))

    def retheme(self, colors) -> None:
        self.seen.append(colors.name)

    def activate(self) -> None:
        self.seen.append("in")

    def deactivate(self) -> None:
        self.seen.append("out")

    def export(self) -> None:
        self.seen.append("export")

    def restore_state(self) -> None:
        self.seen.append("restored")

    def save_state(self) -> None:
        self.seen.append("saved")

    def can_close(self) -> bool:
        return self.closable

    def shutdown(self) -> None:
        self.seen.append("shut down")


@pytest.fixture
def window(qtbot, monkeypatch):
    notes = PageEntry("notes", "Notes", "copy", "Notes to keep", Notes)
    monkeypatch.setattr(module, "PAGES", (*PAGES, notes))
    window = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    wait(qtbot, window.session, lambda frame: True)
    yield window
    for page in window.pages.values():
        if isinstance(page, Notes):
            page.closable = True
    window.close()


def notes_of(window: MainWindow) -> Notes:
    page = window.page("notes")
    assert isinstance(page, Notes)
    return page


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.key)
def test_every_page_can_be_shown_alone(qtbot, entry):
    session = session_within(ExperimentSpec())
    page = entry.build(page_context(session))
    qtbot.addWidget(page)
    page.show()
    page.retheme(theme.DARK)
    page.retheme(theme.LIGHT)
    page.shutdown()
    assert session.close()
    assert (theme.ICONS / f"{entry.icon}.svg").exists()


def test_the_number_keys_switch_pages(window):
    keys = [window.menus.actions[entry.title].shortcut().toString() for entry in PAGES]
    assert keys == [f"Ctrl+{i}" for i in range(1, len(PAGES) + 1)]
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current is window.page("gallery")
    assert window.rail.buttons["gallery"].isChecked()
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.current is window.train


def test_a_page_is_built_when_first_shown_and_keeps_its_state(window):
    assert "notes" not in window.pages
    QTest.mouseClick(window.rail.buttons["notes"], Qt.MouseButton.LeftButton)
    page = notes_of(window)
    page.field.setFocus()
    QTest.keyClicks(page.field, "draft")
    window.show_page("train")
    window.show_page("notes")
    assert window.current is page and page.field.text() == "draft"
    assert window.focusWidget() is page.field
    assert page.seen == ["restored", "in", "out", "in"]


def test_the_rail_is_used_with_keys(window):
    buttons = list(window.rail.buttons.values())
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Down)
    assert window.focusWidget() is buttons[1]
    QTest.keyClick(buttons[1], Qt.Key.Key_Space)
    assert window.current is window.page("gallery")
    assert not window.session.is_running
    titles = [entry.title for entry in PAGES]
    assert [button.accessibleName() for button in buttons] == [*titles, "Notes"]


def test_menus_and_shortcuts_are_those_of_the_page_shown(window, qtbot):
    page = notes_of(window)
    QTest.keyClick(window, Qt.Key.Key_S)
    wait(qtbot, window.session, lambda frame: frame.iteration == 1)
    assert "mark" not in page.seen
    window.show_page("notes")
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_S)
    QTest.keyClick(page, Qt.Key.Key_N)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page, Qt.Key.Key_W, both)
    QTest.keyClick(page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert page.seen[-3:] == ["mark", "wide", "export"]
    assert window.session.spec.seed == 1 and window.session.history.iteration == 1
    titles = [a.text() for a in window.menuBar().actions() if a.isVisible()]
    assert titles == ["&File", "&Edit", "&Notes", "&View", "&Lessons", "&Help"]


def test_undo_is_that_of_the_page_shown(window):
    page = notes_of(window)
    window.session.edit(replace(window.session.spec, seed=5))
    page.stack.push(QUndoCommand("a note"))
    window.show_page("notes")
    window.menus.actions["Undo"].trigger()
    assert window.session.spec.seed == 5 and page.stack.index() == 0
    window.show_page("gallery")
    assert not window.menus.actions["Undo"].isEnabled()
    window.show_page("train")
    window.menus.actions["Undo"].trigger()
    assert window.session.spec.seed == 1


def test_undo_does_not_act_on_a_lab_while_the_cards_are_shown(window):
    window.show_page("labs")
    labs, undo = window.pages["labs"], window.menus.actions["Undo"]
    labs.open("gradient_descent")
    lab = labs.lab
    before = lab.state
    lab.edit(rate=0.01)
    assert undo.isEnabled()
    labs.back()
    for page in ("labs", "train", "labs"):
        window.show_page(page)
        assert not undo.isEnabled()
    labs.open("gradient_descent")
    undo.trigger()
    assert lab.state == before


def test_a_run_goes_on_in_the_background_and_the_rail_shows_it(window, qtbot):
    session, button = window.session, window.rail.buttons["train"]
    window.show_page("notes")
    assert not session.paints and not button.is_busy
    train_view = window.train.dashboard.views["loss"]
    before = train_view.frame.iteration
    session.set_running(True)
    assert button.is_busy and "Running" in button.toolTip()
    wait(qtbot, session, lambda frame: frame.iteration > 100)
    assert train_view.frame.iteration == before, "nothing is painted that is not seen"
    session.set_running(False)
    wait(qtbot, session, lambda frame: frame.status == "paused")
    assert not button.is_busy
    window.show_page("train")
    assert train_view.frame.iteration == session.history.iteration
    assert session.paints


def test_a_message_of_a_page_that_is_not_shown_waits_there(window):
    page, button = notes_of(window), window.rail.buttons["notes"]
    page.report("It is late.")
    assert button.has_message and window.train.banner.text() == ""
    window.show_page("notes")
    assert not button.has_message and page.banner.text() == "It is late."


def test_another_theme_reaches_every_page(window):
    page = notes_of(window)
    window.appearance.set_theme("dark")
    assert page.seen[-1] == "dark"


def test_a_page_with_unsaved_work_keeps_the_window_open(window):
    page = notes_of(window)
    page.closable = False
    window.close()
    assert window.isVisible() and "shut down" not in page.seen
    page.closable = True
    window.close()
    assert page.seen[-2:] == ["saved", "shut down"]


def test_an_experiment_opened_from_a_page_leads_to_train(window, qtbot):
    page = notes_of(window)
    window.show_page("notes")
    page.context.open_experiment(ExperimentSpec(seed=9))
    assert window.current is window.train and window.session.spec.seed == 9
    train(qtbot, window.session, 20)


def test_the_first_window_fits_on_the_screen(qtbot, monkeypatch):
    small = QSize(1280, 720)
    monkeypatch.setattr("ui.main_window.available_size", lambda window: small)
    window = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    assert window.frameSize().width() <= 1280
    assert window.height() <= 720 - 30
    window.close()


def test_pages_that_are_not_shown_are_not_even_imported():
    asked = (
        "import sys, ui.main_window\n"
        "print([m for m in sys.modules if m.startswith('ui.pages.') and '.train' not in m])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
