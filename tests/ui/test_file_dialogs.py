"""Saving under a name that is taken: nothing is replaced without a question."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QListView, QMessageBox

import ui
from ui.widgets.file_dialogs import ask_folder, ask_source, ask_target

OLD = b"the older file"


class User:
    """Answers the dialogs that open: types the names in turn, and presses a button of the
    questions. `asked` is what the questions were about."""

    def __init__(self, names: list[str], answer: QMessageBox.StandardButton) -> None:
        self._names, self._answer = names, answer
        self.asked: list[str] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._act)
        self._timer.start(5)

    def _act(self) -> None:
        shown = QApplication.activeModalWidget()
        if isinstance(shown, QMessageBox):
            self.asked.append(f"{shown.text()} {shown.informativeText()}")
            shown.button(self._answer).click()
        elif isinstance(shown, QFileDialog):
            if not self._names:  # given up
                shown.reject()
                return
            field = shown.findChild(QLineEdit, "fileNameEdit")
            assert isinstance(field, QLineEdit)
            field.setText(self._names.pop(0))
            # Not from here, since Qt's own question would keep this timer from going on.
            QTimer.singleShot(0, shown.accept)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "net.png").write_bytes(OLD)
    return tmp_path


def ask(folder: Path, *beside: str) -> Path | None:
    return ask_target(None, "Save", folder / "proposed.png", "Pictures (*.png)", beside)


def test_a_new_name_is_taken_without_a_question(qtbot, folder):
    user = User(["fresh"], QMessageBox.StandardButton.No)
    assert ask(folder) == folder / "fresh.png"
    assert user.asked == []


@pytest.mark.parametrize("typed", ["net", "net.png"])
def test_a_name_that_is_taken_is_asked_about_with_and_without_its_suffix(qtbot, folder, typed):
    user = User([typed], QMessageBox.StandardButton.No)
    assert ask(folder) is None
    assert len(user.asked) == 1 and "net.png" in user.asked[0]
    user = User([typed], QMessageBox.StandardButton.Yes)
    assert ask(folder) == folder / "net.png"


def test_a_name_with_another_suffix_is_asked_about_as_it_will_be_written(qtbot, folder):
    (folder / "net.v2.png").write_bytes(OLD)
    user = User(["net.v2", "other.v2"], QMessageBox.StandardButton.No)
    assert ask(folder) == folder / "other.v2.png"
    assert user.asked == ["1 file exists already. Replace it? net.v2.png"]


def test_a_suffix_in_capital_letters_is_the_same_suffix(qtbot, folder):
    for typed in ("fresh.PNG", "other.png"):
        user = User([typed], QMessageBox.StandardButton.No)
        assert ask_target(None, "Save", folder / "old.PNG", "All (*)") == folder / typed
        assert user.asked == []


def test_files_beside_it_are_asked_about_too(qtbot, folder):
    (folder / "script.npz").write_bytes(OLD)
    user = User(["script"], QMessageBox.StandardButton.No)
    assert ask(folder, ".npz") is None
    assert user.asked == ["1 file exists already. Replace it? script.npz"]


def test_every_dialog_that_saves_asks_in_this_way():
    """Qt's own function asks about the name as it is typed, without the suffix."""
    for path in Path(ui.__file__).parent.rglob("*.py"):
        named = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute)
        }
        assert "getSaveFileName" not in named, path


def choose(folder: Path) -> Path | None:
    return ask_source(None, "Open", str(folder), "Pictures (*.png)")


def choose_folder(folder: Path) -> Path | None:
    return ask_folder(None, "Folder", str(folder))


@pytest.mark.parametrize("asks", [ask, choose, choose_folder])
def test_nothing_is_deleted_or_moved_in_a_dialog(qtbot, folder, asks):
    (folder / "kept").mkdir()
    movable = []

    def press_delete(files: QListView, shown: QFileDialog) -> None:
        qtbot.keyClick(files, Qt.Key.Key_Delete)
        shown.reject()

    def act() -> None:
        shown = QApplication.activeModalWidget()
        if isinstance(shown, QMessageBox):
            shown.button(QMessageBox.StandardButton.Yes).click()
        elif isinstance(shown, QFileDialog):
            files = shown.findChild(QListView, "listView")
            assert isinstance(files, QListView)
            model, root = files.model(), files.rootIndex()
            if movable or not model.rowCount(root):
                return  # done, or not read yet
            first = model.index(0, 0, root)
            is_drag = files.dragDropMode() != QListView.DragDropMode.NoDragDrop
            movable.append(is_drag and bool(first.flags() & Qt.ItemFlag.ItemIsDropEnabled))
            files.setCurrentIndex(first)
            # Not from here, since Qt's question would keep this timer from going on.
            QTimer.singleShot(0, lambda: press_delete(files, shown))

    timer = QTimer()
    timer.timeout.connect(act)
    timer.start(5)
    assert asks(folder) is None
    assert movable == [False]
    assert (folder / "kept").is_dir() and (folder / "net.png").read_bytes() == OLD
