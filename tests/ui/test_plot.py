"""Axes, curves and the canvas: right places, round numbers, and strips that add up to the whole."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QLine, QObject, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.telemetry.history import History
from core.training.results import Segment
from tests.ui.frames import recorded, run
from ui import theme
from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView
from ui.plots.scale import Scale, round_length, round_range, settle
from ui.plots.series import Curve
from ui.plots.shapes import Dots
from ui.plots.stroke import Polyline, envelope, stroke
from ui.plots.style import PaintStyle
from ui.plots.text import Span, fitted, plain, spread
from ui.plots.ticks import count, number, power, ticks
from ui.plots.time_axis import TimeAxis
from ui.views import VIEWS
from ui.views.loss import LossView

NO_KEYS = Qt.KeyboardModifier.NoModifier

values = st.floats(-1e12, 1e12)
positive = st.floats(1e-20, 1e12)


# Numbers


@given(values, values)
def test_linear_ranges_hold_the_data_and_have_round_ticks(a, b):
    low, high = min(a, b), max(a, b)
    scale = round_range(low, high)
    tolerance = 1e-9 * scale.span
    assert scale.low <= low + tolerance
    assert high <= scale.high + tolerance
    marks = ticks(scale, 6)
    assert 2 <= len(marks) <= 14
    assert len({tick.label for tick in marks}) == len(marks)


@given(positive, positive)
def test_logarithmic_ranges_hold_the_data_and_span_a_decade(a, b):
    low, high = min(a, b), max(a, b)
    scale = round_range(low, high, log=True)
    assert scale.low <= low * (1 + 1e-9)
    assert high <= scale.high * (1 + 1e-9)
    assert scale.span >= 0.99
    marks = ticks(scale, 6)
    assert 1 <= len(marks) <= 8
    assert len({tick.label for tick in marks}) == len(marks)


@given(positive)
def test_a_round_length_is_a_little_longer(length):
    assert length * (1 - 1e-6) <= round_length(length) <= 1.34 * length


def test_ticks_are_written_with_few_digits():
    def labels(low, high, log=False, most=6):
        return [tick.label for tick in ticks(Scale(low, high, log), most)]

    assert labels(0, 2.5) == ["0", "0.5", "1", "1.5", "2", "2.5"]
    assert labels(0, 60_000) == ["0", "10k", "20k", "30k", "40k", "50k", "60k"]
    assert labels(-1, 1) == ["−1", "−0.5", "0", "0.5", "1"]
    assert labels(1e-5, 1e-1, log=True) == ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]
    assert labels(0.1, 10, log=True, most=8) == ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
    assert power(-3, 2) == "2·10⁻³"


def test_figures_are_written_for_reading():
    assert number(0.01823) == "0.0182"
    assert number(-1.5) == "−1.50"
    assert number(1.2e-7) == "1.20·10⁻⁷"
    assert number(9.999e-5) == "1.00·10⁻⁴"
    assert number(999999.9) == "1.00·10⁶"
    assert number(0.9999) == "1.00"
    assert number(math.nan) == "–"
    assert number(math.inf) == "∞"
    assert [count(n) for n in (7, 12_345, 1_500_000)] == ["7", "12.3k", "1.5M"]


def test_a_range_stays_until_the_data_leave_it_or_fill_little_of_it():
    first = settle(None, 0.0, 2.4)
    assert settle(first, 0.0, 2.2) is first
    assert settle(first, 0.0, 9.0).high >= 9.0
    assert settle(first, 0.0, 0.6).high < first.high
    assert settle(first, math.nan, math.nan) is first
    assert settle(first, 0.1, 2.4, log=True).log


@given(st.lists(values, min_size=1), st.booleans())
def test_places_are_finite_for_anything_finite(numbers, log):
    scale = Scale(0.01, 10.0, log)
    places = scale.place(np.array(numbers), 100.0, -80.0)
    assert np.isfinite(places).all()
    assert np.abs(places).max() < 1e6


def test_values_lie_where_the_scale_says():
    linear, log = Scale(0.0, 10.0), Scale(0.01, 100.0, log=True)
    assert linear.place(np.array([0.0, 5.0, 10.0]), 20.0, 100.0).tolist() == [20.0, 70.0, 120.0]
    np.testing.assert_allclose(log.place(np.array([0.01, 1.0, 100.0]), 0.0, 8.0), [0, 4, 8])
    for scale in (linear, log):
        assert scale.value(scale.at(3.0)) == pytest.approx(3.0)
    assert log.place(np.array([0.0, -1.0]), 0.0, 1.0).max() < 0


# Curves


@given(st.integers(1, 200), st.integers(1, 7))
def test_an_envelope_keeps_every_peak(n, group):
    rng = np.random.default_rng(n)
    low = rng.standard_normal(n)
    high = low + rng.random(n)
    x, y = envelope(np.arange(n, dtype=float), low, high, group)
    assert x.size == y.size == 2 * -(-n // group)
    assert y.min() == low.min()
    assert y.max() == high.max()
    assert np.all(np.diff(x) >= 0)


def test_an_envelope_leaves_out_what_holds_nothing():
    low, high = np.array([1.0, np.inf, 3.0]), np.array([2.0, -np.inf, 4.0])
    x, y = envelope(np.arange(3.0), low, high, 1)
    assert x.tolist() == [0, 0, 2, 2]
    assert sorted(y.tolist()) == [1, 2, 3, 4]


def test_lines_leave_out_what_is_not_finite(qapp):
    line = Polyline()
    assert line.load(np.arange(4.0), np.array([1.0, np.nan, np.inf, 2.0])) == 2
    assert line.polygon.toList() == [QPointF(0.0, 1.0), QPointF(3.0, 2.0)]
    assert line.load(np.empty(0), np.empty(0)) == 0


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_lines_are_as_thick_as_asked_on_screen_and_in_pictures(qapp, live, ratio):
    style = PaintStyle(theme.LIGHT, qapp.font(), ratio, live=live)
    line = Polyline()
    line.load(np.array([0.0, 40.0]), np.array([10.25, 10.25]))
    picture = QImage(40 * ratio, 20 * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor("white"))
    with QPainter(picture) as painter:
        stroke(painter, line, QColor("black"), 1.6, style)
        assert painter.transform().dy() == pytest.approx(0.0)
    column = [255 - picture.pixelColor(20 * ratio, y).red() for y in range(picture.height())]
    assert sum(column) / 255 == pytest.approx(1.6 * ratio, abs=0.75)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_labels_do_not_overlap_and_keep_their_order(wanted):
    placed = spread(wanted, 4.0, -20.0, 120.0)
    assert all(-20 <= y <= 120 for y in placed)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(np.array(placed)[order])
    assert np.all(gaps >= min(4.0, 136 / max(len(wanted) - 1, 1)) - 1e-6)


# The axis over the run


def test_the_axis_follows_the_run_in_round_steps():
    axis = TimeAxis()
    seen = set()
    for last in range(0, 5000, 7):
        axis.follow(last)
        assert axis.scale.high >= last
        assert last < 40 or last >= 0.6 * axis.scale.high
        seen.add(axis.scale.high)
    assert len(seen) < 35
    axis.follow(3)
    assert axis.scale.high <= 10


def test_zooming_keeps_the_place_and_the_whole_is_the_limit():
    axis = TimeAxis()
    axis.follow(1000)
    axis.zoom(0.5, 250.0)
    assert not axis.following
    assert axis.scale.at(250.0) == pytest.approx(0.25)
    axis.follow(4000)
    assert axis.scale.span == pytest.approx(500)
    axis.pan(-1e6)
    assert axis.scale.low == 0
    axis.zoom(1e-9, 100.0)
    assert axis.scale.span >= 3.9
    axis.zoom(1e9, 100.0)
    assert axis.following
    assert axis.scale == Scale(0, 4000)


# The canvas


class Screen(QObject):
    """A view on the screen: how much of it was painted, and what is to be seen."""

    def __init__(self, qtbot, view):
        super().__init__()
        self.view, self.area = view, 0
        self.widget = view.viewport() if isinstance(view, PlotView) else view
        view.resize(700, 180)
        view.show()
        qtbot.waitExposed(view)
        QApplication.processEvents()
        self.widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.area += sum(r.width() * r.height() for r in event.region())
        return False

    def show(self, frame, history):
        self.view.show_frame(frame, history)
        QApplication.processEvents()

    def seen(self):
        QApplication.processEvents()
        return self.view.screen().grabWindow(self.view.winId()).toImage()

    def seen_afresh(self):
        self.view.redraw()
        return self.seen()


@pytest.mark.parametrize("key", sorted(VIEWS))
@pytest.mark.parametrize("steps", [3, 90])
def test_painted_strip_by_strip_it_looks_the_same_as_at_once(qtbot, key, steps):
    view = VIEWS[key]()
    qtbot.addWidget(view)
    screen, history, frames = Screen(qtbot, view), History(), list(run(90, 4, steps))
    for frame in frames[:-1]:
        history.append(frame)
        screen.show(frame, history)
    history.append(frames[-1])
    screen.show(_paused(frames[-1]), history)
    assert screen.area < 0.5 * len(frames) * 700 * 180 or key not in ("loss", "gradients")
    assert _difference(screen.seen(), screen.seen_afresh()) == 0


def test_words_are_left_out_with_what_parts_them_rather_than_cut_to_nothing(qtbot):
    metrics = QFontMetricsF(QApplication.font())
    spans = [Span("train 0.1"), Span("  ·  "), Span("validation")]
    whole = metrics.horizontalAdvance(plain(spans))

    def words(room: float) -> str:
        return plain(fitted(spans, room, metrics))

    assert words(whole) == "train 0.1  ·  validation"
    assert words(whole - 8).startswith("train 0.1  ·  valid")
    assert words(whole - 8).endswith("…")
    assert words(whole - metrics.horizontalAdvance("idation")) == "train 0.1"
    assert words(metrics.horizontalAdvance("train")).startswith("tr")
    assert fitted([], 10, metrics) == []
    spans = [Span("train 0.1  ·  "), Span("validation")]
    assert words(whole) == "train 0.1  ·  validation"
    assert words(whole - metrics.horizontalAdvance("idation")) == "train 0.1"


def test_lines_of_what_was_seldom_measured_have_no_gaps(qtbot):
    view = VIEWS["shares"]()
    qtbot.addWidget(view)
    screen, history = Screen(qtbot, view), History()
    for i, frame in enumerate(run(120, 4, 10)):
        seldom = i < 100 and i % 30
        history.append(replace(frame, shares=None) if seldom else frame)
        if not seldom:
            screen.show(frame, history)
    # A gap would be hundreds of pixels; a few differ where Qt cuts a long line at a strip's edge.
    assert _difference(screen.seen(), screen.seen_afresh()) < 60


def _paused(frame):
    return replace(frame, status="paused")


def _difference(a, b):
    """Pixels that differ visibly: where Qt cuts a line at a strip's edge it rounds its place."""

    def pixels(image):
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)

    return int((np.abs(pixels(a).astype(int) - pixels(b)).max(axis=2) > 16).sum())


