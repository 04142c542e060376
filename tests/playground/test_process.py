"""The process of the window."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from core.experiment.serialization import dumps
from core.experiment.spec import ExperimentSpec
from playground import __version__

ROOT = Path(__file__).resolve().parents[2]

# Objects that hold themselves are dropped: one that has survived collections, and a young one.
GARBAGE = """
import gc, weakref
from PySide6.QtCore import QTimer
from playground import process
process.COLLECT_MILLISECONDS, process.FULL_COLLECTION_EVERY = 1, 3
application = process.make_application()
class Node: pass
gone = []
def drop():
    old, young = Node(), Node()
    gc.collect(); gc.collect()  # the first two are old now
    for node in (old, young): node.itself = node
    gone.extend(map(weakref.ref, (old, young, Node())))
    watch.start()
watch = QTimer(interval=1)
watch.timeout.connect(lambda: any(each() for each in gone) or application.quit())
# What there is when garbage is collected for the first time is taken to stay.
first, frozen = QTimer(interval=1), gc.get_freeze_count()
def begin():
    if gc.get_freeze_count() > frozen:
        first.stop()
        drop()
first.timeout.connect(begin)
first.start()
QTimer.singleShot(20_000, lambda: application.exit(1))
raise SystemExit(application.exec())
"""


def test_garbage_of_any_age_is_collected_while_the_window_lives():
    done = subprocess.run([sys.executable, "-c", GARBAGE], cwd=ROOT, timeout=60)
    assert done.returncode == 0


# As macOS sends them: the window gets the link of an experiment and the path of an experiment.
ASKED = """
import sys
from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QFileOpenEvent
from core.experiment.links import experiment_link
from core.experiment.spec import ExperimentSpec
from playground import __version__
from dataclasses import replace
from playground.app import open_in
from playground.process import make_application
from ui.main_window import MainWindow
from ui.session.session import Session
application = make_application()
session = Session(ExperimentSpec())
window = MainWindow(session, remember=False)
application.asked.connect(lambda what: open_in(window, what))
link = experiment_link(replace(ExperimentSpec(), seed=4711))
QCoreApplication.sendEvent(application, QFileOpenEvent(QUrl(link)))
assert session.spec.seed == 4711, session.spec.seed
QCoreApplication.sendEvent(application, QFileOpenEvent(sys.argv[1]))
assert session.spec.seed == 12, session.spec.seed
for effect in Qt.UIEffect:
    assert not application.isEffectEnabled(effect), effect
session.close()
"""


def test_links_and_files_that_the_system_sends_are_opened_without_animations(tmp_path):
    file = tmp_path / "other.json"
    file.write_text(dumps(replace(ExperimentSpec(), seed=12)))
    done = subprocess.run([sys.executable, "-c", ASKED, str(file)], cwd=ROOT, timeout=60)
    assert done.returncode == 0


ABOUT = """
from PySide6.QtWidgets import QMessageBox, QWidget
from playground import process
from ui.help import about
application = process.make_application()
QMessageBox.exec = lambda box: print(box.text(), not box.iconPixmap().isNull())
about(QWidget())
"""


def test_the_application_tells_its_version_and_has_an_icon():
    done = subprocess.run([sys.executable, "-c", ABOUT], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"Training Playground {__version__} True\n", done.stderr
