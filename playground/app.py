"""The application: puts session and window together, and ends them cleanly."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

from playground.display import missing_display


def main(arguments: list[str]) -> int:
    """Open the window, or without a display train offscreen. Returns the exit status."""
    options = _parser().parse_args(arguments)
    from core.files import read_experiment
    from core.reading import SpecError
    from core.spec import ExperimentSpec

    try:
        spec = read_experiment(options.file) if options.file else ExperimentSpec()
    except SpecError as error:
        for problem in error.problems:
            print(f"playground: {problem}", file=sys.stderr)
        return 2
    if reason := missing_display():
        from playground.offscreen import train_offscreen

        return train_offscreen(spec, reason, options.theme)
    return open_window(spec, options.theme, options.run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="playground", description="See a neural network learn.")
    parser.add_argument("file", nargs="?", type=Path, help="an experiment saved as JSON")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="for this time only")
    parser.add_argument("--run", action="store_true", help="start training at once")
    return parser


def open_window(spec: Any, theme: str | None, run: bool) -> int:
    """Show the window until it is closed."""
    from playground.process import Interrupts, make_application, report_crashes

    application = make_application()
    from ui.main_window import MainWindow
    from ui.session import Session

    session = Session(spec)
    window = MainWindow(session, theme)
    window.show()
    report_crashes(window.report)
    interrupts = Interrupts(application.quit)
    if run:
        session.set_running(True)
    # Nothing made so far is garbage: leave it out of every later collection.
    gc.collect()
    gc.freeze()
    status = application.exec()
    interrupts.close()
    return status if session.close() else 1