@pytest.fixture
def loss(qtbot):
    history, frame = recorded(frames=60, layers=4)
    view = VIEWS["loss"]()
    qtbot.addWidget(view)
    view.resize(700, 240)
    view.show()
    qtbot.waitExposed(view)
    view.show_frame(frame, history)
    return view


def test_the_read_out_tells_the_values_under_the_pointer(qtbot, loss):
    # Sent to the view itself: a window of another test may lie above it.
    place, none = QPointF(200, 100), Qt.MouseButton.NoButton
    over = QPointF(loss.viewport().mapToGlobal(place))
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, over, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(loss.viewport(), move)
    out = loss.read_out
    assert out is not None
    iteration = int(out.title.removeprefix("step ").replace(",", ""))
    rows = {row.name: row.value for row in out.rows}
    first, tail = loss.history.steps.tail()
    assert rows["batch"] == number(float(tail[0, iteration - first]))
    assert set(rows) == {"batch", "train, smoothed", "validation", "gap"}
    loss.leaveEvent(QEvent(QEvent.Type.Leave))
    assert loss.read_out is None


def texts(view) -> list[str]:
    return [action.text() for action in view.menu().actions()]


def test_the_keyboard_moves_the_read_out_zooms_and_resets(qtbot, loss):
    QTest.keyClick(loss, Qt.Key.Key_Right)
    before = loss.read_out
    assert before is not None
    QTest.keyClick(loss, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert loss.read_out.x > before.x
    whole = loss.axis.scale
    for back in (Qt.Key.Key_0, Qt.Key.Key_A):
        QTest.keyClick(loss, Qt.Key.Key_Plus)
        assert loss.axis.scale.span < whole.span
        assert "Show all" in texts(loss)
        QTest.keyClick(loss, back)
        assert loss.axis.scale == whole
        assert "Show all" not in texts(loss)
    QTest.keyClick(loss, Qt.Key.Key_Escape)
    assert loss.read_out is None


def drag(view, start: QPoint, end: QPoint, button=Qt.MouseButton.LeftButton, keys=NO_KEYS):
    """Press, move and release as a hand would: pyqtgraph wants more than one move."""
    widget, middle = view.viewport(), QLine(start, end).center()
    QTest.mouseMove(widget, start)
    QTest.mousePress(widget, button, keys, start)
    for place in (middle, end, end):
        move = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), QPointF(widget.mapToGlobal(place)),
            Qt.MouseButton.NoButton, button, keys,
        )  # fmt: skip
        QTest.qWait(15)
        QApplication.sendEvent(widget, move)
    QTest.mouseRelease(widget, button, keys, end)


