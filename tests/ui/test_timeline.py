"""The timeline: which moment is looked at, where settings changed, and how to go on from there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from core.telemetry.history import History
from tests.ui.frames import recorded
from ui import theme
from ui.pages.train.timeline import Timeline
from ui.theme import DARK, LIGHT


@pytest.fixture
def history() -> History:
    """600 steps, a frame every 10, changes at 150 and 450."""
    history, _ = recorded(frames=61, steps=10)
    history.mark(150, "learning rate 0.1")
    history.mark(450, "batch size 8")
    return history


@pytest.fixture
def timeline(qtbot, history: History) -> Timeline:
    theme.apply(QApplication.instance(), DARK)  # type: ignore[arg-type]
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(980, 40)
    timeline.show_step(history, None, None)
    with qtbot.waitExposed(timeline):
        timeline.show()
    return timeline


def at(timeline: Timeline, iteration: float) -> QPoint:
    scrubber = timeline.scrubber
    return QPoint(round(scrubber.place(iteration)), scrubber.height() // 2)


def heard(timeline: Timeline) -> list[tuple[str, object]]:
    """What the timeline asks for, as it comes."""
    asked: list[tuple[str, object]] = []
    timeline.chosen.connect(lambda iteration: asked.append(("chosen", round(iteration))))
    timeline.stepped.connect(lambda count: asked.append(("stepped", count)))
    timeline.live_requested.connect(lambda: asked.append(("live", None)))
    timeline.continue_requested.connect(lambda: asked.append(("go on", None)))
    return asked


def test_a_click_and_a_drag_choose_moments(timeline: Timeline) -> None:
    asked, scrubber = heard(timeline), timeline.scrubber
    pixel = 600 / scrubber.width()
    QTest.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=at(timeline, 300))
    QTest.mouseMove(scrubber, at(timeline, 200))
    QTest.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=at(timeline, 200))
    assert [what for what, _ in asked] == ["chosen", "chosen"]
    assert [moment for _, moment in asked] == pytest.approx([300, 200], abs=pixel + 1)


def test_the_ends_are_step_0_and_live(timeline: Timeline) -> None:
    asked, scrubber = heard(timeline), timeline.scrubber
    middle = scrubber.height() // 2
    for x in (0, scrubber.width() - 1):
        QTest.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=QPoint(x, middle))
    assert asked == [("chosen", 0), ("live", None)]


@pytest.mark.parametrize(
    ("key", "modifier", "asked"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, ("stepped", -1)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, ("stepped", 1)),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, ("stepped", -10)),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, ("stepped", 60)),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, ("chosen", 0)),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, ("live", None)),
    ],
)
def test_the_keyboard_goes_from_moment_to_moment(timeline, key, modifier, asked) -> None:
    said = heard(timeline)
    QTest.keyClick(timeline.scrubber, key, modifier)
    assert said == [asked]


def test_the_buttons_ask_for_live_and_for_going_on(timeline: Timeline, history, qtbot) -> None:
    asked = heard(timeline)
    timeline.show_step(history, 200, 210)
    qtbot.mouseClick(timeline.go_on, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(timeline.live, Qt.MouseButton.LeftButton)
    assert asked == [("go on", None), ("live", None)]


def test_going_on_says_from_where_or_why_not(timeline: Timeline, history) -> None:
    assert not timeline.go_on.isEnabled()
    assert "earlier step first" in timeline.go_on.toolTip()
    timeline.show_step(history, 200, 210)
    assert timeline.go_on.isEnabled()
    assert timeline.go_on.text() == "Continue from 210"
    timeline.show_step(history, 300, None)
    assert not timeline.go_on.isEnabled()
    assert "No copy of the weights was kept near step 300" in timeline.go_on.toolTip()
    timeline.show_step(History(), None, None)
    assert "no earlier step" in timeline.go_on.toolTip()


def test_the_line_keeps_its_length_whatever_is_written_beside_it(timeline, history) -> None:
    lengths = {timeline.scrubber.width()}
    for moment, checkpoint in ((0, 0), (99_999_999, 88_888_888), (5, None)):
        timeline.show_step(history, moment, checkpoint)
        QApplication.processEvents()
        lengths.add(timeline.scrubber.width())
        for part in (timeline.name, timeline.go_on):
            assert part.sizeHint().width() <= part.width()
    assert len(lengths) == 1


def test_ticks_stand_where_settings_changed_and_say_what(timeline: Timeline, qtbot) -> None:
    scrubber = timeline.scrubber
    image = scrubber.grab().toImage()
    ratio = image.devicePixelRatio()
    row = round((scrubber.height() / 2 - 6) * ratio)
    muted = [
        x / ratio for x in range(image.width()) if image.pixelColor(x, row).name() == DARK.muted
    ]
    for iteration in (150, 450):
        assert any(abs(x - scrubber.place(iteration)) <= 1.5 for x in muted)
    assert len(muted) <= 4 * ratio
    for iteration, text in ((151, "Step 150: learning rate 0.1"), (300, "Drag, or use")):
        place = at(timeline, iteration)
        event = QHelpEvent(QEvent.Type.ToolTip, place, scrubber.mapToGlobal(place))
        QApplication.sendEvent(scrubber, event)
        assert QToolTip.text().startswith(text)
    QToolTip.hideText()


def test_the_handle_stands_at_the_moment_in_either_theme(timeline: Timeline, history) -> None:
    for colors in (DARK, LIGHT):
        theme.apply(QApplication.instance(), colors)  # type: ignore[arg-type]
        timeline.retheme(colors)
        timeline.show_step(history, 200, None)
        image = timeline.scrubber.grab().toImage()
        ratio, middle = image.devicePixelRatio(), image.height() // 2
        x = round(timeline.scrubber.place(200) * ratio)
        assert image.pixelColor(x, middle - round(4 * ratio)).name() == colors.accent
        assert image.pixelColor(x + round(60 * ratio), middle).name() != colors.accent


def test_before_the_first_step_there_is_nothing_to_drag(timeline: Timeline) -> None:
    timeline.show_step(History(), None, None)
    assert not timeline.scrubber.isEnabled()
    assert timeline.scrubber.place(0) > timeline.scrubber.width() - 10


def test_following_a_run_paints_only_now_and_then(timeline: Timeline, history, qtbot) -> None:
    history.append(replace(history.frames[-1], iteration=900))
    timeline.show_step(history, 300, None)
    before = timeline.scrubber.value(), timeline.scrubber.maximum()
    history.append(replace(history.frames[-1], iteration=1800))
    assert not any(timeline.follow(history) for _ in range(50))
    assert (timeline.scrubber.value(), timeline.scrubber.maximum()) == before
    timeline._follow_at = 0.0
    assert timeline.follow(history)
    assert (timeline.scrubber.value(), timeline.scrubber.maximum()) == (300, 1800)


def test_it_tells_assistive_technology_where_it_stands(timeline: Timeline, history) -> None:
    timeline.show_step(history, 200, None)
    told = QAccessible.queryAccessibleInterface(timeline.scrubber)
    assert told.text(QAccessible.Text.Name) == "Timeline"
    assert told.text(QAccessible.Text.Description) == "Step 200"
    assert told.valueInterface().currentValue() == 200
