"""Unsaved changes: asked about before the window closes, and kept where nobody could be asked."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu, QMessageBox

from core.experiment.files import read_experiment, write_experiment
from core.experiment.spec import ExperimentSpec
from tests.ui.running import session_within, step, wait
from ui.main_window import MainWindow
from ui.session.recovery import Recovery
from ui.session.snapshot import reinstate
from ui.session.snapshot_file import MAGIC

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

KILLED = """
import sys
from pathlib import Path
from dataclasses import replace
from PySide6.QtCore import QTimer
from core.experiment.spec import ExperimentSpec
from playground.process import make_application
from tests.ui.running import session_within, step, wait
from ui.main_window import MainWindow
from ui.session.recovery import Recovery
application = make_application()
session = session_within(ExperimentSpec())
window = MainWindow(session, "light", remember=False)
window.show()
recovery = Recovery(session, Path(sys.argv[1]), window.state, period=300)
session.edit(replace(session.spec, title="Mine"))
session.edit(replace(session.spec, seed=77))
window.train.dashboard.bring("confusion")
session.set_running(True)
pinned = []
def look(frame):
    if session.history.iteration > 200 and not pinned:
        pinned.append(session.pin())
    print(frame.iteration, flush=True)
session.frame_shown.connect(look)
application.exec()
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
    qtbot.addWidget(window, before_close_func=lambda _: setattr(window, "asks_nothing", True))
    window.show()
    return window


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


