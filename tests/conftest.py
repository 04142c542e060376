"""Set-up shared by all tests."""

import gc
import itertools
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports NumPy or Qt: one BLAS thread, and no window unless a test wants one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Texts are compared in English, whatever the language of the system.
os.environ["PLAYGROUND_LANGUAGE"] = "en"


# How long an example takes depends on what else the machine does; `make test-fast` tries few.
settings.register_profile("all", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("all"), max_examples=10)
settings.load_profile(os.environ.get("PLAYGROUND_TESTS", "all"))

# As in the application, garbage is collected in the main thread only: any other would destroy Qt's
# objects there, which ends in a deadlock or a fault of memory.
gc.disable()
COLLECT_EVERY = 20
_tests = itertools.count(1)

# Every test below these folders is slow: it starts the application, or trains many networks.
SLOW_FOLDERS = ("tests/display/", "tests/parity/test_live.py", "tests/parity/test_scripts.py")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.nodeid.startswith(SLOW_FOLDERS):
            item.add_marker("slow")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown():
    _destroy_widgets()
    if next(_tests) % COLLECT_EVERY == 0:
        gc.collect()


def _destroy_widgets():
    """Destroy what is to be deleted later, for which Qt waits for an event loop: every new window
    would style those of the tests before as well."""
    if core := sys.modules.get("PySide6.QtCore"):
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Where PyTorch is required, a comparison with it that is skipped is a failure."""
    if not os.environ.get("PLAYGROUND_REQUIRE_TORCH"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if any(report.nodeid.startswith("tests/parity/") for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
