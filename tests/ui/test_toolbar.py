"""The toolbar asks for what its buttons say and shows where the run stands."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.keys_window import KeysWindow
from ui import theme
from ui.pages.train.toolbar import Toolbar
from ui.theme import DARK, LIGHT
from ui.widgets.figures import Figure, Figures, decimal


@pytest.fixture
def toolbar(qtbot) -> Toolbar:
    theme.apply(QApplication.instance(), DARK)  # type: ignore[arg-type]
    toolbar = Toolbar()
    qtbot.addWidget(toolbar)
    toolbar.resize(1320, 44)
    with qtbot.waitExposed(toolbar):
        toolbar.show()
    return toolbar


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("step", "step_requested"),
        ("epoch", "epoch_requested"),
        ("reset", "reset_requested"),
        ("new_seed", "new_seed_requested"),
        ("pin", "pin_requested"),
        ("export", "export_requested"),
    ],
)
def test_every_button_asks_for_what_it_says(toolbar, qtbot, button: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(toolbar, signal), timeout=1000):
        qtbot.mouseClick(getattr(toolbar, button), Qt.MouseButton.LeftButton)


def test_run_asks_for_the_other_state_and_shows_what_it_is_told(toolbar, qtbot) -> None:
    asked: list[bool] = []
    toolbar.run_toggled.connect(asked.append)
    width = toolbar.run.width()
    assert toolbar.run.text() == "Run"
    toolbar.run.click()
    toolbar.set_running(True)
    assert (toolbar.run.text(), toolbar.run.width()) == ("Pause", width)
    toolbar.run.click()
    toolbar.set_running(False)
    assert (toolbar.run.text(), asked) == ("Run", [True, False])


def test_tooltips_name_the_shortcuts(toolbar: Toolbar) -> None:
    keys = {
        "run": "Space", "step": "S", "epoch": "E", "reset": "R", "new_seed": "N",
        "export": "Ctrl+E",
    }  # fmt: skip
    for button, key in keys.items():
        assert f"({key})" in getattr(toolbar, button).toolTip()


def test_figures_are_short_and_complete(toolbar: Toolbar) -> None:
    toolbar.set_figures(1.54, 1600, 812.4, 59.9, 0.18342, 0.952)
    assert toolbar.figures.texts() == [
        "epoch 1.5", "step 1,600", "812 steps/s", "60 fps", "loss 0.1834", "val acc 0.952",
    ]  # fmt: skip


def test_what_is_not_known_is_a_dash(toolbar: Toolbar) -> None:
    nan = math.nan
    toolbar.set_figures(0, 0, nan, nan, nan, nan)
    assert toolbar.figures.texts() == [
        "epoch 0.0", "step 0", "– steps/s", "– fps", "loss –", "val acc –",
    ]  # fmt: skip


def test_where_there_is_no_accuracy_the_validation_loss_is_told(toolbar: Toolbar) -> None:
    toolbar.set_figures(1, 10, 9, 60, 0.5, 0.25, is_accuracy=False)
    assert toolbar.figures.texts()[-1] == "val loss 0.2500"
    toolbar.set_figures(1, 10, 9, 60, 0.5, 0.25)
    assert toolbar.figures.texts()[-1] == "val acc 0.250"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.18342, "0.1834"), (3e-5, "3.0·10⁻⁵"), (0, "0.0000"), (2e6, "2.0·10⁶"), (math.inf, "∞")],
)
def test_figures_keep_their_length(value: float, text: str) -> None:
    assert decimal(value, 4) == text


def test_running_figures_stand_still(toolbar: Toolbar) -> None:
    toolbar.set_figures(1.1, 1111, 811, 60, 0.1111, 0.111)
    before = toolbar.figures.places()
    toolbar.set_figures(8.8, 8888, 9, 59, 0.8888, 0.888)
    assert toolbar.figures.places() == before
    toolbar.set_figures(88888.8, 8888888, 99999999, 60, 0.1, 0.1)
    wide = toolbar.figures.places()
    assert wide != before
    toolbar.set_figures(1.1, 1111, 811, 60, 0.1111, 0.111)
    assert toolbar.figures.places() == wide


def test_figures_never_overlap(toolbar: Toolbar) -> None:
    toolbar.set_figures(88888.8, 8888888, 99999999, 60, 0.1, 0.1)
    right = -1
    for left, width in toolbar.figures.places():
        assert left > right
        right = left + width
    assert right <= toolbar.figures.width()


def test_a_narrow_window_leaves_out_the_least_important_first(toolbar: Toolbar, qtbot) -> None:
    toolbar.set_figures(1.5, 600, 812, 60, 0.18, 0.95)
    assert len(toolbar.figures.places()) == 6
    toolbar.figures.resize(300, 28)
    shown = toolbar.figures.shown_texts()
    assert "60 fps" not in shown
    assert {"loss 0.1800", "val acc 0.950"} <= set(shown)


def test_a_narrow_window_keeps_all_figures_and_drops_words_instead(toolbar: Toolbar) -> None:
    names = [b.accessibleName() for b in (toolbar.step, toolbar.epoch, toolbar.reset)]
    toolbar.resize(1280 - theme.CONTROL_COLUMN - 24, 44)
    QApplication.processEvents()
    toolbar.set_figures(12.5, 61600, 8120, 60, 0.18, 0.95)
    assert len(toolbar.figures.shown_texts()) == 6
    assert [b.accessibleName() for b in (toolbar.step, toolbar.epoch, toolbar.reset)] == names
    assert toolbar.run.text() == "Run"
    toolbar.resize(1420, 44)
    QApplication.processEvents()
    assert [b.text() for b in (toolbar.step, toolbar.epoch, toolbar.reset)] == names


def test_only_what_has_changed_is_painted_again(toolbar: Toolbar, qtbot) -> None:
    toolbar.set_figures(1.5, 600, 812, 60, 0.18, 0.95)
    QApplication.processEvents()
    painted: list[int] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(event.rect().width())
            return False

    watch = Watch()
    toolbar.figures.installEventFilter(watch)
    toolbar.set_figures(1.5, 600, 812, 60, 0.18, 0.95)
    QApplication.processEvents()
    assert painted == []
    toolbar.set_figures(1.5, 601, 812, 60, 0.18, 0.95)
    QApplication.processEvents()
    assert len(painted) == 1
    assert painted[0] < toolbar.figures.width() / 2


def test_figures_are_painted_in_the_colours_of_the_theme(toolbar: Toolbar) -> None:
    for colors in (DARK, LIGHT):
        toolbar.retheme(colors)
        toolbar.set_figures(1.5, 600, 812, 60, 0.18, 0.95)
        image = toolbar.figures.grab().toImage()
        seen = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
        }
        assert {colors.background, colors.muted, colors.text} <= seen


def test_space_presses_a_button_that_was_reached_with_tab(qtbot) -> None:
    window, toolbar = KeysWindow(), Toolbar()
    qtbot.addWidget(window)
    window.setMenuWidget(toolbar)
    ran: list[bool] = []
    run = QAction("Run", window)
    run.setShortcut(QKeySequence("Space"))
    run.triggered.connect(lambda: ran.append(True))
    window.addAction(run)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()

    qtbot.mouseClick(toolbar.reset, Qt.MouseButton.LeftButton)
    assert not toolbar.reset.hasFocus()
    toolbar.step.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(toolbar.step_requested, timeout=1000):
        QTest.keyClick(toolbar.step, Qt.Key.Key_Space)
    assert ran == []
    toolbar.step.clearFocus()
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert len(ran) == 1


def test_figures_get_the_room_that_a_larger_font_needs(qtbot):
    figures = Figures([Figure("epoch", "99.9", rank=1), Figure("loss", "0.0000", bold=True)])
    qtbot.addWidget(figures)
    figures.resize(600, 30)
    before = figures.places()
    font = figures.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    figures.setFont(font)
    for (left, width), (_, narrow) in zip(figures.places(), before, strict=True):
        assert width > 1.3 * narrow
        assert left >= 0
    (first, width), (second, _) = figures.places()
    assert first + width <= second


def test_the_words_of_the_pin_button_fit_after_they_change_at_any_width(toolbar: Toolbar) -> None:
    toolbar.resize(1000, 44)
    toolbar.set_pinned(True)
    toolbar.resize(1420, 44)
    QApplication.processEvents()
    assert toolbar.pin.text() == "Runs"
    toolbar.set_pinned(False)
    assert toolbar.pin.text() == "Pin run"
    assert toolbar.pin.width() >= toolbar.pin.sizeHint().width()
