"""Watches the thread of a window from within: what keeps it from answering, and what is alive."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from core.base.memory import give_back

LATE_SECONDS, LOOK_SECONDS, PAUSE_SECONDS = 0.15, 0.05, 0.05
# Innermost calls that are written down.
DEEPEST = 14
# Types listed in an inventory: those with the most objects.
LISTED = 60


class Watch(QObject):
    """Asks the thread that it is made in for a sign of life, and writes to a file where it was when
    it gave none. Every `inventory` seconds, if not 0, it also writes what is alive."""

    _asked = Signal()

    def __init__(self, log: Path, inventory: float) -> None:
        super().__init__()
        self._log, self._period = log, inventory
        self._answered = threading.Event()
        self._next = time.monotonic() + inventory
        self._watched = threading.main_thread().ident
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._ask, daemon=True).start()

    def _answer(self) -> None:
        self._answered.set()
        if self._period and time.monotonic() > self._next:
            self._next = time.monotonic() + self._period
            self._write(inventory())

    def _ask(self) -> None:
        while True:
            self._answered.clear()
            try:
                self._asked.emit()
            except RuntimeError:
                return  # the application has ended
            began, seen = time.monotonic(), Counter[str]()
            while not self._answered.wait(LOOK_SECONDS):
                if time.monotonic() - began > LATE_SECONDS:
                    seen[self._place()] += 1
            took = time.monotonic() - began
            if seen:
                places = "\n".join(f"{count} × {place}" for place, count in seen.most_common(3))
                self._write(f"{time.strftime('%X')} no answer for {took:.2f} s\n{places}")
            time.sleep(PAUSE_SECONDS)

    def _place(self) -> str:
        frame = sys._current_frames().get(self._watched or 0)
        # Without the lines of the source, which Python would keep in the memory that is measured.
        walk = traceback.walk_stack(frame)
        stack = traceback.StackSummary.extract(walk, limit=DEEPEST, lookup_lines=False)
        calls = reversed([f"    {each.filename}:{each.lineno} {each.name}" for each in stack])
        return "\n".join(calls) if frame else "no frame"

    def _write(self, text: str) -> None:
        with self._log.open("a") as log:
            print(text, file=log, flush=True)


def inventory() -> str:
    """Resident memory before and after the allocator gives back what is free, and what is alive."""
    gc.unfreeze()
    gc.collect()
    before = resident()
    give_back()
    kinds = Counter(
        f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects()
    )
    widgets = QApplication.allWidgets()
    named = Counter(type(each).__name__ for each in widgets)
    packages = Counter(name.partition(".")[0] for name in list(sys.modules))
    lines = [
        f"{time.strftime('%X')} {before:.0f} MiB, {resident():.0f} after trimming, "
        f"{len(widgets)} widgets, {len(QApplication.topLevelWidgets())} top-level, "
        f"{sum(kinds.values())} objects",
        heap(),
        f"{sum(packages.values())} modules: {dict(packages.most_common(8))}",
        *(f"    {count:7} {kind}" for kind, count in kinds.most_common(LISTED)),
        *(f"    {count:7} widget {kind}" for kind, count in named.most_common(LISTED)),
    ]
    return "\n".join(lines)


class Heap(ctypes.Structure):
    """What mallinfo2 of the GNU C library answers, in bytes."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    )


def heap() -> str:
    """What the allocator holds: in use, free between what is in use, and in mappings of its own;
    what the interpreter allocates in small blocks is not among it."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Heap
    found = ask()
    used, free, mapped = (n / 2**20 for n in (found.uordblks, found.fordblks, found.hblkhd))
    return f"heap: {used:.0f} MiB in use, {free:.0f} free, {mapped:.0f} mapped"


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
