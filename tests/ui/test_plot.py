"""Axes, curves and the canvas: right places, round numbers, and strips that add up to the whole."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.telemetry.history import History
from tests.ui.frames import recorded, run
from ui import theme
from ui.plots.ink import Ink
from ui.plots.scale import Scale, round_length, round_range, settle
from ui.plots.stroke import Polyline, envelope, stroke
from ui.plots.text import Span, fitted, plain, spread
from ui.plots.ticks import count, number, power, ticks
from ui.plots.time_axis import TimeAxis
from ui.views import VIEWS
from ui.views.loss import LossView

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
    ink = Ink(theme.LIGHT, qapp.font(), ratio, live=live)
    line = Polyline()
    line.load(np.array([0.0, 40.0]), np.array([10.25, 10.25]))
    picture = QImage(40 * ratio, 20 * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor("white"))
    with QPainter(picture) as painter:
        stroke(painter, line, QColor("black"), 1.6, ink)
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


class Screen:
    """Plays the part of the window: keeps what was painted and repaints only what it is told."""

    def __init__(self, view, monkeypatch):
        self.view, self.parts = view, []
        self.picture = QImage(view.size(), QImage.Format.Format_RGB32)
        self.picture.fill(QColor("magenta"))
        monkeypatch.setattr(view, "isVisible", lambda: True)
        monkeypatch.setattr(view, "update", lambda *part: self.parts.append(part))
        self.area = 0

    def paint(self):
        view, whole = self.view, self.view.rect()
        for part in self.parts:
            rect = (part[0] if part else whole) & whole
            self.area += rect.width() * rect.height()
            if view._still is None:
                view._still = view._paint_still(view.ink)
            with QPainter(self.picture) as painter:
                painter.setClipRect(rect)
                painter.drawPixmap(0, 0, view._still)
                view._paint_moving(painter, QRectF(rect), view.ink)
        self.parts.clear()


@pytest.mark.parametrize("key", sorted(VIEWS))
@pytest.mark.parametrize("steps", [3, 90])
def test_painted_strip_by_strip_it_looks_the_same_as_at_once(qtbot, monkeypatch, key, steps):
    view = VIEWS[key]()
    qtbot.addWidget(view)
    view.resize(700, 180)
    view.ink  # noqa: B018
    screen, history, frames = Screen(view, monkeypatch), History(), list(run(90, 4, steps))
    for frame in frames[:-1]:
        history.append(frame)
        view.show_frame(frame, history)
        screen.paint()
    history.append(frames[-1])
    view.show_frame(_paused(frames[-1]), history)
    screen.paint()
    assert screen.area < 0.5 * len(frames) * 700 * 180 or key not in ("loss", "gradients")
    strips = screen.picture.copy()
    view.redraw()
    screen.paint()
    assert _difference(strips, screen.picture) == 0


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


def test_lines_of_what_was_seldom_measured_have_no_gaps(qtbot, monkeypatch):
    view = VIEWS["shares"]()
    qtbot.addWidget(view)
    view.resize(700, 180)
    view.ink  # noqa: B018
    screen, history = Screen(view, monkeypatch), History()
    for i, frame in enumerate(run(120, 4, 10)):
        seldom = i < 100 and i % 30
        history.append(replace(frame, shares=None) if seldom else frame)
        if not seldom:
            view.show_frame(frame, history)
            screen.paint()
    strips = screen.picture.copy()
    view.redraw()
    screen.paint()
    assert _difference(strips, screen.picture) == 0


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
    QTest.mouseMove(loss, QPoint(200, 100))
    qtbot.waitUntil(lambda: loss.read_out is not None)
    out = loss.read_out
    iteration = int(out.title.removeprefix("step ").replace(",", ""))
    rows = {row.name: row.value for row in out.rows}
    first, tail = loss.history.steps.tail()
    assert rows["batch"] == number(float(tail[0, iteration - first]))
    assert set(rows) == {"batch", "train, smoothed", "validation", "gap"}
    loss.leaveEvent(QEvent(QEvent.Type.Leave))
    assert loss.read_out is None


def test_the_keyboard_moves_the_read_out_zooms_and_resets(qtbot, loss):
    QTest.keyClick(loss, Qt.Key.Key_Right)
    before = loss.read_out
    assert before is not None
    QTest.keyClick(loss, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert loss.read_out.x > before.x
    whole = loss.axis.scale
    QTest.keyClick(loss, Qt.Key.Key_Plus)
    assert loss.axis.scale.span < whole.span
    assert "Reset zoom" in [action.text() for action in loss.menu().actions()]
    QTest.keyClick(loss, Qt.Key.Key_0)
    assert loss.axis.scale == whole
    QTest.keyClick(loss, Qt.Key.Key_Escape)
    assert loss.read_out is None


def test_dragging_pans_and_a_double_click_maximises(qtbot, loss):
    loss.zoom(loss.loss, 0.2, loss.loss.plot.center().x())
    before = loss.axis.scale
    QTest.mousePress(loss, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    QTest.mouseMove(loss, QPoint(150, 100))
    qtbot.waitUntil(lambda: loss.axis.scale.low > before.low)
    QTest.mouseRelease(loss, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert loss.axis.scale.span == pytest.approx(before.span)
    with qtbot.waitSignal(loss.maximize_requested):
        QTest.mouseDClick(loss, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))


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
        raise RuntimeError("broken panel")

    monkeypatch.setattr(loss.loss, "paint_data", broken)
    with pytest.raises(RuntimeError, match="broken panel"):
        loss.grab()
    monkeypatch.undo()
    assert not loss.grab().isNull()


def test_a_picture_does_not_disturb_the_screen(qtbot, loss):
    before, plot = loss.grab().toImage(), QRectF(loss.loss.plot)
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        loss.paint_picture(painter, QSizeF(300, 200), theme.DARK)
    assert loss.loss.plot == plot
    assert _difference(before, loss.grab().toImage()) == 0
