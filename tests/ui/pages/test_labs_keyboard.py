"""Every control of a lab can be reached with the Tab key, from top to bottom."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QWidget,
)

from core.experiment.spec import ExperimentSpec
from tests.ui.running import session_within
from ui.main_window import MainWindow
from ui.pages.labs.page import LabsPage
from ui.widgets.number_slider import NumberSlider

LABS = ("gradient_descent", "optimizer_race", "backpropagation", "approximation")


@pytest.fixture
def window(qtbot):
    window = MainWindow(session_within(ExperimentSpec()), "dark", remember=False)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.show_page("labs")
    QApplication.processEvents()
    yield window
    window.close()


def opened(window: MainWindow, key: str):
    labs = window.page("labs")
    assert isinstance(labs, LabsPage)
    labs.open(key)
    QApplication.processEvents()
    assert labs.lab is not None
    return labs.lab


def is_control(widget: QWidget) -> bool:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSlider)
    return isinstance(widget, kinds) and widget.isVisible() and widget.isEnabled()


@pytest.mark.parametrize("key", LABS)
def test_tab_goes_through_every_control_from_top_to_bottom(window, key):
    lab = opened(window, key)
    order: list[QWidget] = []
    for _ in range(200):
        window.focusNextChild()
        now = window.focusWidget()
        if now in order:
            break
        order.append(now)
    column = [w for w in order if lab.column.isAncestorOf(w)]
    # A spin box and a slider with a field have one place in the order: arrows move the value.
    inner = {id(w.lineEdit()) for w in lab.column.findChildren(QAbstractSpinBox)}
    inner |= {id(each.slider) for each in lab.column.findChildren(NumberSlider)}
    wanted = [
        w for w in lab.column.findChildren(QWidget)
        if is_control(w) and id(w) not in inner and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]  # fmt: skip
    assert {id(w) for w in wanted} <= {id(w) for w in column}
    heights = [w.mapTo(lab.column, w.rect().center()).y() for w in column]
    assert heights == sorted(heights)
    assert lab.transport.play_button in order