def wheel(view, place: QPoint, notches: int = 1):
    widget = view.viewport()
    event = QWheelEvent(
        QPointF(place), QPointF(widget.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, NO_KEYS, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_wheel_zooms_both_axes_of_a_plot_and_one_over_an_axis(qtbot, loss):
    plot = loss.loss
    x, y, place = plot.x_scale, plot.y_scale, plot.frame.center().toPoint()
    under = plot.x_of(place.x())
    wheel(loss, place, 2)
    assert plot.x_scale.span < x.span
    assert plot.y_scale.span < y.span
    assert plot.x_of(place.x()) == pytest.approx(under, abs=0.01 * x.span)
    loss.show_all()
    assert (plot.x_scale, plot.y_scale) == (x, y)
    wheel(loss, QPoint(place.x(), round(plot.frame.bottom()) + 9), 2)
    assert plot.x_scale.span < x.span
    loss.show_all()
    wheel(loss, QPoint(round(plot.frame.left()) - 9, place.y()), 2)
    assert plot.x_scale == x
    assert plot.y_scale.span < y.span


def test_dragging_pans_both_axes(qtbot, loss):
    loss.loss.zoom_x(0.2, 300.0)
    plot, x, y = loss.loss, loss.loss.x_scale, loss.loss.y_scale
    drag(loss, QPoint(220, 100), QPoint(160, 120))
    assert plot.x_scale.low > x.low
    assert plot.x_scale.span == pytest.approx(x.span)
    assert plot.y_scale.low > y.low
    assert plot.y_scale.span == pytest.approx(y.span)


@pytest.mark.parametrize("by_menu", [False, True])
def test_a_box_is_zoomed_to(qtbot, loss, by_menu):
    plot = loss.loss
    start, end = QPoint(140, 60), QPoint(260, 130)
    wanted = plot.x_of(140), plot.x_of(260), plot.y_of(130), plot.y_of(60)
    if by_menu:
        loss.set_box_zoom(True)
    drag(loss, start, end, keys=NO_KEYS if by_menu else Qt.KeyboardModifier.ShiftModifier)
    now = plot.x_scale.low, plot.x_scale.high, plot.y_scale.low, plot.y_scale.high
    assert now == pytest.approx(wanted, abs=1e-6)


def test_zooming_stops_following_and_showing_all_resumes_it(qtbot, loss):
    wheel(loss, loss.loss.frame.center().toPoint(), 3)
    x, y = loss.loss.x_scale, loss.loss.y_scale
    history, last = loss.history, loss.frame
    segment = Segment(last.iteration, *(np.full(900, 9.0) for _ in range(3)))
    later = replace(last, iteration=last.iteration + 900, segment=segment, validation=())
    history.append(later)
    loss.show_frame(later, history)
    assert (loss.loss.x_scale, loss.loss.y_scale) == (x, y)
    QTest.keyClick(loss, Qt.Key.Key_A)
    assert loss.loss.x_scale.high >= later.iteration
    assert loss.loss.y_scale.high >= 9


def test_the_time_axes_of_a_card_move_together(qtbot, loss):
    assert loss.placed == [loss.loss, loss.accuracy]
    whole = loss.accuracy.x_scale
    wheel(loss, loss.loss.frame.center().toPoint(), 3)
    assert loss.accuracy.x_scale == loss.loss.x_scale != whole
    assert loss.accuracy.follows_y
    wheel(loss, loss.accuracy.frame.center().toPoint(), 1)
    assert loss.accuracy.x_scale == loss.loss.x_scale


def test_a_double_click_on_an_axis_shows_all_of_it_and_in_the_plot_maximises(qtbot, loss):
    plot, x = loss.loss, loss.loss.x_scale
    wheel(loss, plot.frame.center().toPoint(), 3)
    y = plot.y_scale
    below = QPoint(round(plot.frame.center().x()), round(plot.frame.bottom()) + 9)
    QTest.mouseDClick(loss.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert plot.x_scale == x
    assert plot.y_scale == y
    with qtbot.waitSignal(loss.maximize_requested):
        QTest.mouseDClick(loss.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))


def test_a_right_click_opens_the_menu_and_a_right_drag_does_not(qtbot, loss, monkeypatch):
    opened = []
    monkeypatch.setattr(loss, "open_menu", opened.append)
    QTest.mouseClick(loss.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 100))
    assert len(opened) == 1
    drag(loss, QPoint(200, 100), QPoint(240, 80), Qt.MouseButton.RightButton)
    assert len(opened) == 1
    assert loss.zoomed


def test_marks_of_changed_settings_are_told_at_their_place(qtbot, loss):
    loss.history.mark(300, "learning rate 0.1")
    loss.show_frame(loss.frame, loss.history)
    loss.point_at(QPointF(loss.loss.px_of(300), 100))
    assert "learning rate 0.1" in [row.value for row in loss.read_out.rows]


def test_deep_zoom_shows_single_steps(qtbot):
    history = History(buckets=64)
    frames = list(run(60, 3, 40))
    for frame in frames:
        history.append(frame)
    view = LossView()
    qtbot.addWidget(view)
    view.resize(700, 240)
    view.show()
    view.show_frame(frames[-1], history)
    assert history.steps.width > 1
    view.axis.zoom(0.01, 2300.0)
    view.refresh()
    x, y = view.loss.raw(2290, 2310)
    assert np.all(np.diff(x) == 1)
    first, tail = history.steps.tail()
    np.testing.assert_array_equal(y, tail[0, int(x[0]) - first : int(x[-1]) - first + 1])


def test_a_fault_while_painting_does_not_bring_the_application_down(qtbot, monkeypatch, loss):
    def broken(*_):
        raise RuntimeError("broken item")

    monkeypatch.setattr(loss.loss.train_line, "draw", broken)
    with qtbot.capture_exceptions() as caught:
        loss.grab()
    assert "broken item" in str(caught[0][1])
    monkeypatch.undo()
    assert not loss.grab().isNull()


def test_a_picture_does_not_disturb_the_screen(qtbot, loss):
    before, plot = loss.grab().toImage(), QRectF(loss.loss.frame)
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        loss.paint_picture(painter, QSizeF(300, 200), theme.DARK)
    assert loss.loss.frame == plot
    assert _difference(before, loss.grab().toImage()) == 0


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_places_are_finite_on_every_logarithmic_scale(low, high):
    scale = round_range(min(low, high), max(low, high), log=True)
    shares = [scale.at(value) for value in (low, high)] + [
        scale.at(tick.value) for tick in ticks(scale, 5)
    ]
    assert np.isfinite(shares).all() and -0.01 <= min(shares) and max(shares) <= 1.01
    assert np.isfinite([scale.value(0.0), scale.value(0.5), scale.value(1.0)]).all()


def test_a_logarithmic_axis_dragged_beyond_all_numbers_stays(qtbot):
    view = PlotView("Loss")
    qtbot.addWidget(view)
    plot = view.add_plot(Plot(log=True))
    view.resize(400, 300)
    for low, high in ((-400.0, -350.0), (350.0, 400.0), (-1e300, 1e300)):
        plot.box.setRange(yRange=(low, high), padding=0)
        assert 0 < plot.y_scale.low < plot.y_scale.high < math.inf


def test_plots_leave_what_is_dropped_to_the_window(qtbot):
    view = PlotView("Loss")
    qtbot.addWidget(view)
    assert not view.acceptDrops() and not view.viewport().acceptDrops()


def test_a_plot_makes_no_widgets(qapp):
    before = set(QApplication.allWidgets())
    plots = [Plot() for _ in range(3)]
    assert set(QApplication.allWidgets()) == before
    assert all(plot.getAxis("left").isVisible() for plot in plots)


@pytest.mark.parametrize("make", [Dots, Curve])
def test_a_read_out_snaps_to_points_that_have_a_place(make, qapp):
    item, style = make("train", name="score"), PaintStyle(theme.LIGHT, qapp.font())
    assert item.nearest_x(1.0) is None and not item.rows(1.0, style)
    item.set_data([math.nan, 2.0, math.inf, 5.0], [1.0, 3.0, 4.0, 6.0])
    assert item.nearest_x(2.5) == 2.0 and item.nearest_x(40.0) == 5.0
    assert [row.value for row in item.rows(2.5, style)] == ["3.00"]
    item.set_data([math.nan], [1.0])
    assert item.nearest_x(1.0) is None and not item.rows(1.0, style)
