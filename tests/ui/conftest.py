"""Fixtures of several test files of the window."""

import pytest

from core.base.translation import ENGLISH, set_language


@pytest.fixture
def korean(qapp):
    """Texts in Korean."""
    set_language("ko")
    yield
    set_language(ENGLISH)
