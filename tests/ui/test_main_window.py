"""The window: what is looked at, what is remembered, and what happens when things go wrong."""

from __future__ import annotations

import math
import os
import signal
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.catalogue.initializers import Zeros
from core.data.curves import Sine
from core.data.digits import Digits
from core.data.mnist import MNIST
from core.data.toys import Circle
from core.experiment.files import write_experiment
from core.experiment.links import experiment_link
from core.experiment.spec import DataSpec, ExperimentSpec
from core.telemetry.history import LOSS
from core.training.trainer import Trainer
from core.worker.training_worker import TrainingWorker
from tests.ui.popups import is_destroyed
from tests.ui.real import moments as real_moments
from tests.ui.running import (
    WAIT,
    diverging,
    pause,
    rate,
    session_within,
    step,
    train,
    trainer_of,
    wait,
)
from ui import theme
from ui.main_window import MainWindow
from ui.pages.train.dashboard import Dashboard
from ui.plots.text import plain
from ui.session.session import Session

SPEC = ExperimentSpec()
CIRCLE = replace(SPEC, data=DataSpec(dataset=Circle()))


@pytest.fixture
def window(qtbot, monkeypatch):
    monkeypatch.setattr("core.training.checkpoints.SHARE", math.inf)
    window = opened(qtbot)
    yield window
    window.close()


def opened(qtbot, size: tuple[int, int] = (1280, 800), remember: bool = False) -> MainWindow:
    window = MainWindow(session_within(SPEC), "dark", remember)
    qtbot.addWidget(window)
    window.resize(*size)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    wait(qtbot, window.session, lambda frame: True)
    QApplication.processEvents()
    return window


def moments(window: MainWindow) -> set[int]:
    """The iterations that the views in sight show."""
    return {view.frame.iteration for view in window.train.dashboard.shown() if view.frame}


def scrub(qtbot, window: MainWindow, iteration: int) -> None:
    scrubber = window.train.timeline.scrubber
    place = QPoint(round(scrubber.place(iteration)), scrubber.height() // 2)
    qtbot.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=place)


def test_a_frame_that_comes_before_it_is_known_what_is_in_sight_is_shown(qtbot):
    _, history, frame = real_moments(SPEC, 0)
    dashboard = Dashboard(history)
    qtbot.addWidget(dashboard)
    dashboard.resize(1000, 700)
    dashboard.show()
    dashboard.show_frame(frame, history)
    surface = dashboard.views["surface"]
    qtbot.waitUntil(lambda: "Class 0" in plain(surface.subtitle), timeout=WAIT)


# The timeline


def test_dragging_shows_the_past_in_every_view_while_training_goes_on(window, qtbot):
    session = window.session
    step(qtbot, session, 20)
    scrub(qtbot, window, 8)
    assert moments(window) == {8}
    session._runner.resume()
    wait(qtbot, session, lambda frame: frame.iteration > 300)
    assert moments(window) == {8}
    assert window.train.timeline.name.text() == "Step 8"
    qtbot.mouseClick(window.train.timeline.live, Qt.MouseButton.LeftButton)
    wait(qtbot, session, lambda frame: frame.iteration > 400)
    assert min(moments(window)) > 8
    pause(qtbot, session)


def test_step_0_is_there_with_every_measure(window, qtbot):
    train(qtbot, window.session, 1000)
    QTest.keyClick(window.train.timeline.scrubber, Qt.Key.Key_Home)
    assert moments(window) == {0}
    assert window.session.past.activations is not None


def test_keys_walk_through_the_moments_and_back_to_live(window, qtbot):
    session, scrubber = window.session, window.train.timeline.scrubber
    step(qtbot, session, 6)
    QTest.keyClick(scrubber, Qt.Key.Key_Left)
    QTest.keyClick(scrubber, Qt.Key.Key_Left)
    assert moments(window) == {4}
    QTest.keyClick(scrubber, Qt.Key.Key_Right)
    assert moments(window) == {5}
    QTest.keyClick(scrubber, Qt.Key.Key_Right)
    assert session.past is None
    assert window.train.timeline.name.text() == "Timeline"
    QTest.keyClick(scrubber, Qt.Key.Key_Home)
    QTest.keyClick(scrubber, Qt.Key.Key_End)
    assert moments(window) == {6}


