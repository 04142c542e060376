"""The process of the window."""

import subprocess
import sys
from pathlib import Path

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
