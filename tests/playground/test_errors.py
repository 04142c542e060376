"""An error that nothing catches: the window lives on, says so, and has a report to copy."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtGui import QGuiApplication
from shiboken6 import delete

from core.base.extras import MissingExtra
from core.experiment.spec import ExperimentSpec
from playground import logs
from playground.errors import ErrorReporter
from playground.logs import start_logging
from tests.ui.running import session_within
from ui.main_window import MainWindow


@pytest.fixture
def window(qtbot, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    window = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def raised(error: BaseException) -> None:
    """What Python does with an error that nothing catches."""
    try:
        raise error
    except BaseException as caught:
        sys.excepthook(type(caught), caught, caught.__traceback__)


def test_it_is_said_and_the_report_can_be_copied(window, capsys):
    ErrorReporter(window)
    raised(ValueError("odd"))
    assert window.notice.text() == "Something went wrong: ValueError: odd. The run was kept."
    assert "ValueError: odd" in capsys.readouterr().err
    window.notice.action_button.click()
    report = QGuiApplication.clipboard().text()
    assert "Traceback" in report and "Training Playground 0." in report and "Qt 6." in report
    assert window.isVisible() and window.notice.text()


def test_the_same_error_again_is_counted_not_repeated(window, capsys):
    ErrorReporter(window)
    for _ in range(50):
        raised(ValueError("odd"))
    assert window.notice.text().endswith("(50 times)")
    assert capsys.readouterr().err.count("Traceback") == 1


def test_an_error_of_another_thread_is_said_in_the_windows_own(window, qtbot, capsys):
    ErrorReporter(window)
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.notice.text())


def test_an_error_of_a_thread_that_outlives_the_window_is_printed_once(window, capsys):
    delete(ErrorReporter(window))
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    errors = capsys.readouterr().err
    assert errors.count("Traceback") == 1 and "ZeroDivisionError" in errors


def test_an_error_while_the_message_is_shown_is_logged_and_asks_for_no_other(
    window, monkeypatch, caplog
):
    ErrorReporter(window)
    monkeypatch.setattr(window, "notify", lambda *_, **__: 1 // 0)
    raised(ValueError("odd"))
    assert "ZeroDivisionError" in caplog.text and caplog.text.count("Uncaught error") == 1


def test_a_missing_library_is_no_fault_of_the_application(window, capsys):
    ErrorReporter(window)
    raised(MissingExtra("Searching needs optuna, which is not installed."))
    assert window.notice.text() == "Searching needs optuna, which is not installed."


def test_errors_are_logged_in_a_file_of_limited_size(monkeypatch, tmp_path):
    monkeypatch.setattr(logs, "log_folder", lambda: tmp_path / "logs")
    monkeypatch.setattr(logs, "LOG_BYTES", 2000)
    root = logging.getLogger()
    before = list(root.handlers)
    path = start_logging()
    assert path is not None
    for i in range(200):
        logging.getLogger("playground").error("event %d", i)
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    assert "event 199" in path.read_text()
    files = list(path.parent.iterdir())
    assert 1 < len(files) <= 1 + logs.LOG_FILES
    assert all(file.stat().st_size <= 2000 for file in files)


def test_without_a_place_for_it_there_is_no_log(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(logs, "log_folder", lambda: tmp_path / "file" / "logs")
    assert start_logging() is None
