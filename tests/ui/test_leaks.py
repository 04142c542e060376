"""Objects that PySide or Qt would keep for ever, each some, are not made."""

import gc
import weakref
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import (
    QStandardItem,
    QStandardItemModel,
    QTextCursor,
    QTextFrame,
    QTextTable,
    QUndoStack,
    QWindow,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget

from core.experiment.spec import ExperimentSpec
from playground.application import free_hidden_popups
from tests.ui.running import page_context, session_within
from ui.pages.labs.page import LabsPage
from ui.session.edits import Edit
from ui.widgets.combo import Combo, choice_model
from ui.widgets.text_browser import TextBrowser


def living(kind: type) -> list:
    gc.collect()
    return [each for each in gc.get_objects() if type(each) is kind]


def test_edits_that_are_undone_together_keep_no_experiments():
    stack, spec, before = QUndoStack(), ExperimentSpec(), len(living(Edit))
    for seed in range(100):
        new = replace(spec, seed=1000 + seed)
        stack.push(Edit(lambda spec: None, spec, new))
        spec = new
    assert stack.count() == 1
    assert sum(bool(edit.__dict__) for edit in living(Edit)[before:]) == 1


def test_choices_leave_no_items_behind():
    before = len(living(QStandardItem))
    for _ in range(10):
        choice_model([("a", "A", "note", "tip"), ("b", "B", "", "")])
    assert len(living(QStandardItem)) == before


def test_selected_text_is_not_dragged(qtbot):
    """A drag within a drag keeps its pictures for ever."""
    browser = TextBrowser()
    qtbot.addWidget(browser)
    browser.setPlainText("some text " * 20)
    browser.show()
    browser.selectAll()
    QTest.mousePress(browser.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert not browser.textCursor().hasSelection()
    # With Shift a press goes on selecting from where the selection began.
    browser.moveCursor(QTextCursor.MoveOperation.Start)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    QTest.mousePress(browser.viewport(), Qt.MouseButton.LeftButton, shift, QPoint(90, 10))
    assert browser.textCursor().hasSelection()


def test_a_lab_whose_settings_were_dragged_is_freed_when_it_is_closed(qtbot):
    session = session_within(ExperimentSpec())
    page = LabsPage(page_context(session))
    qtbot.addWidget(page)
    page.open("gradient_descent")
    lab = weakref.ref(page.lab)
    before = page._undo.count()
    for rate in (0.1, 0.11, 0.12):
        page.labs["gradient_descent"].edit(rate=rate)
    assert page._undo.count() == before + 1 <= page._undo.undoLimit()
    for key in ("backpropagation", "approximation", "optimizer_race"):
        page.open(key)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert lab() is None
    page.shutdown()
    assert session.close()


def test_closed_lists_leave_no_windows_behind(qtbot):
    choice, before = QComboBox(), len(living(QWindow))
    qtbot.addWidget(choice)
    choice.addItems(["tanh", "relu"])
    choice.show()
    for _ in range(5):
        choice.showPopup()
        choice.hidePopup()
        free_hidden_popups()
    assert len(living(QWindow)) == before


def test_pages_of_the_guide_leave_no_tables_behind(qtbot):
    browser, before = TextBrowser(), len(living(QTextTable)) + len(living(QTextFrame))
    qtbot.addWidget(browser)
    for _ in range(5):
        browser.show_markdown("| key | what |\n|---|---|\n| A | all |\n")
    assert len(living(QTextTable)) + len(living(QTextFrame)) == before


def opened_and_closed() -> None:
    """Open the list of a combo box in a window, then destroy the window."""
    parent = QWidget()
    parent.show()
    choice = Combo(choice_model([("a", "A", "note", ""), ("b", "B", "", "")]), parent)
    choice.showPopup()
    choice.hidePopup()
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_lists_that_were_opened_leave_no_models_behind(qtbot):
    before = len(living(QStandardItemModel))
    for _ in range(5):
        opened_and_closed()
    assert len(living(QStandardItemModel)) == before
