"""The application starts, edits and ends whatever is wrong with its folders and settings."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="folders of Linux")

# Edits something, saves for recovery, and closes the window.
SESSION = """
import sys
from dataclasses import replace
from PySide6.QtCore import QTimer
from playground import app, process
from ui.session.recovery import Recovery
make = process.make_application
def act():
    from PySide6.QtWidgets import QApplication, QMenu
    from ui.main_window import MainWindow
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.session.edit(replace(window.session.spec, seed=5))
    window.appearance.set_theme("dark")
    print(window.isVisible(), window.train.banner.text(), flush=True)
    for recovery in recoveries:
        recovery.write()
    window.asks_nothing = True
    # A menu without a parent keeps Qt's event loop alive.
    others.append(QMenu())
    others[0].addAction("left over")
    others[0].popup(window.pos())
    window.close()
recoveries, others = [], []
init = Recovery.__init__
def remembered(self, *arguments):
    init(self, *arguments)
    recoveries.append(self)
Recovery.__init__ = remembered
def application():
    made = make()
    QTimer.singleShot(0, act)
    return made
process.make_application = application
app.missing_display = lambda: ""
sys.exit(app.main(sys.argv[1:]))
"""


def started(
    home: Path, limit: int | None = None, script: str = SESSION, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A short session with its home in a folder, in which files may have `limit` bytes."""
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ROOMS}
    environment = {**os.environ, **folders, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    environment |= variables

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-B", "-c", script],
        env=environment, capture_output=True, text=True, timeout=120, preexec_fn=limited,
    )  # fmt: skip


ROOMS = ("CONFIG", "DATA", "CACHE", "STATE")


def works(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True"), done.stdout
    assert "Traceback" not in done.stderr, done.stderr


def test_a_home_of_its_own(tmp_path):
    works(started(tmp_path))
    assert (tmp_path / "config" / "training-playground" / "window.ini").exists()


@pytest.mark.parametrize("home", ["below a file", "/sys/read-only"])
def test_a_home_that_cannot_be_made_or_written(tmp_path, home):
    (tmp_path / "below a file").touch()
    works(started(tmp_path / home / "home"))


def test_a_disk_that_is_full(tmp_path):
    works(started(tmp_path, limit=0))
    assert not [path for path in tmp_path.rglob("*") if ".part-" in path.name]


def folder(path: Path) -> None:
    path.mkdir()


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def later(path: Path) -> None:
    """Settings as another version may write them."""
    path.write_text(
        "[General]\ntheme=sepia\nlanguage=xx_XX\nlayout=@ByteArray(later)\ntimeline=7\n"
        "geometry=@ByteArray(later)\nfindings=@Invalid()\nnew=@Variant(\\0\\0\\0\\x7f)\n"
    )


@pytest.mark.parametrize("damage", [folder, noise, later])
@pytest.mark.parametrize("name", ["config/{}/window.ini", "state/{}/unsaved-0.json"])
def test_a_file_of_settings_or_recovery_that_is_something_else(tmp_path, name, damage):
    path = tmp_path / name.format("training-playground")
    path.parent.mkdir(parents=True)
    damage(path)
    works(started(tmp_path))


def test_a_kill_leaves_no_files_in_the_temporary_folder(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    script = SESSION.replace("    window.close()", "    os.kill(os.getpid(), 9)")
    done = started(tmp_path, script=f"import os\n{script}", TMPDIR=str(temporary))
    assert done.returncode == -9 and done.stdout.startswith("True"), done.stderr
    assert list(temporary.iterdir()) == []


def test_a_system_without_a_temporary_folder(tmp_path):
    lacking = "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/no/such/folder']\n"
    works(started(tmp_path, script=lacking + SESSION))


# The same, with something that never ends.
ENDLESS = """
import atexit, threading
app.END_SECONDS = 1.0
def wait_for_ever():
    threading.Event().wait()
{how}
sys.exit("""


def endless(how: str) -> str:
    return SESSION.replace("sys.exit(", ENDLESS.format(how=how))


def test_a_closed_window_waits_for_no_thread(tmp_path):
    works(started(tmp_path, script=endless("threading.Thread(target=wait_for_ever).start()")))


def test_a_closed_window_ends_although_something_hangs(tmp_path):
    done = started(tmp_path, script=endless("atexit.register(wait_for_ever)"))
    assert done.returncode == 1
    assert "wait_for_ever" in done.stderr
