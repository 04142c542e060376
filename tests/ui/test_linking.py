"""Links in the window: copied on a page, pasted on any, refused with a message."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from core.data.toys import Circle
from core.experiment.links import LabLink, experiment_link, lab_link, read_link
from core.experiment.spec import DataSpec, ExperimentSpec
from tests.ui.running import session_within
from ui.main_window import MainWindow
from ui.pages.labs.gradient_descent import DescentState
from ui.pages.labs.page import LabsPage

CIRCLE = replace(ExperimentSpec(), data=DataSpec(dataset=Circle()), title="Circle")


@pytest.fixture
def window(qtbot):
    window = MainWindow(session_within(ExperimentSpec()), "dark", remember=False)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()


def labs(window: MainWindow) -> LabsPage:
    page = window.page("labs")
    assert isinstance(page, LabsPage)
    return page


def paste(window: MainWindow, text: str) -> str:
    """What the window says after a text was pasted as a link."""
    QGuiApplication.clipboard().setText(text)
    window.menus.actions["Paste link"].trigger()
    return window.current.banner.text()


def copied(window: MainWindow) -> str:
    window.menus.actions["Copy link"].trigger()
    return QGuiApplication.clipboard().text()


def test_an_experiment_is_copied_and_pasted_and_undone(window):
    before = window.session.spec
    assert paste(window, experiment_link(CIRCLE)) == ""
    assert window.session.spec == CIRCLE and read_link(copied(window)) == CIRCLE
    window.menus.actions["Undo"].trigger()
    assert window.session.spec == before


def test_a_link_to_a_lab_opens_it_from_any_page(window):
    wanted = DescentState(rate=0.0123, updates=33, points=((1.0, 2.0), (3.0, 1.0)))
    paste(window, lab_link("gradient_descent", wanted))
    assert window.current is labs(window)
    lab = labs(window).lab
    assert lab is not None and lab.state == wanted
    found = read_link(copied(window))
    assert isinstance(found, LabLink) and found.lab == "gradient_descent"
    window.menus.actions["Undo"].trigger()
    assert lab.state == DescentState()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "There is no link to paste"),
        ("playground:experiment/1/xyz", "link: is damaged"),
        ("playground:lab/1/juggling/" + lab_link("x", DescentState()).split("/")[-1], "no lab"),
        (lab_link("gradient_descent", replace(DescentState(), updates=10**9)), "updates: must be"),
        (lab_link("gradient_descent", replace(DescentState(), rule="none")), "rule: must be one"),
    ],
)
def test_a_bad_link_changes_nothing_and_says_why(window, text, said):
    window.show_page("labs")
    labs(window).open("gradient_descent")
    lab = labs(window).lab
    before = window.session.spec
    paste(window, text)
    assert lab is not None and said in (lab.banner.text() or labs(window).banner.text())
    assert lab.state == DescentState() and window.session.spec == before