def test_changes_of_settings_stand_on_the_line(window, qtbot):
    session, scrubber = window.session, window.train.timeline.scrubber
    step(qtbot, session, 10)
    session.edit(rate(SPEC, 0.5))
    step(qtbot, session, 10)
    session.look_at(3)
    mark = scrubber.mark_at(scrubber.place(10))
    assert mark.text == "learning rate 0.5"


def test_going_on_from_here_is_the_run_that_never_went_further(window, qtbot):
    session = window.session
    step(qtbot, session, 20)
    session.edit(rate(SPEC, 0.5))
    step(qtbot, session, 20)
    scrub(qtbot, window, 12)
    assert window.train.timeline.go_on.text() == "Continue from 12"
    loss = float(session.history.steps.tail()[1][LOSS, 11])
    qtbot.mouseClick(window.train.timeline.go_on, Qt.MouseButton.LeftButton)
    wait(qtbot, session, lambda frame: frame.iteration == 12)
    assert f"loss {loss:.4f}" in window.train.toolbar.figures.texts()
    assert moments(window) == {12}
    assert window.train.controls.spec() == SPEC
    train(qtbot, session, 200)
    alone = Trainer(SPEC)
    alone.advance(session.history.iteration)
    assert (trainer_of(session).network.params == alone.network.params).all()


# Findings and pins


def test_one_click_remedies_and_undo_takes_it_back(window, qtbot):
    session, findings = window.session, window.train.findings
    bad = replace(SPEC, network=replace(SPEC.network, initializer=Zeros()))
    session.edit(bad)
    step(qtbot, session, 5)
    qtbot.waitUntil(lambda: bool(findings.findings) and findings.findings[0].severity == "bad")
    qtbot.mouseClick(findings.cards[0].remedy, Qt.MouseButton.LeftButton)
    assert not isinstance(session.spec.network.initializer, Zeros)
    assert window.train.controls.spec() == session.spec
    session.undo_stack.undo()
    assert session.spec == bad


def test_findings_are_those_of_the_moment_looked_at(window, qtbot, monkeypatch):
    looked = []
    monkeypatch.setattr(
        window.train.findings._diagnoser,
        "diagnose",
        lambda spec, frame, history: looked.append(frame.iteration) or (),
    )
    step(qtbot, window.session, 10)
    window.session.look_at(4)
    with qtbot.waitSignal(window.train.findings.looked, timeout=WAIT):
        pass
    qtbot.waitUntil(lambda: looked[-1] == 4)


def test_pinning_by_key_then_leads_to_the_table(window, qtbot):
    session = window.session
    step(qtbot, session, 5)
    QTest.keyClick(window, Qt.Key.Key_P)
    assert len(session.pins) == 1
    assert window.train.toolbar.pin.accessibleName() == "Runs"
    QTest.keyClick(window, Qt.Key.Key_P)
    assert window.train.pinning.table.isVisible()
    assert window.train.pinning.table.chosen().history is session.history
    window.train.pinning.table.close()
    session.edit(CIRCLE)
    assert window.train.toolbar.pin.accessibleName() == "Pin run"
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    step(qtbot, session, 2)
    assert any(span.text == "Run 1" for span in window.train.dashboard.views["loss"].subtitle)


def test_a_run_that_cannot_be_pinned_says_why(window):
    window.train.pinning.pin()
    assert window.train.banner.text() == "There is nothing to pin before the first step."


# Runs


def test_what_is_shown_stays_until_the_next_run_is_there(window, qtbot):
    session = window.session
    step(qtbot, session, 10)
    session.edit(CIRCLE)
    assert moments(window) == {10}
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    assert moments(window) == {0}


def test_bad_data_leave_a_message_and_the_way_back(window, qtbot, monkeypatch):
    monkeypatch.setattr("core.data.mnist.find", lambda key: None)
    session = window.session
    step(qtbot, session, 10)
    with qtbot.waitSignal(session.failed, timeout=WAIT):
        session.edit(replace(SPEC, data=DataSpec(dataset=MNIST())))
    assert "playground data fetch mnist" in window.train.banner.text()
    assert moments(window) == set()
    assert not window.train.timeline.scrubber.isEnabled()
    session.undo_stack.undo()
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    assert window.train.banner.text() == ""
    assert session.history.ghost is not None


