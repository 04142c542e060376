"""The log file: what went wrong, with tracebacks, for reports of errors."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.base.folders import log_folder

LOG_BYTES, LOG_FILES = 1_000_000, 3
log = logging.getLogger("playground")


class LogFile(RotatingFileHandler):
    """A log file of limited size. What cannot be written is dropped, and `failed` is set."""

    failed = False

    def handleError(self, record: logging.LogRecord) -> None:
        # Python's own handler would print a traceback, on a full disk for every message.
        self.failed = True


def start_logging() -> Path | None:
    """Log warnings and errors to a file of limited size; its path, None if it cannot be created."""
    handler = _log_file()
    if handler is None:
        return None
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    return Path(handler.baseFilename)


def log_error(error: BaseException) -> Path | None:
    """Log one error with its traceback; the path of the log, None if it cannot be written."""
    handler = _log_file()
    if handler is None:
        return None
    about = (type(error), error, error.__traceback__)
    handler.handle(log.makeRecord(log.name, logging.ERROR, "", 0, "Uncaught error", (), about))
    try:
        handler.close()
    except OSError:
        return None
    return None if handler.failed else Path(handler.baseFilename)


def _log_file() -> LogFile | None:
    path = log_folder() / "playground.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = LogFile(
            path,
            maxBytes=LOG_BYTES,
            backupCount=LOG_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler
