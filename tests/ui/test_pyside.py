"""Faults of PySide that concern every module."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = """
import linecache
import ui.main_window
import jinja2
read = [name for name in linecache.cache if "jinja2" in name or "main_window" in name]
assert not read, read
"""
# Errors that Python's C functions raise: their exceptions are made only when they are caught.
ERRORS = ("[][1]", "1 // 0", "round(float('nan'))", "{}['no']", "next(iter(()))", "self.missing")
OVERRIDDEN = """
import sys
import ui
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

class Odd(QWidget):
    def resizeEvent(self, event):
        {error}

    def sizeHint(self):
        {error}

application = QApplication([])
window, odd = QWidget(), Odd()
QHBoxLayout(window).addWidget(odd)
window.show()
application.processEvents()
for call in (lambda: window.resize(300, 300), odd.adjustSize, lambda: odd.resize(9, 9)):
    try:
        call()
        application.processEvents()
    except Exception as error:
        print(type(error).__name__)
print("alive")
"""


def test_the_sources_of_imported_modules_are_not_kept_in_memory():
    subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, check=True)


@pytest.mark.parametrize("error", ERRORS)
def test_no_error_in_an_override_crashes_the_process(error):
    command = [sys.executable, "-c", OVERRIDDEN.format(error=error)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    caught, *_, last = done.stdout.splitlines()
    assert caught.endswith("Error") or caught == "StopIteration"
    assert last == "alive"
