"""Everything one can operate in the window says what it is, and can be reached without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractAnimation, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QProgressBar,
    QScrollBar,
    QWidget,
)

from tests.ui.running import wait
from tests.ui.windows import WINDOWS
from ui.views import VIEWS

READ = QAbstractScrollArea
OPERATED = QAbstractButton | QAbstractSlider | QAbstractSpinBox | QComboBox | QLineEdit


@pytest.fixture(params=WINDOWS)
def window(request, qtbot, tmp_path):
    """Each window of the application."""
    window = WINDOWS[request.param](qtbot, tmp_path)
    yield window
    window.close()


@pytest.fixture
def dashboard(qtbot, tmp_path):
    window = WINDOWS["train"](qtbot, tmp_path)
    yield window
    window.close()


def test_nothing_moves_by_itself(window):
    """So that the application needs no setting for reduced motion. Qt's animations are children of
    what they move; without a duration they only set it."""
    assert all(each.duration() == 0 for each in window.findChildren(QAbstractAnimation))
    for bar in window.findChildren(QProgressBar):
        assert bar.minimum() < bar.maximum()
    for docking in window.findChildren(QMainWindow):
        assert not docking.isAnimated()


def operated(window: QWidget) -> list[QWidget]:
    """The controls that are on the screen; parts of other controls are not counted."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and (isinstance(widget, OPERATED) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
        and not isinstance(widget, QScrollBar | QAbstractItemView | QMenu | QLabel)
        and not _is_part(widget)
    ]


def _is_part(widget: QWidget) -> bool:
    """Whether this is the line edit of a spin box or a list, which speaks for it."""
    return isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)


def _tip(widget: QWidget) -> str:
    """What appears under the pointer: Qt asks the parents of what has no tip of its own."""
    parent = widget.parentWidget()
    return widget.toolTip() or (_tip(parent) if parent else "")


def _says(widget: QWidget) -> bool:
    """Whether a control says on itself what it does, describes itself, or is text to be read."""
    if isinstance(widget, QAbstractButton):
        words = widget.text() if len(widget.text()) > 2 else ""
    else:
        words = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
    return isinstance(widget, READ) or bool(words or widget.accessibleDescription())


def _is_one_of_many(widget: QWidget) -> bool:
    """Whether the arrow keys move between this button and those that exclude it."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive()


def told(widget: QWidget) -> str:
    name = widget.objectName() or widget.accessibleName()
    return f"{type(widget).__name__} {name!r} in {type(widget.parent()).__name__}"


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
        if not (_tip(widget) or widget in buddies or _says(widget))
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
        and not _is_one_of_many(widget)
        and not (widget in ring and widget.focusPolicy() & tab == tab)
        and not widget.focusProxy()
    ]
    assert missed == []


@pytest.mark.parametrize("key", VIEWS)
def test_a_hidden_view_takes_in_and_paints_nothing(dashboard, qtbot, monkeypatch, key):
    view = dashboard.train.dashboard.views[key]
    card = next(card for card in dashboard.train.dashboard.cards() if card.view is view)
    card.hide()
    done = []
    monkeypatch.setattr(view, "present", lambda frame: done.append("presented"))
    monkeypatch.setattr(view, "paintEvent", lambda event: done.append("painted"))
    monkeypatch.setattr(view, "describe", lambda: done.append("described") or ())
    dashboard.session.set_running(True)
    wait(qtbot, dashboard.session, lambda frame: frame.iteration >= 50)
    dashboard.session.set_running(False)
    wait(qtbot, dashboard.session, lambda frame: frame.status != "running")
    assert done == []
    assert view.frame is dashboard.session.shown
