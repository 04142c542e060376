"""The page of universal approximation: built, dragged, drawn, typed and trained."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.studies.approximation import TARGETS, build, error, fit_bumps
from ui.plots.text import plain

WAIT = 40_000


@pytest.fixture
def page(labs):
    labs.open("approximation")
    return labs.lab


def test_the_network_shown_is_the_one_that_is_built(page):
    assert page.transport.at == page.transport.length == 10
    function = TARGETS["wiggle"].function
    network = build(fit_bumps(function, 10), 200)
    curve = page.built_view.sum
    assert curve.ys[:, 0] == pytest.approx(network(curve.xs))
    found = error(function, network)
    assert page.error_view.now.ys.tolist() == [found.mean, found.largest]
    assert "20 hidden units" in page.formula.text()
    page.transport.go(3)
    assert "6 hidden units" in page.formula.text()
    assert len(page.built_view.bumps) == 3


def test_heights_and_steps_are_dragged_and_fitted_again(page):
    view, plot = page.built_view, page.built_view.plot

    def place(x: float, y: float) -> QPointF:
        return QPointF(plot.px_of(x), float(plot.py(np.array([y]))[0]))

    before = page.bumps
    start, end = place(0.45, before[4].height), place(0.45, 0.7)
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(port, end.toPoint())
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end.toPoint())
    assert page.bumps[4].height == pytest.approx(0.7, abs=0.01)
    page.drag(2 * 2 + 1, 0.34, 0.0)
    assert page.bumps[2].right == page.bumps[3].left == 0.34
    page.drag(2 * 2 + 1, 5.0, 0.0)
    assert page.bumps[3].left < page.bumps[3].right
    page.fit_button.click()
    assert page.bumps == before


def test_while_only_some_bumps_are_placed_those_shown_are_dragged(page):
    plot, port = page.built_view.plot, page.built_view.viewport()
    page.transport.go(3)
    before = page.bumps

    def pixel(x: float) -> QPoint:
        return QPointF(plot.px_of(x), float(plot.py(np.zeros(1))[0])).toPoint()

    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=pixel(before[0].right))
    page.transport.go(4)  # the next bump is placed while the step is held
    QTest.mouseMove(port, pixel(0.14))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=pixel(0.14))
    assert page.bumps[0].right == page.bumps[1].left == pytest.approx(0.14, abs=0.005)
    assert [bump.height for bump in page.bumps] == [bump.height for bump in before]
    assert page.bumps[2:] == before[2:] and page.transport.at == 4


def test_a_target_is_drawn_with_the_mouse(page):
    page._restart(target="drawn", own=())
    assert "Nothing is drawn yet" in page.banner.text()
    view, plot = page.built_view, page.built_view.plot
    port = view.viewport()
    places = [QPointF(plot.px_of(x), float(plot.py(np.array([x * x]))[0])) for x in (0.1, 0.5, 0.9)]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=places[0].toPoint())
    for at in places[1:]:
        QTest.mouseMove(port, at.toPoint())
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=places[-1].toPoint())
    assert page.banner.text() == ""
    drawn = page.target_now.function(np.array([0.1, 0.5, 0.9]))
    assert drawn == pytest.approx([0.01, 0.25, 0.81], abs=0.02)
    assert len(page.bumps) == 10


def test_a_typed_target_and_what_is_wrong_with_one(page):
    page._restart(target="typed", formula="0.5 + 0.3 sin 2πx", own=())
    assert page.banner.text() == "" and len(page.bumps) == 10
    page.edit(formula="0.5 + sine x")
    assert "»sine«" in page.banner.text()
    page.edit(formula="ln x")
    assert "no finite value at x = 0" in page.banner.text()
    page.edit(formula="x²")
    assert page.banner.text() == ""


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"target": "drawn"}, "drag over the plot to draw"),
        ({"target": "typed", "formula": "sin("}, ""),
        ({"target": "typed", "formula": "ln x"}, ""),
    ],
)
def test_without_a_target_nothing_of_the_last_one_is_shown_dragged_or_exported(page, wrong, hint):
    page._restart(**wrong)
    views = (page.built_view, page.error_view, page.trained_view)
    assert page.banner.text() and page.transport.length == 0 and page.formula.text() == ""
    drawn = [item for view in views for plot in view.plots for item in plot.objects]
    assert not any(len(getattr(item, "xs", ())) for item in drawn)
    assert plain(page.built_view.subtitle) == hint
    assert not any(len(column) for view in views for column in view.export_data().values())
    assert page.built_view.places() == [] and not page.train_button.isEnabled()
    page.drag(0, 0.3, 0.4)
    assert page.state.own == ()
    page._restart(target="sine")
    assert page.transport.at == len(page.bumps) == 10 and page.train_button.isEnabled()
    assert plain(page.built_view.subtitle) == "target · network   drag heights and steps"
    assert len(page.error_view.mean.xs) and len(page.trained_view.target_curve.xs)


def test_towers_and_depth_are_counted(page):
    page._restart(what="towers")
    assert page.transport.length == 36
    assert "36 towers: 144 + 36 hidden units" in page.formula.text()
    page._restart(what="depth")
    page.transport.go(7)
    assert "14 units draw 128 linear pieces" in page.formula.text()
    assert "about 128 units" in page.formula.text()


def test_a_jump_keeps_its_largest_error_and_the_page_says_why(page):
    page._restart(target="jump", own=())
    assert all(each.largest == pytest.approx(0.5) for each in page.error_view.errors[2:])
    assert "continuous" in page.formula.text()


def test_training_is_shown_beside_the_built_network_and_can_be_stopped(page, qtbot):
    page.edit(steps=100)
    page.toggle_training()
    qtbot.waitUntil(lambda: page._moment is not None and page._moment.step == 100, timeout=WAIT)
    assert page.trained_view.random.ys.shape[1] == 5
    assert "from the built weights" in page.formula.text()
    page.edit(steps=100_000)
    assert page._moment is None
    page.toggle_training()
    qtbot.waitUntil(lambda: page._moment is not None, timeout=WAIT)
    with qtbot.waitSignal(page._job.stopped, timeout=WAIT):
        page.toggle_training()
    assert page.train_button.text() == "Train the same network"


def test_a_training_stopped_before_its_first_picture_leaves_what_was_there(page, qtbot):
    for empty in (True, False):  # before anything is trained, and after
        page.edit(steps=100)
        page.toggle_training()
        assert page.trained_view.is_empty
        job = page._job
        job.snapshot.disconnect()
        with qtbot.waitSignal(job.stopped, timeout=WAIT):
            page.toggle_training()
        assert page.trained_view.is_empty == empty
        assert page.trained_view._note.startswith("Click “Train the same network”")
        page.toggle_training()
        qtbot.waitUntil(lambda: not page.is_computing and page._moment is not None, timeout=WAIT)
