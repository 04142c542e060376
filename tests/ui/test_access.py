"""Everything one can operate in the window says what it is, and can be reached without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QWidget,
)

from core.experiment.spec import ExperimentSpec
from tests.ui.running import step, wait
from ui.main_window import MainWindow
from ui.session.session import Session
from ui.views import VIEWS
from ui.widgets.section import More

OPERATED = QAbstractButton | QAbstractSlider | QAbstractSpinBox | QComboBox | QLineEdit


@pytest.fixture
def window(qtbot):
    window = MainWindow(Session(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    step(qtbot, window.session, 2)
    for card in window.train.dashboard.cards():
        card.show()
    for more in window.findChildren(More):
        more.click()
    yield window
    window.close()


def operated(window: MainWindow) -> list[QWidget]:
    """The controls that are on the screen; parts of other controls are not counted."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and (isinstance(widget, OPERATED) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
        and not isinstance(widget, QScrollBar | QAbstractItemView | QMenu)
        and not _is_part(widget)
    ]


def _is_part(widget: QWidget) -> bool:
    """Whether this is the line edit of a spin box or a list, which speaks for it."""
    return isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)


def _tip(widget: QWidget) -> str:
    """What appears under the pointer: Qt asks the parents of what has no tip of its own."""
    parent = widget.parentWidget()
    return widget.toolTip() or (_tip(parent) if parent else "")


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"


def test_every_control_has_a_name_for_those_who_cannot_see_it(window):
    nameless = [
        told(widget)
        for widget in operated(window)
        if not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


def test_every_control_explains_itself_under_the_pointer(window):
    buddies = {label.buddy() for label in window.findChildren(QLabel)}
    mute = [
        told(widget)
        for widget in operated(window)
        if not (_tip(widget) or widget in buddies or widget.accessibleDescription())
    ]
    assert mute == []


def test_every_control_is_reached_by_the_tabulator(window):
    ring, widget = set(), window.nextInFocusChain()
    while widget is not window:
        ring.add(widget)
        widget = widget.nextInFocusChain()
    tab = Qt.FocusPolicy.TabFocus
    missed = [
        told(widget)
        for widget in operated(window)
        if widget.isEnabled()
        and not (widget in ring and widget.focusPolicy() & tab == tab)
        and not widget.focusProxy()
    ]
    assert missed == []


@pytest.mark.parametrize("key", VIEWS)
def test_a_hidden_view_takes_in_and_paints_nothing(window, qtbot, monkeypatch, key):
    view = window.train.dashboard.views[key]
    card = next(card for card in window.train.dashboard.cards() if card.view is view)
    card.hide()
    done = []
    monkeypatch.setattr(view, "present", lambda frame: done.append("presented"))
    monkeypatch.setattr(view, "paintEvent", lambda event: done.append("painted"))
    monkeypatch.setattr(view, "describe", lambda: done.append("described") or ())
    window.session.set_running(True)
    wait(qtbot, window.session, lambda frame: frame.iteration >= 50)
    window.session.set_running(False)
    wait(qtbot, window.session, lambda frame: frame.status != "running")
    assert done == []
    assert view.frame is window.session.shown
