"""Set-up shared by all tests."""

import os

import pytest

# Before anything imports NumPy or Qt: one BLAS thread, and no window unless a test wants one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Where PyTorch is required, a skipped test is a failure."""
    if not os.environ.get("PLAYGROUND_REQUIRE_TORCH"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