def test_a_diverged_run_is_kept_and_can_be_gone_back_in(window, qtbot):
    session = window.session
    step(qtbot, session, 10)
    session.edit(diverging(SPEC))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    assert "diverged" in window.train.banner.text()
    session.look_at(5)
    QTest.keyClick(window, Qt.Key.Key_G)
    wait(qtbot, session, lambda frame: frame.iteration == 5)
    assert session.spec == SPEC


def test_a_window_that_is_not_seen_holds_nothing_up(window, qtbot):
    session = window.session
    assert session.paints
    window.showMinimized()
    assert not session.paints
    window.showNormal()
    assert session.paints
    window.hide()
    assert not session.paints
    train(qtbot, session, 2000)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_in_focus(window, qtbot, key):
    window.train.toolbar.step.setFocus()
    QTest.keyClick(window.train.toolbar.step, key)
    wait(qtbot, window.session, lambda frame: frame.iteration == 1)
    window.train.controls.setFocus()
    QTest.keyClick(window, key)
    assert window.session.history.iteration == 1


def test_a_regression_shows_its_validation_loss(window, qtbot):
    window.session.edit(replace(SPEC, data=DataSpec(dataset=Sine())))
    step(qtbot, window.session, 1)
    name, value = window.train.toolbar.figures.texts()[-1].rsplit(" ", 1)
    assert name == "val loss"
    assert float(value) == pytest.approx(window.session.shown.validation[-1].loss, abs=1e-4)


def test_the_test_data_are_looked_at_when_asked_for(window, qtbot):
    session = window.session
    QTest.keyClick(window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: "no test data" in window.train.banner.text(), timeout=WAIT)
    session.edit(replace(SPEC, data=replace(SPEC.data, test=0.2)))
    train(qtbot, session, 100)
    window.menus.actions["Score on the test data"].trigger()
    at = f"100 samples, at step {session.history.iteration:,}: loss "
    qtbot.waitUntil(lambda: at in window.train.banner.text(), timeout=WAIT)


def test_the_speed_does_not_stay_when_the_training_process_hangs(qtbot):
    window = MainWindow(Session(SPEC), "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    session, figures = window.session, window.train.toolbar.figures
    session.set_running(True)
    qtbot.waitUntil(lambda: not {"0 steps/s", "– fps"} & set(figures.texts()), timeout=WAIT)
    assert isinstance(session._runner, TrainingWorker) and session._runner.process_id
    with qtbot.waitSignal(session.fell_silent, timeout=WAIT):
        os.kill(session._runner.process_id, signal.SIGSTOP)
    assert {"0 steps/s", "0 fps"} <= set(figures.texts())
    assert "not responded" in window.train.banner.text()
    window.close()


@pytest.mark.parametrize("name", ["~nobody/x.csv", "a\0b.csv", "x" * 300 + ".csv", "", "http:[/"])
def test_a_name_that_is_no_file_is_a_message_and_changes_nothing(window, qtbot, name):
    before = window.session.spec
    window.open_file(Path(name))
    qtbot.waitUntil(lambda: window.train.banner.text() != "", timeout=WAIT)
    assert window.session.spec == before
    assert window.windowTitle() == "Training Playground"
    step(qtbot, window.session, 1)


def test_the_title_tells_of_unsaved_changes_with_and_without_a_name(window, tmp_path):
    window.session.edit(CIRCLE)
    assert window.windowTitle() == "Untitled* – Training Playground"
    window.session.undo_stack.undo()
    assert window.windowTitle() == "Training Playground"
    window.session.edit(CIRCLE)
    assert window.document.write(tmp_path / "rings.json")
    assert window.windowTitle() == "rings – Training Playground"
    window.session.edit(SPEC)
    assert window.windowTitle() == "rings* – Training Playground"


def drop(window: MainWindow, urls: list[QUrl], text: str = "") -> None:
    data = QMimeData()
    data.setUrls(urls) if urls else data.setText(text)
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent(QPoint(300, 300), *how), QDropEvent(QPointF(300, 300), *how)):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()


@pytest.mark.parametrize(
    ("dropped", "told"),
    [
        ("https://example.com/x.csv", "must begin with playground:"),
        ("file:///", "/"),
        ("file:///nowhere/x.json", "/nowhere/x.json: No such file"),
        ("file:///nowhere/x.csv", "/nowhere/x.csv"),
        (f"file:///{300 * 'x'}.csv", "xxx.csv"),
        ("file:///dev/zero", "/dev/zero"),
        ("playground:experiment/1/zz", "is cut short"),
    ],
)
def test_what_is_dropped_and_cannot_be_opened_is_a_message(window, qtbot, dropped, told):
    before = window.session.spec
    drop(window, [QUrl(dropped)])
    qtbot.waitUntil(lambda: told in window.train.banner.text(), timeout=WAIT)
    assert window.session.spec == before


