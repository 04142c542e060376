"""Without a display: train for some seconds, then save the dashboard as an image."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.base.folders import pictures_folder
from core.base.translation import tr
from playground.exits import note
from playground.progress import ProgressBar

SECONDS = 6.0
SIZE = (1440, 900)
PICTURE = "training-playground.png"


def train_offscreen(spec: Any, reason: str, theme: str | None) -> int:
    """Train with a progress bar and write the dashboard as PNG. Returns the exit status."""
    print(
        tr(
            "No window: {reason}. Training offscreen for {seconds:.0f} seconds instead.",
            reason=reason,
            seconds=SECONDS,
        ),
        flush=True,
    )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from playground.process import Interrupts, make_application
    from ui.export.formats import ExportError

    application = make_application()
    from PySide6.QtCore import QTimer

    from ui.main_window import MainWindow
    from ui.session.session import Session

    session = Session(spec)
    window = MainWindow(session, theme, remember=False)
    window.resize(*SIZE)
    window.show()
    bar = ProgressBar(sys.stderr)
    started = time.monotonic()

    def tick() -> None:
        share = (time.monotonic() - started) / SECONDS
        bar.show(min(1.0, share), tr("step {step:,}", step=session.history.iteration))
        if share >= 1:
            application.exit(0)

    session.set_running(True)
    interrupts = Interrupts(application.quit)
    clock = QTimer()
    clock.timeout.connect(tick)
    clock.start(100)
    application.exec()
    clock.stop()
    bar.clear()
    interrupts.close()
    session.close()
    try:
        picture = _save(window.train.save_dashboard)
    except ExportError as error:
        note(str(error))
        return 1
    print(
        tr(
            "{count:,} steps. The dashboard is in {picture}",
            count=session.history.iteration,
            picture=picture,
        )
    )
    return 0


def _save(write: Callable[[Path], None]) -> Path:
    """Write the image to the user's pictures folder or, if that fails, to the folder for temporary
    files; return its path. Raises `ExportError`."""
    from ui.export.formats import ExportError

    picture = free_name(pictures_folder() / PICTURE)
    try:
        write(picture)
    except ExportError:
        picture = free_name(Path(tempfile.gettempdir()) / PICTURE)
        write(picture)
    return picture


def free_name(path: Path) -> Path:
    """The path itself or, if it exists, with the first free number after its name."""
    candidates = (path.with_stem(f"{path.stem}-{i}") for i in itertools.count(2))
    return next(each for each in itertools.chain((path,), candidates) if not each.exists())
