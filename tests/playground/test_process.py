"""The process of the window."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Two objects that hold each other survive a few young collections before they are dropped.
GARBAGE = """
import gc, weakref
from playground import process
process.COLLECT_MILLISECONDS, process.FULL_COLLECTION_EVERY = 1, 3
application = process.make_application()
class Node: pass
old, young = Node(), Node()
gc.collect(); gc.collect()
for node in (old, young): node.itself = node
gone = [weakref.ref(old), weakref.ref(young)]
del old, young, node
from PySide6.QtCore import QTimer
watch = QTimer(interval=1)
watch.timeout.connect(lambda: any(each() for each in gone) or application.quit())
watch.start()
QTimer.singleShot(20_000, lambda: application.exit(1))
raise SystemExit(application.exec())
"""


def test_garbage_of_any_age_is_collected_while_the_window_lives():
    done = subprocess.run([sys.executable, "-c", GARBAGE], cwd=ROOT, timeout=60)
    assert done.returncode == 0
