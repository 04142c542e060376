"""A large table of the user: how long it takes, what memory, and whether the window freezes.

A million rows of 20 columns, with a header, a column of words and missing cells, opened in a real
window on a virtual display of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import Qt, QTimer

from core.data.user_files import opened
from core.experiment.spec import ExperimentSpec
from tests.bench.window import virtual_display
from tests.bench.window_case import Stage
from ui.data.table_dialog import TableDialog

ROWS, NUMBERS, BLOCK = 1_000_000, 18, 20_000
KINDS = np.array(["red", "green", "blue", "violet"])
TICK_MILLISECONDS = 10
# What the numbers would take as the float32 that a network is given.
NEEDED_MIB = ROWS * (NUMBERS + 2) * 4 / 2**20


def write_table(path: Path, rows: int = ROWS) -> None:
    """18 columns of numbers, one cell in a thousand missing, one of words, and two classes."""
    rng = np.random.default_rng(0)
    with open(path, "w") as file:
        file.write(",".join([*(f"x{i}" for i in range(NUMBERS)), "kind", "label"]) + "\n")
        for first in range(0, rows, BLOCK):
            count = min(BLOCK, rows - first)
            numbers = rng.standard_normal((count, NUMBERS))
            cells = np.char.mod("%.5f", numbers)
            cells[rng.random(cells.shape) < 0.001] = ""
            kinds = KINDS[rng.integers(len(KINDS), size=count)]
            labels = np.where(numbers[:, 0] * numbers[:, 1] > 0, "yes", "no")
            for row, kind, label in zip(cells, kinds, labels, strict=True):
                file.write(f"{','.join(row)},{kind},{label}\n")


def peak_mib(process: int | str | None = "self") -> float:
    """The most memory that a process ever had; getrusage would also tell of its parent's."""
    with open(f"/proc/{process}/status") as file:
        (line,) = (line for line in file if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def memory(before: float, process: int | str | None = "self") -> str:
    more = peak_mib(process) - before
    return f"{more:.0f} MiB more at most: {more / NEEDED_MIB:.1f} × the numbers as float32"


def headless(path: str) -> None:
    before, started = peak_mib(), time.perf_counter()
    opened(Path(path))
    seconds = time.perf_counter() - started
    print(f"without window {seconds:.1f} s; {memory(before)}")


class Watch:
    """How long the window's event loop did not come round."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MILLISECONDS)
        self.start()

    def start(self) -> None:
        self._gaps: list[float] = []
        self._last = self._started = time.perf_counter()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now

    def report(self) -> str:
        gaps = np.array(self._gaps) * 1000
        seconds = time.perf_counter() - self._started
        return (
            f"{seconds:.1f} s, longest gap {gaps.max():.0f} ms, 99th percentile "
            f"{np.percentile(gaps, 99):.0f} ms"
        )


def first_run() -> Stage:
    """A window that shows its first run."""
    stage = Stage(ExperimentSpec())
    stage.until(lambda: stage.session.history and stage.painted)
    stage.spin(1.0)
    return stage


def reading(stage: Stage, path: str) -> TableDialog:
    """The dialog in which the window reads the table."""
    opener = stage.window.train.data
    opener.open(Path(path))
    stage.until(lambda: opener.dialog is not None)
    assert isinstance(opener.dialog, TableDialog)
    return opener.dialog


def window(path: str) -> None:
    """Open the table, use it and train."""
    stage = first_run()
    before, before_training = peak_mib(), peak_mib(stage.process)
    watch, shares = Watch(), set()
    dialog = reading(stage, path)
    dialog.progress.valueChanged.connect(shares.add)
    stage.until(dialog.use_button.isEnabled)
    print(f"read           {watch.report()}; progress moved {len(shares)} times")
    watch.start()
    runs: list[object] = []
    stage.session.run_started.connect(lambda: runs.append(stage.painted.clear()))
    dialog.accept()
    stage.until(lambda: runs and stage.painted)
    print(f"first frame    {watch.report()}")
    watch.start()
    stage.session.set_running(True)
    stage.spin(5)
    print(f"training       {watch.report()}")
    print(f"memory here    {memory(before)}")
    print(f"memory there   {memory(before_training, stage.process)}")
    stage.session.close()


def cancel(path: str) -> None:
    """Cancel in the middle of reading."""
    stage = first_run()
    watch = Watch()
    dialog = reading(stage, path)
    stage.until(lambda: dialog.progress.value() > 300)
    assert dialog._work
    ended = dialog._work.ended
    clicked = time.perf_counter()
    dialog.reject()
    stage.until(ended.is_set)
    delay = (time.perf_counter() - clicked) * 1000
    print(f"cancelled      {watch.report()}; {delay:.0f} ms until the reader ended")
    stage.session.close()


def run(case: str, path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tests.bench.data", case, str(path)], check=True)


def main() -> None:
    with TemporaryDirectory() as folder, virtual_display():
        table = Path(folder) / "table.csv"
        write_table(table)
        print(f"Table, {ROWS:,} rows × {NUMBERS + 2} columns, {table.stat().st_size / 1e6:.0f} MB")
        for case in CASES:
            run(case, table)


CASES = {"headless": headless, "window": window, "cancel": cancel}

if __name__ == "__main__":
    CASES[sys.argv[1]](sys.argv[2])
