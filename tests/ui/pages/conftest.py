"""Fixtures of several test files of the pages."""

import pytest

from core.experiment.spec import ExperimentSpec
from tests.ui.running import page_context, session_within
from ui.pages.labs.page import LabsPage


@pytest.fixture
def labs(qtbot):
    session = session_within(ExperimentSpec())
    page = LabsPage(page_context(session))
    qtbot.addWidget(page)
    page.resize(1216, 740)
    page.show()
    yield page
    page.shutdown()
    assert session.close()
