"""What PySide does at every import."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = """
import linecache
import ui.main_window
import sympy
read = [name for name in linecache.cache if "sympy" in name or "main_window" in name]
assert not read, read
"""


def test_the_sources_of_imported_modules_are_not_kept_in_memory():
    subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, check=True)
