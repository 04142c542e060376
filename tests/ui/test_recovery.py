"""Unsaved changes: asked about before the window closes, and kept where nobody could be asked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox

from core.experiment.files import read_experiment
from core.experiment.spec import ExperimentSpec
from tests.ui.running import session_within
from ui.main_window import MainWindow
from ui.session.recovery import Recovery

CRASH = """
import os, sys
from pathlib import Path
from dataclasses import replace
from PySide6.QtCore import QCoreApplication
from core.experiment.spec import ExperimentSpec
from tests.ui.running import session_within
from ui.session.recovery import Recovery
application = QCoreApplication([])
session = session_within(ExperimentSpec())
recovery = Recovery(session, Path(sys.argv[1]))
session.edit(replace(session.spec, seed=77))
recovery.write()
os._exit(9)
"""


@pytest.fixture
def session(qapp):
    session = session_within(ExperimentSpec())
    yield session
    session.close()


def answering(monkeypatch, answer: QMessageBox.StandardButton) -> list[str]:
    asked = []

    def answered(box: QMessageBox) -> QMessageBox.StandardButton:
        asked.append(box.text())
        return answer

    monkeypatch.setattr(QMessageBox, "exec", answered)
    return asked


@pytest.fixture
def window(qtbot, session, tmp_path):
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    window = MainWindow(session, "light", remember=True)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.asks_nothing = True
    window.close()


def test_without_changes_nothing_is_asked(window, monkeypatch):
    asked = answering(monkeypatch, QMessageBox.StandardButton.Cancel)
    window.close()
    assert not asked and not window.isVisible()


def test_unsaved_changes_are_asked_about_and_cancel_keeps_the_window(window, monkeypatch):
    window.session.edit(replace(window.session.spec, seed=5))
    asked = answering(monkeypatch, QMessageBox.StandardButton.Cancel)
    window.menus.actions["Quit"].trigger()
    assert len(asked) == 1 and window.isVisible()
    answering(monkeypatch, QMessageBox.StandardButton.Discard)
    window.close()
    assert not window.isVisible()


def test_unsaved_changes_are_saved_when_asked_for(window, monkeypatch, tmp_path):
    window.session.edit(replace(window.session.spec, seed=5))
    window.document.path = tmp_path / "mine.json"
    answering(monkeypatch, QMessageBox.StandardButton.Save)
    window.close()
    assert not window.isVisible()
    assert read_experiment(tmp_path / "mine.json").seed == 5


def test_a_save_that_fails_keeps_the_window(window, monkeypatch, tmp_path):
    window.session.edit(replace(window.session.spec, seed=5))
    window.document.path = tmp_path / "missing" / "mine.json"
    answering(monkeypatch, QMessageBox.StandardButton.Save)
    window.close()
    assert window.isVisible() and "mine.json" in window.train.banner.text()


def test_what_was_not_saved_when_the_process_died_is_found_at_the_next_start(session, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 9, done.stderr
    recovery = Recovery(session, tmp_path)
    assert recovery.lost == replace(ExperimentSpec(), seed=77)
    recovery.close(keep=False)


def test_what_is_saved_or_given_up_is_not_kept(session, tmp_path):
    recovery = Recovery(session, tmp_path)
    session.edit(replace(session.spec, seed=3))
    recovery.write()
    kept = tmp_path / "unsaved-0.json"
    assert read_experiment(kept).seed == 3
    session.undo_stack.setClean()
    recovery.write()
    assert not kept.exists()
    session.edit(replace(session.spec, seed=4))
    recovery.write()
    recovery.close(keep=False)
    assert not kept.exists()


def test_two_windows_do_not_share_a_file(session, tmp_path):
    first, second = Recovery(session, tmp_path), Recovery(session, tmp_path)
    assert first._path != second._path
    second.close(keep=False)
    first.close(keep=False)


def test_a_folder_that_cannot_be_made_is_no_error(session, tmp_path):
    (tmp_path / "file").touch()
    recovery = Recovery(session, tmp_path / "file" / "folder")
    session.edit(replace(session.spec, seed=3))
    recovery.write()
    assert recovery.lost is None
    recovery.close(keep=True)
