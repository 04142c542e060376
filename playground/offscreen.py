"""Without a display: train for some seconds, then save the dashboard as a picture."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

SECONDS = 6.0
SIZE = (1440, 900)
PICTURE = "training-playground.png"
BAR = 32


def train_offscreen(spec: Any, reason: str, theme: str | None) -> int:
    """Train with a progress bar and write the dashboard as PNG. Returns the exit status."""
    print(f"No window: {reason}. Training offscreen for {SECONDS:.0f} seconds instead.", flush=True)
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
    session.set_running(True)
    interrupts = Interrupts(application.quit)
    clock = QTimer()
    clock.timeout.connect(lambda: bar.show(session.history.iteration) or application.exit(0))
    clock.start(100)
    application.exec()
    clock.stop()
    bar.close()
    interrupts.close()
    session.close()
    picture = Path(PICTURE).resolve()
    try:
        window.train.save_dashboard(picture)
    except ExportError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 1
    print(f"{session.history.iteration:,} steps. The dashboard is in {picture}")
    return 0


class ProgressBar:
    """A line that fills over SECONDS; on anything but a terminal it stays silent."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._started = time.monotonic()

    def show(self, iteration: int) -> bool:
        """Redraw; true while there is time left."""
        share = min(1.0, (time.monotonic() - self._started) / SECONDS)
        if self._stream:
            filled = round(share * BAR)
            line = f"\r[{'█' * filled}{' ' * (BAR - filled)}] {share:4.0%}  step {iteration:,}"
            print(line, end="", file=self._stream, flush=True)
        return share < 1

    def close(self) -> None:
        if self._stream:
            print(file=self._stream)
