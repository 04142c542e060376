"""Whether the window works: it opens, trains, shows every page, writes pictures, and closes.

Runs in a process of its own (`playground.checks.window_findings`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playground.display import missing_display
from playground.exits import DONE
from playground.findings import Finding, to_json

SECONDS, STEPS = 60.0, 100
SIZE = (1440, 900)
# A syllable of Hangul, to find out whether text in Korean can be read.
SYLLABLE = "한"


def main() -> int:
    """Print the findings as one line of JSON."""
    if missing_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(to_json(_findings()), flush=True)
    return DONE


def _findings() -> Iterator[Finding]:
    from playground.process import make_application

    application = make_application()
    from core.experiment.spec import ExperimentSpec
    from core.worker.training_worker import TrainingWorker
    from ui.main_window import MainWindow
    from ui.session.session import Session

    worker = TrainingWorker()
    session = Session(ExperimentSpec(), runner=worker)
    window = MainWindow(session, remember=False)
    window.resize(*SIZE)
    window.show()
    for part, check in (
        ("window", lambda: _training(application, session, worker)),
        ("pages", lambda: _pages(application, window)),
        ("pictures", lambda: _pictures(window)),
        ("icons", _icons),
        ("guide", _guide),
    ):
        try:
            yield Finding(part, "ok", check())
        except Exception as error:
            yield Finding(part, "failed", f"{type(error).__name__}: {error}")
    yield _hangul()
    window.close()
    if not session.close():
        yield Finding("closing", "failed", "the training process did not end in time")


def _training(application: Any, session: Any, worker: Any) -> str:
    """Raises RuntimeError where no frames of a training process are shown."""
    from PySide6.QtCore import qVersion

    problems: list[str] = []
    session.failed.connect(problems.append)
    session.set_running(True)
    in_time = _wait(session.frame_shown, lambda: session.history.iteration >= STEPS or problems)
    process = worker.process_id
    session.set_running(False)
    if problems or not in_time:
        raise RuntimeError("; ".join(problems) or f"{session.history.iteration} steps shown")
    if process is None:
        raise RuntimeError("training runs in a thread of the window's process, and slowly")
    steps = f"{session.history.iteration:,} steps of process {process} shown"
    return f"Qt {qVersion()} on {application.platformName()}, {steps} in process {os.getpid()}"


def _wait(signal: Any, done: Callable[[], object]) -> bool:
    """Run the event loop until `done` after a signal; returns whether that was in time."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, clock = QEventLoop(), QTimer()
    signal.connect(lambda *_: loop.exit(1) if done() else None)
    clock.setSingleShot(True)
    clock.timeout.connect(lambda: loop.exit(0))
    clock.start(int(1000 * SECONDS))
    return bool(done()) or loop.exec() == 1


def _pages(application: Any, window: Any) -> str:
    """Raises RuntimeError where a page paints nothing."""
    from ui.pages import PAGES

    for entry in PAGES:
        window.show_page(entry.key)
        application.processEvents()
        shown = window.current.grab().toImage()
        colors = {
            shown.pixel(x, y)
            for x in range(0, shown.width(), 7)
            for y in range(0, shown.height(), 7)
        }
        if len(colors) < 2:
            raise RuntimeError(f"the page {entry.title} is empty")
    window.show_page(PAGES[0].key)
    return ", ".join(entry.title for entry in PAGES)


def _pictures(window: Any) -> str:
    """Raises `ExportError`."""
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".png", ".svg", ".pdf"):
            path = Path(folder) / f"dashboard{suffix}"
            window.train.save_dashboard(path)
            sizes.append(f"{suffix[1:].upper()} {path.stat().st_size / 1000:,.0f} kB")
    return ", ".join(sizes)


def _icons() -> str:
    """Raises RuntimeError where an icon cannot be drawn."""
    from ui import theme

    files = sorted(theme.ICONS.glob("*.svg"))
    empty = [f.stem for f in files if theme.pixmap(f.stem, "#808080", 16, 1.0).isNull()]
    if empty or not files:
        raise RuntimeError(f"{theme.ICONS}: {', '.join(empty) or 'no icons'}")
    return str(len(files))


def _guide() -> str:
    """Raises RuntimeError where the pages are not there."""
    from ui.help import guide_pages

    pages = guide_pages()
    if len(pages) < 2:
        raise RuntimeError(pages["index"])
    return f"{len(pages)} pages"


def _hangul() -> Finding:
    from PySide6.QtGui import QFontDatabase

    families = QFontDatabase.families(QFontDatabase.WritingSystem.Korean)
    if families:
        return Finding("Hangul fonts", "ok", families[0])
    return Finding("Hangul fonts", "missing", "text in Korean needs one, such as Noto Sans CJK")
