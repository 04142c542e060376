"""The application as the storm meets it: `python -m tests.soak.child --run`.

Builds every page, lab and entry of the gallery first, loads the libraries that the storm uses, and
records as many steps as a run keeps, with every view open, so that what grows after that grows by
use; with BUILT=0 nothing is built. Then it makes the file named by READY. Writes to the file named
by WATCH which code kept the window from answering; with INVENTORY=30 also every 30 seconds what is
alive, and how much memory the allocator could give back.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playground import process
from playground.__main__ import main

if TYPE_CHECKING:
    from ui.main_window import MainWindow

# Loaded by exported code. PyArrow is not: no table lies where a random hand could open one.
LIBRARIES = ("jinja2",)
STEP_MILLISECONDS = 150
# At 60 frames a second more than a run keeps.
RECORDING_SECONDS = 15.0


def watched(make: Callable = process.make_application):
    """The QApplication, with a watch on its thread, which builds everything once."""
    from PySide6.QtCore import QTimer

    from tests.soak.watch import Watch

    application = make()
    inventory = float(os.environ.get("INVENTORY", "0"))
    application.watch = Watch(Path(os.environ["WATCH"]), inventory)
    steps, timer = prepared(), QTimer(application)
    timer.timeout.connect(lambda: next(steps, None) or timer.stop())
    timer.start(STEP_MILLISECONDS)
    return application


def prepared() -> Iterator[bool]:
    """Wait for the window and build one thing after another; makes the file READY at the end."""
    from PySide6.QtWidgets import QApplication

    from ui.main_window import MainWindow

    window = None
    while window is None:
        yield True
        windows = QApplication.topLevelWidgets()
        window = next((each for each in windows if isinstance(each, MainWindow)), None)
    if os.environ.get("BUILT") != "0":
        yield from everything(window)
    Path(os.environ["READY"]).touch()


def everything(window: MainWindow) -> Iterator[bool]:
    """Load every library, build every page, lab and entry of the gallery, and record steps."""
    from core.gallery import GALLERY
    from core.studies import LABS
    from ui.pages.gallery.page import GalleryPage
    from ui.pages.labs.page import LabsPage

    for name in LIBRARIES:
        importlib.import_module(name)
        yield True
    window.show_page("search")
    yield True
    window.show_page("gallery")
    gallery, labs = window.page("gallery"), window.page("labs")
    assert isinstance(gallery, GalleryPage) and isinstance(labs, LabsPage)
    for key in GALLERY:
        gallery.open(GALLERY[key])
        yield True
    gallery.back()
    window.show_page("labs")
    for key in LABS:
        labs.open(key)
        yield True
    labs.back()
    window.show_page("train")
    yield from recorded_steps(window)


def recorded_steps(window: MainWindow) -> Iterator[bool]:
    """Record as many steps as a run keeps, with every view on the screen."""
    train = window.train
    for view in train.dashboard.toggle_actions():
        view.setChecked(True)
    window.session.set_running(True)
    end = time.monotonic() + RECORDING_SECONDS
    while time.monotonic() < end:
        yield True
    window.session.set_running(False)
    train.dashboard.reset_layout()
    yield True


if __name__ == "__main__":
    process.make_application = watched
    sys.exit(main())
