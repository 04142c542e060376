"""How long a film takes: 100 frames of the dashboard, at the size of the screen."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.window import virtual_display

FRAMES = 100
WINDOW = (1440, 900)
LIMIT = "at most 5 s at 1×"


def main() -> None:
    with virtual_display():
        print(f"A film of {FRAMES} frames of the dashboard, window of 1440×900 ({LIMIT})")
        print(f"{'format':10}{'size':>8}{'seconds':>10}{'MB':>8}{'longest block':>16}", flush=True)
        status = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", __name__])
    if status:
        raise SystemExit(status)


def measure() -> None:
    """Make the films in this process, which has the display for itself."""
    from playground.process import make_application

    application = make_application()
    from core.experiment.spec import ExperimentSpec
    from core.worker.runner import Runner
    from ui.main_window import MainWindow
    from ui.session.session import Session

    session = Session(ExperimentSpec(), runner=Runner())
    window = MainWindow(session, "dark", remember=False)
    window.resize(*WINDOW)
    window.show()
    session.set_running(True)
    while len(session.history.frames) < FRAMES:
        application.processEvents()
    session.set_running(False)
    while session.shown is None or session.shown.status == "running":
        application.processEvents()
    for key, scale in (("gif", 1), ("webp", 1), ("mp4", 1), ("gif", 2), ("webp", 2)):
        _measure_one(application, window, key, scale)
    window.close()


def _measure_one(application, window, key: str, scale: int) -> None:
    from ui import theme
    from ui.export.film import Film, FilmMaker, widest_stamp
    from ui.export.film_formats import FILM_FORMATS
    from ui.export.sheet import dashboard

    kind, history = FILM_FORMATS[key], window.session.history
    if reason := kind.missing():
        print(f"{key:10}{scale:>7}×  {reason}", flush=True)
        return
    sheet = dashboard(window.train.dashboard.cards(), widest_stamp())
    frames = history.frames[:FRAMES]
    with tempfile.TemporaryDirectory() as folder:
        path, ends = Path(folder) / f"film.{key}", []
        maker = FilmMaker(Film(sheet, frames, history, theme.DARK, scale, 15), path, kind, window)
        maker.finished.connect(ends.append)
        started = last = time.perf_counter()
        maker.start()
        longest = 0.0
        while not ends:
            application.processEvents()
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        if ends != [""]:
            raise SystemExit(ends[0])
        size = path.stat().st_size / 1e6
    print(f"{key:10}{scale:>7}×{last - started:>10.2f}{size:>8.2f}{longest * 1000:>13.0f} ms")


if __name__ == "__main__":
    measure()