def test_a_link_can_be_dropped(window):
    other = replace(SPEC, seed=77)
    drop(window, [], experiment_link(other))
    assert window.session.spec == other


def test_of_several_files_the_first_is_opened(window, tmp_path):
    names = [tmp_path / f"{seed}.json" for seed in (5, 6)]
    for seed, name in zip((5, 6), names, strict=True):
        write_experiment(name, replace(SPEC, seed=seed))
    drop(window, [QUrl.fromLocalFile(str(name)) for name in names])
    assert window.session.spec.seed == 5


def test_menus_of_plots_are_destroyed_when_they_close(window):
    for view in list(window.train.dashboard.views.values())[:3]:
        middle = view.mapToGlobal(view.rect().center())
        assert is_destroyed(partial(view.open_menu, middle))


def test_menus_of_cards_are_destroyed_when_they_close(window):
    for card in window.train.dashboard.cards()[:3]:
        assert is_destroyed(card.header.open_menu)


def test_closing_in_mid_training_ends_it(qtbot):
    before = set(threading.enumerate())
    window = opened(qtbot)
    window.session.set_running(True)
    wait(qtbot, window.session, lambda frame: frame.iteration > 10)
    window.session.look_at(0)
    window.close()
    assert set(threading.enumerate()) <= before


# The dashboard


def test_with_all_views_shown_the_dashboard_scrolls_instead_of_growing(window, qtbot):
    dashboard = window.train.dashboard
    for action in dashboard.toggle_actions():
        if not action.isChecked():
            action.trigger()
    qtbot.waitUntil(lambda: dashboard.verticalScrollBar().maximum() > 0)
    assert (window.width(), window.height()) == (1280, 800)
    seen = [view for view in dashboard.shown() if view.on_screen]
    assert 0 < len(seen) < len(dashboard.shown())


def test_views_out_of_sight_cost_nothing_and_catch_up_in_sight(window, qtbot, monkeypatch):
    dashboard, session = window.train.dashboard, window.session
    for action in dashboard.toggle_actions():
        if not action.isChecked():
            action.trigger()
    bar = dashboard.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.waitUntil(lambda: not all(view.on_screen for view in dashboard.shown()))
    hidden = next(view for view in dashboard.shown() if not view.on_screen)
    presented = []
    present = hidden.present
    monkeypatch.setattr(
        hidden, "present", lambda frame: presented.append(frame.iteration) or present(frame)
    )
    step(qtbot, session, 3)
    assert presented == []
    bar.setValue(bar.maximum())
    if not hidden.on_screen:
        dashboard.ensureWidgetVisible(hidden)
    assert presented == [3]


def test_frames_hold_what_the_views_in_sight_need(window, qtbot):
    session, dashboard = window.session, window.train.dashboard
    docks = {card.view.key: card for card in dashboard.cards()}
    assert "activations" in session._runner._measures
    docks["activations"].close()
    qtbot.waitUntil(lambda: "activations" not in session._runner._measures)
    docks["activations"].show()
    qtbot.waitUntil(lambda: "activations" in session._runner._measures)


def test_one_view_fills_the_dashboard_and_gives_it_back(window):
    dashboard = window.train.dashboard
    before = dashboard.shown()
    dashboard.toggle_maximized("loss")
    assert [view.key for view in dashboard.shown()] == ["loss"]
    dashboard.toggle_maximized("loss")
    assert dashboard.shown() == before


