"""The application: creates session and window, and closes them cleanly."""

from __future__ import annotations

import argparse
import atexit
import faulthandler
import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from core.base.translation import Message, tr
from playground.display import missing_display, wayland_answers
from playground.exits import fail, prepare_streams

LOST = Message("The application ended without saving the last session. It can be restored.")

# A window that was closed has ended after this time, whatever happens.
END_SECONDS = 10.0


def main(arguments: list[str]) -> int:
    """Open the window until it is closed, which ends the process, or without a display train
    offscreen. Returns the exit status."""
    options = _parser().parse_args(arguments)
    prepare_streams()
    # Until the window can quit properly, Ctrl+C ends the process without a traceback from Qt.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if not wayland_answers():
        # With Wayland chosen Qt would abort if nothing answers, though there may be an X server.
        os.environ.pop("WAYLAND_DISPLAY", None)
    from core.data import DataError
    from core.data.user_files import is_data_file
    from core.experiment.links import is_link
    from core.experiment.reading import SpecError

    link = options.file if options.file and is_link(options.file) else ""
    file = Path(options.file) if options.file and not link else None
    if file and is_data_file(file):
        file, options.data = None, file
    try:
        if options.target and not options.data:
            raise SpecError([tr("--target: names a column of the file given with --data")])
        reason = missing_display()
        spec, options.link = _start(file, link, must=bool(reason))
        if reason:
            from playground.offscreen import train_offscreen

            return train_offscreen(_with_data(spec, options), reason, options.theme)
    except SpecError as error:
        return fail(error.problems)
    except DataError as error:
        return fail([str(error)])
    leave(open_window(spec, options))


def _start(file: Path | None, link: str, must: bool) -> tuple[Any, str]:
    """The experiment to start with, and the link that the window has to open.

    The window opens the lab of a link, or shows what is wrong with it: a user who clicked a link
    sees no terminal. With `must` there is no window, and `SpecError` is raised.
    """
    from core.experiment.files import read_experiment
    from core.experiment.links import read_link
    from core.experiment.reading import SpecError
    from core.experiment.spec import ExperimentSpec

    if not link:
        return read_experiment(file) if file else ExperimentSpec(), ""
    try:
        found = read_link(link)
        if isinstance(found, ExperimentSpec):
            return found, ""
        if must:
            raise SpecError([tr("link: a lab needs a window, and there is no display")])
    except SpecError:
        if must:
            raise
    return ExperimentSpec(), link


def _with_data(spec: Any, options: argparse.Namespace) -> Any:
    """The experiment with the file of --data, which the window asks about. Raises `DataError`."""
    if options.data is None:
        return spec
    from core.data.user_files import opened

    dataset = opened(options.data, options.target or "")
    return replace(spec, data=replace(spec.data, dataset=dataset))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="playground", description=tr("See a neural network learn.")
    )
    parser.add_argument("file", nargs="?", help=tr("an experiment saved as JSON, or a link"))
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help=tr("a table or archive to train on")
    )
    parser.add_argument("--target", metavar="COLUMN", help=tr("the column of --data to predict"))
    parser.add_argument(
        "--theme", choices=("system", "light", "dark"), help=tr("for this start only")
    )
    parser.add_argument("--run", action="store_true", help=tr("start training at once"))
    return parser


def open_in(window: Any, what: str) -> None:
    """Open a link or a file in a window that is there already."""
    from core.experiment.links import is_link

    if is_link(what):
        window.links.open(what)
    else:
        window.open_file(Path(what))


def end_for_certain() -> None:
    """End the process although something hangs when the window has been closed, with the stacks of
    all threads on standard error: nobody could end it but by a signal."""
    with suppress(AttributeError, OSError, ValueError, RuntimeError):  # no standard error
        faulthandler.dump_traceback_later(END_SECONDS, exit=True)


def leave(status: int) -> NoReturn:
    """End the process as Python does, but for taking its interpreter apart: a thread that still
    runs, as one cannot be killed, may crash in that or wait for ever."""
    logging.shutdown()
    # Among them are Qt's, which hands the clipboard over, and that of worker processes.
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def open_window(spec: Any, options: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    from core.worker.training_worker import TrainingWorker

    # The training process starts while the window is being created.
    runner = TrainingWorker()
    from playground.errors import ErrorReporter
    from playground.logs import start_logging
    from playground.process import Interrupts, make_application

    application = make_application()
    from core.base.folders import state_folder
    from ui.language import SYSTEM, apply_language
    from ui.main_window import MainWindow
    from ui.preferences import Memory
    from ui.session.recovery import Recovery
    from ui.session.session import Session
    from ui.window_host import WindowHost

    preferences = Memory()
    apply_language(preferences.text("language", SYSTEM))
    window = MainWindow(Session(spec, runner=runner), options.theme, preferences=preferences)
    window.show()
    host = WindowHost(window)
    application.asked.connect(lambda what: open_in(host.window, what))
    if options.data:
        window.open_file(options.data, options.target or "")
    if options.link:
        window.links.open(options.link)
    reporter = ErrorReporter(window, start_logging())
    recovery = Recovery(host.session, state_folder(), window.state)
    if recovery.problem:
        window.report(recovery.problem)
    if (lost := recovery.lost) is not None:
        work = recovery.lost_work

        def restore() -> None:
            host.window.restore(work) if work else host.window.open_experiment(lost)
            recovery.restored()

        window.notify(tr(LOST), tr("Restore"), restore)

    def rebuilt() -> None:
        reporter.follow(host.window)
        recovery.follow(host.session, host.window.state)
        # The objects of the last window can be collected once they are not frozen.
        gc.unfreeze()

    host.rebuilt.connect(rebuilt)
    host.closed.connect(end_for_certain)
    host.closed.connect(lambda: application.exit(0))

    def interrupted() -> None:
        # Asks no question, as nobody may answer it: unsaved changes are kept for the next start.
        host.window.asks_nothing = True
        application.quit()

    interrupts = Interrupts(interrupted)
    if options.run:
        host.session.set_running(True)
    # Objects created so far stay alive: exclude them from later collections.
    gc.collect()
    gc.freeze()
    status = application.exec()
    interrupts.close()
    # With another status the display was lost: nobody was asked about unsaved changes.
    recovery.close(keep=host.window.asks_nothing or status != 0)
    return status if host.session.close() else 1
