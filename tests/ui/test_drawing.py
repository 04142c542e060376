"""Drawing points in the plane: strokes, the eraser, and what becomes of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from core.data.curves import Plane
from core.data.digits import Digits
from core.data.drawn import MOST_POINTS, DrawnPoints, Point, as_text, from_text
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture
from core.training.training_data import TrainingData
from tests.ui.real import moments, spec_of
from tests.ui.running import WAIT, wait
from ui.main_window import MainWindow
from ui.plots.card import CardHeader
from ui.plots.pictures.brush import ERASER, SPACING, STRAY
from ui.session.session import Session
from ui.views.surface import SurfaceView

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(qtbot) -> SurfaceView:
    """The prediction of a run of the circle, ready to be drawn in."""
    return shown(qtbot, spec_of(Circle()))


def shown(qtbot, spec: ExperimentSpec, drawing: bool = True) -> SurfaceView:
    _, history, frame = moments(spec, 0)
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(420, 360)
    view.show()
    view.show_frame(frame, history)
    view.set_drawing(drawing)
    view.set_points(spec.data.points)
    view.grab()
    return view


def data_of(frame: Frame) -> DataPicture:
    assert frame.data
    return frame.data


def drawn(view: SurfaceView) -> list[str]:
    """Every text that is drawn from now on."""
    texts: list[str] = []
    view.brush.drawn.connect(texts.append)
    return texts


def place(view: SurfaceView, x: float, y: float) -> QPoint:
    panel = view.surface
    up = panel.frame.bottom() - panel.frame.height() * panel.y_scale.at(y)
    return QPointF(panel.px_of(x), up).toPoint()


def click(view: SurfaceView, x: float, y: float, button=LEFT, modifiers=PLAIN) -> None:
    QTest.mouseClick(view.viewport(), button, modifiers, place(view, x, y))


def drag(view: SurfaceView, start: QPoint, end: QPoint, button=LEFT, modifiers=PLAIN) -> None:
    QTest.mousePress(view.viewport(), button, modifiers, start)
    for i in range(1, 11):
        QTest.mouseMove(view.viewport(), start + (end - start) * (i / 10))
    QTest.mouseRelease(view.viewport(), button, modifiers, end)


def test_the_button_in_the_header_takes_up_the_brush_and_lays_it_down(qtbot):
    view = shown(qtbot, spec_of(Circle()), drawing=False)
    header = CardHeader(view)
    qtbot.addWidget(header)
    (button,) = header.tools
    for active in (True, False):
        # As a mouse does it, whatever the header makes of clicks.
        QTest.mouseClick(button, LEFT)
        assert view.brush.active is active and button.isChecked() is active


def test_a_click_sets_a_point_of_the_button_s_class(view):
    texts = drawn(view)
    click(view, 2, -3)
    click(view, -1, 4, RIGHT)
    first, second = from_text(texts[-1])
    assert (first.label, second.label) == (0, 1)
    assert first[:2] == pytest.approx((2, -3), abs=0.05)
    assert second[:2] == pytest.approx((-1, 4), abs=0.05)


def test_two_quick_clicks_are_two_points_and_do_not_enlarge_the_view(view):
    texts, enlarged = drawn(view), []
    view.maximize_requested.connect(lambda: enlarged.append(True))
    at = place(view, 1, 1)
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, at)
    QTest.mouseDClick(view.viewport(), LEFT, PLAIN, at)
    QTest.mouseRelease(view.viewport(), LEFT, PLAIN, at)
    assert len(from_text(texts[-1])) == 2 and not enlarged


def test_dragging_spreads_points_along_the_way_as_one_stroke(view):
    texts = drawn(view)
    start, end = place(view, -4, 0), place(view, 4, 0)
    drag(view, start, end, RIGHT)
    (text,) = texts
    points = from_text(text)
    way = end.x() - start.x()
    assert len(points) == pytest.approx(way / SPACING, abs=2)
    assert {point.label for point in points} == {1}
    stray = [abs(place(view, p.x, p.y).y() - start.y()) for p in points]
    assert 0 < max(stray) <= STRAY + 1
    across = [p.x for p in points]
    assert min(across) < -3.5 and max(across) > 3.5


def test_shift_erases_drawn_points_within_reach(view):
    points = [Point(0, 0, 0), Point(0.2, 0, 1), Point(3, 3, 0)]
    view.set_points(as_text(points))
    texts = drawn(view)
    click(view, 0.05, 0.05, RIGHT, SHIFT)
    assert from_text(texts[-1]) == (Point(3, 3, 0),)
    pixel = 10 / view.surface.frame.width()
    assert 0.2 / pixel < ERASER < 3 / pixel


def test_a_stroke_that_changes_nothing_is_no_edit(view):
    texts = drawn(view)
    click(view, 0, 0, LEFT, SHIFT)
    assert texts == []


def test_nothing_is_drawn_beside_the_plot(view):
    texts = drawn(view)
    corner = view.surface.frame.topLeft().toPoint()
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, corner - QPoint(12, 12))
    drag(view, corner + QPoint(20, 20), corner - QPoint(30, 30))
    low, high = view.surface.home_x.low, view.surface.home_x.high
    (text,) = texts
    assert all(low <= p.x <= high and low <= p.y <= high for p in from_text(text))


def test_escape_drops_the_stroke_and_then_stops_drawing(view):
    texts = drawn(view)
    QTest.mousePress(view.viewport(), LEFT, PLAIN, place(view, 0, 0))
    assert len(view.brush.points) == 1
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.viewport(), LEFT, PLAIN, place(view, 0, 0))
    assert texts == [] and view.brush.points == ()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.brush.active


def test_only_a_switched_on_brush_draws(qtbot):
    view = shown(qtbot, spec_of(Circle()), drawing=False)
    texts = drawn(view)
    click(view, 0, 0)
    assert texts == []
    menu = view.menu()
    (toggle,) = (action for action in menu.actions() if action.text() == "Draw points")
    toggle.trigger()
    click(view, 0, 0)
    assert len(texts) == 1


def test_the_right_button_draws_and_opens_no_menu(view, monkeypatch):
    opened = []
    monkeypatch.setattr(view, "menu", lambda: opened.append(True))
    at = place(view, 0, 0)
    by_mouse = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
    view.contextMenuEvent(by_mouse)
    assert not opened


def test_drawn_points_can_be_removed_by_menu(view):
    view.set_points("1,1,0")
    texts = drawn(view)
    (remove,) = (a for a in view.menu().actions() if a.text() == "Remove drawn points")
    remove.trigger()
    assert texts == [""]


def test_there_is_room_for_so_many_points_only(view):
    view.set_points(" ".join(f"{i % 9 - 4},{i % 7 - 3},0" for i in range(MOST_POINTS)))
    told = []
    view.brush.filled.connect(lambda: told.append(True))
    texts = drawn(view)
    click(view, 0, 0)
    assert told and texts == []


def test_a_stroke_is_seen_at_once_and_what_is_erased_is_covered(view):
    def color(x: float, y: float) -> str:
        return view.grab().toImage().pixelColor(place(view, x, y)).name()

    free = color(0, 0)
    QTest.mousePress(view.viewport(), LEFT, PLAIN, place(view, 0, 0))
    assert color(0, 0) == view.theme.negative
    QTest.mouseRelease(view.viewport(), LEFT, PLAIN, place(view, 0, 0))
    assert color(0, 0) == view.theme.negative
    view.set_points("")
    assert color(0, 0) == free
    assert view.surface.dataset
    view.surface.dataset = replace(view.surface.dataset, drawn="0,0,1")
    view.brush.set_text("0,0,1")
    click(view, 0, 0, LEFT, SHIFT)
    assert color(0, 0) == view.theme.card


def test_classes_stand_for_numbers_where_numbers_are_predicted(qtbot):
    view = shown(qtbot, spec_of(Plane()))
    texts = drawn(view)
    click(view, 1, 1)
    assert from_text(texts[-1])[0].label == 0


def test_one_can_draw_in_an_empty_plane(qtbot):
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(420, 360)
    view.show()
    view.grab()
    texts = drawn(view)
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, QPoint(200, 180))
    assert texts == []
    view.set_drawing(True)
    view.grab()
    click(view, 3, -3)
    assert from_text(texts[-1])[0][:2] == pytest.approx((3, -3), abs=0.1)


def test_data_without_a_plane_cannot_be_drawn_in(qtbot):
    view = shown(qtbot, spec_of(Digits()))
    texts = drawn(view)
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, QPoint(200, 180))
    assert texts == []


def test_drawn_points_are_in_the_plane_of_their_run():
    points = "1,1,0 1.2,1,1"
    spec = ExperimentSpec(data=DataSpec(dataset=DrawnPoints(), validation=0, points=points))
    _, _, frame = moments(spec, 0)
    surface, data = frame.surface, frame.data
    assert surface and data and data.drawn == points
    low, high = (np.array(c) * data.std + data.mean for c in (surface.low, surface.high))
    assert (low < -5).all() and (high > 5).all() and math.isfinite(surface.values.sum())


# In the window


@pytest.fixture
def window(qtbot):
    session = Session(ExperimentSpec())
    window = MainWindow(session, "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    wait(qtbot, session, lambda frame: True)
    yield window
    assert session.close()


def test_every_stroke_is_one_edit_that_restarts_the_run(qtbot, window):
    session = window.session
    view = window.train.dashboard.views["surface"]
    view.set_drawing(True)
    view.grab()
    for x in (-2, 2):
        with qtbot.waitSignal(session.run_started, timeout=WAIT):
            drag(view, place(view, x, -2), place(view, x, 2))
        wait(qtbot, session, lambda frame: data_of(frame).drawn == session.spec.data.points)
    assert session.undo_stack.count() == 2
    both = from_text(session.spec.data.points)
    session.undo_stack.undo()
    once = from_text(session.spec.data.points)
    assert both[: len(once)] == once == view.brush.points
    data = TrainingData(session.spec)
    assert len(data.split.train) + len(data.split.validation) == 500 + len(once)
    session.undo_stack.undo()
    assert session.spec.data.points == "" and view.brush.points == ()


def test_who_chooses_drawn_points_can_draw_at_once(qtbot, window):
    session = window.session
    session.edit(replace(session.spec, data=DataSpec(dataset=Digits())))
    wait(qtbot, session, lambda frame: data_of(frame).features == 64)
    with qtbot.waitSignal(session.failed, timeout=WAIT):
        session.edit(replace(session.spec, data=DataSpec(dataset=DrawnPoints())))
    view = window.train.dashboard.views["surface"]
    assert view.isVisible() and view.brush.active
    assert "there are no points yet" in window.train.banner.text()
    view.grab()
    click(view, -2, 0)
    wait(qtbot, session, lambda frame: data_of(frame).counts["train"] == 1)
    assert window.train.banner.text() == ""