@pytest.fixture
def settings(tmp_path):
    """A folder of its own for what windows remember."""
    ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(ini, user, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("page", ["train", "gallery", "labs", "search"])
def test_no_shortcut_means_two_things_on_a_page(window, page):
    """Qt then does neither, and warns that the shortcut is ambiguous."""
    window.show_page(page)
    lines = list(window.menus.lines())
    keys = [
        key.toString()
        for action in {
            id(line.action): line.action for line in lines if line.page in ("", page)
        }.values()
        for key in action.shortcuts()
    ]
    assert len(keys) > 10
    assert sorted(keys) == sorted(set(keys))


def test_the_layout_is_remembered_and_can_be_reset(qtbot, settings):
    first = opened(qtbot, (1100, 700), remember=True)
    docks = {card.view.key: card for card in first.train.dashboard.cards()}
    before = [view.key for view in first.train.dashboard.shown()]
    docks["gradients"].close()
    first.train.show_part(first.train.findings, False)
    first.appearance.set_theme("light")
    first.train.dashboard.toggle_maximized("loss")
    first.close()

    second = MainWindow(Session(SPEC), None, True)
    qtbot.addWidget(second)
    with qtbot.waitExposed(second):
        second.show()
    assert second.height() == 700
    shown = [view.key for view in second.train.dashboard.shown()]
    assert shown == [key for key in before if key != "gradients"]
    assert second.train.findings.isHidden()
    assert not second.train.timeline.isHidden()
    assert second.appearance.theme_name == "light"
    second.train.dashboard.reset_layout()
    assert [view.key for view in second.train.dashboard.shown()] == before
    second.close()


def test_a_memory_that_makes_no_sense_is_left_aside(qtbot, settings):
    folder = settings / "training-playground"
    folder.mkdir()
    (folder / "window.ini").write_text("[General]\nlayout=nonsense\ngeometry=7\ntheme=\n")
    window = opened(qtbot, remember=True)
    assert window.train.dashboard.shown()
    window.close()


def test_lecture_mode_fills_the_screen_with_larger_type_and_ends_with_escape(window, qtbot):
    before = theme.current()
    size = QApplication.font().pointSizeF()
    window.menus.actions["Lecture mode"].trigger()
    assert window.isFullScreen()
    assert QApplication.font().pointSizeF() > 1.2 * size
    assert theme.current().line_scale > 1.5
    assert contrast(theme.current()) > contrast(before)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert theme.current() == before
    assert QApplication.font().pointSizeF() == size


def contrast(colors):
    """The difference in lightness between muted text and its background."""
    return abs(QColor(colors.muted).lightnessF() - QColor(colors.card).lightnessF())


def test_a_card_in_a_hidden_tab_is_not_exported(window):
    dashboard = window.train.dashboard
    docks = {dock.view.key: dock for dock in dashboard.cards()}
    loss, activations = docks["loss"], docks["activations"]
    dashboard._docking.tabifyDockWidget(activations, loss)
    activations.raise_()
    QApplication.processEvents()
    sheet = window.train._sheet()
    assert sheet.size.width() < dashboard.width() + 60
    assert loss.view not in sheet.views


def test_without_a_view_there_is_nothing_to_export(window):
    for dock in window.train.dashboard.cards():
        dock.hide()
    window.train.export()
    assert window.train.banner.text() == "No view is shown. Choose some in the View menu."


def test_a_view_that_the_data_have_nothing_for_does_not_return(window, qtbot):
    dashboard = window.train.dashboard
    dashboard.toggle_maximized("loss")
    digits = replace(window.session.spec.data, dataset=Digits())
    window.session.edit(replace(window.session.spec, data=digits))
    surface = dashboard.views["surface"]
    qtbot.waitUntil(lambda: bool(dashboard._data and surface.unsupported_reason(dashboard._data)))
    dashboard.toggle_maximized("loss")
    shown = {view.key for view in dashboard.shown()}
    assert "surface" not in shown and len(shown) == 4


@pytest.mark.parametrize("hidden_by", ["nothing", "a maximised view", "a tab", "the edge"])
def test_a_view_that_a_lesson_names_is_seen(window, qtbot, hidden_by):
    dashboard = window.train.dashboard
    docks = {dock.view.key: dock for dock in dashboard.cards()}
    wanted = docks["gradients"]
    if hidden_by == "a maximised view":
        dashboard.toggle_maximized("loss")
    elif hidden_by == "a tab":
        dashboard._docking.tabifyDockWidget(wanted, docks["activations"])
        docks["activations"].raise_()
    elif hidden_by == "the edge":
        for dock in docks.values():
            dock.show()
    QApplication.processEvents()
    window._go("view", "gradients")
    qtbot.waitUntil(lambda: wanted.view.on_screen and not wanted.visibleRegion().isEmpty())
    assert wanted.visibleRegion().boundingRect().height() > wanted.height() / 2
