"""Fixtures of several test files of the window."""

import pytest

from core.base.translation import ENGLISH, set_language
from tests.ui.real import moments


@pytest.fixture
def korean(qapp):
    """Texts in Korean."""
    set_language("ko")
    yield
    set_language(ENGLISH)


@pytest.fixture
def show_view(qtbot):
    """Shows a view with a real run of that many steps; returns the view and the run's trainer."""

    def show(view, spec, steps=0, size=(400, 350)):
        trainer, history, frame = moments(spec, steps)
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        view.show_frame(frame, history)
        view.grab()
        return view, trainer

    return show