def killed(folder: Path) -> int:
    """Let a window train, then kill its process; at which step it was when its last but one
    snapshot had certainly been written."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", KILLED, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        seen, file, reached, versions = 0, folder / "unsaved-0.session", 0, set()
        for line in process.stdout:
            seen = int(line)
            if file.exists():
                versions.add(file.stat().st_mtime_ns)
            if len(versions) == 3 and not reached:
                reached = seen
            if len(versions) == 6:
                break
        process.kill()
    return reached


def test_a_killed_session_is_found_whole(qtbot, session, tmp_path):
    reached = killed(tmp_path)
    assert reached > 0
    window = MainWindow(session, "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    recovery = Recovery(session, tmp_path, window.state)
    work = recovery.lost_work
    assert work is not None and not recovery.problem
    window.restore(work)
    # The experiment, its undo history, the recorded steps, the pinned run and the layout.
    assert session.spec.seed == 77
    assert session.history.iteration >= reached
    assert 2 < len(session.history.frames) <= 60
    assert session.shown is not None and session.shown.status == "paused"
    assert [pin.history is session.history for pin in session.pins.all] == [True]
    assert not window.train.dashboard._docks["confusion"].isHidden()
    session.look_at(0)
    assert session.shown.iteration == 0
    session.undo_stack.undo()
    assert session.spec == ExperimentSpec(title="Mine")
    session.undo_stack.undo()
    assert session.spec == ExperimentSpec()
    recovery.close(keep=False)
    assert not list(tmp_path.glob("*.session")) + list(tmp_path.glob("*.json"))
    window.close()


def test_a_restored_run_starts_again_when_it_is_run(qtbot, session, tmp_path):
    step(qtbot, session, 3)
    recovery = Recovery(session, tmp_path)
    recovery.close(keep=True)
    other = session_within(ExperimentSpec())
    found = Recovery(other, tmp_path)
    assert found.lost_work is not None
    reinstate(other, found.lost_work)
    assert other.history.iteration == 3
    other.step()
    wait(qtbot, other, lambda frame: frame.iteration == 1)
    assert other.history.ghost is not None and other.history.ghost.iteration == 3
    found.close(keep=False)
    other.close()


@pytest.mark.parametrize("name", ["unsaved-0.json", "unsaved-0.session"])
def test_a_damaged_file_is_set_aside_with_a_message(qtbot, session, tmp_path, name):
    session.edit(replace(session.spec, seed=5))
    Recovery(session, tmp_path).close(keep=True)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    recovery = Recovery(session, tmp_path)
    aside = tmp_path / name.replace(".", "-damaged.").replace("unsaved", "lost")
    assert aside.exists() and not (tmp_path / name).exists()
    assert str(aside) in recovery.problem
    # What the other file says is offered all the same.
    assert recovery.lost is not None and recovery.lost.seed == 5
    recovery.close(keep=False)


def test_a_file_that_would_run_something_is_not_read(session, tmp_path):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    packed = pickle.dumps(Harm())
    path = tmp_path / "unsaved-0.session"
    path.write_bytes(MAGIC + hashlib.sha256(packed).digest() + packed)
    recovery = Recovery(session, tmp_path)
    assert recovery.lost_work is None and "set aside" in recovery.problem
    assert not (tmp_path / "harm").exists()
    recovery.close(keep=False)


def test_an_edit_after_the_last_snapshot_is_not_lost(qtbot, session, tmp_path):
    session.edit(replace(session.spec, seed=5))
    first = Recovery(session, tmp_path)
    first.close(keep=True)
    session.edit(replace(session.spec, seed=6))
    write_experiment(tmp_path / "unsaved-0.json", session.spec)
    found = Recovery(session, tmp_path).lost_work
    assert found is not None and found.spec.seed == 6 and len(found.edits) == 2


def test_an_offer_that_nobody_has_answered_is_made_again(session, tmp_path):
    session.edit(replace(session.spec, seed=5))
    Recovery(session, tmp_path).close(keep=True)
    other = session_within(ExperimentSpec())
    for _ in range(2):
        found = Recovery(other, tmp_path)
        found.write()
        assert found.lost is not None and found.lost.seed == 5
        found.close(keep=True)
    found = Recovery(other, tmp_path)
    found.restored()
    found.close(keep=True)
    assert Recovery(other, tmp_path).lost is None
    other.close()


def test_the_files_used_last_can_be_opened_again(window, tmp_path):
    names = ["first.json", "second.json", "gone.json"]
    for seed, name in enumerate(names):
        window.session.edit(replace(window.session.spec, seed=100 + seed))
        assert window.document.write(tmp_path / name)
    (tmp_path / "gone.json").unlink()
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "Open &recent")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["&1 second.json", "&2 first.json"]
    menu.actions()[1].trigger()
    assert window.session.spec.seed == 100
    assert window.document.recent()[0] == tmp_path / "first.json"


@pytest.mark.parametrize("name", ["unsaved-0.json", "lost-0.session"])
def test_a_folder_in_the_place_of_a_file_ends_nothing(session, tmp_path, name):
    (tmp_path / name / "file").mkdir(parents=True)
    (tmp_path / "unsaved-0.session").write_bytes(b"something")
    recovery = Recovery(session, tmp_path)
    assert recovery.lost is None and recovery.problem
    session.edit(replace(session.spec, seed=5))
    recovery.write()
    recovery.close(keep=False)
    assert (tmp_path / name / "file").exists() or list(tmp_path.glob("*/file"))


def test_the_file_changes_with_the_experiment_that_is_opened_undone_and_redone(window, tmp_path):
    """Saving must not replace a file by an experiment that was not opened from it."""
    document, stack, seed = window.document, window.session.undo_stack, window.session.spec.seed
    mine, other = tmp_path / "mine.json", tmp_path / "other.json"
    write_experiment(other, replace(window.session.spec, seed=99))
    assert document.write(mine)
    window.session.edit(replace(window.session.spec, seed=5))
    assert document.open(other) and document.path == other
    stack.undo()
    assert document.path == mine and window.session.spec.seed == 5
    stack.undo()
    assert document.path == mine and window.session.spec.seed == seed
    stack.redo()
    stack.redo()
    assert document.path == other and window.session.spec.seed == 99
    window.open_experiment(replace(window.session.spec, seed=7))
    assert document.path is None
    assert document.write(tmp_path / "third.json")
    stack.undo()
    assert document.path == other
    stack.redo()
    assert document.path == tmp_path / "third.json"


def test_a_full_undo_stack_changes_the_file_too(window, tmp_path):
    session = window.session
    assert window.document.write(tmp_path / "mine.json")
    for number in range(session.undo_stack.undoLimit() + 1):
        session.edit(replace(session.spec, title=str(number)))
    assert window.document.path == tmp_path / "mine.json"
    window.open_experiment(replace(session.spec, seed=7))
    assert window.document.path is None
    session.undo_stack.undo()
    assert window.document.path == tmp_path / "mine.json"
