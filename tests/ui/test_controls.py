"""The control column shows an experiment, edits it, and says what an edit will do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QToolButton, QWidget

from core.base.registry import settings_of
from core.catalogue.activations import ACTIVATIONS, LeakyReLU, Maxout, PReLU, ReLU, Sigmoid
from core.catalogue.blocks import BLOCKS, Dense, Skip, SplitMerge
from core.catalogue.initializers import HeNormal
from core.data.curves import Sine
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from tests.ui.keys_window import KeysWindow
from tests.ui.popups import is_destroyed
from ui import theme
from ui.forms.blocks_editor import BlocksEditor
from ui.pages.train.controls import Controls
from ui.theme import CONTROL_COLUMN, DARK, LIGHT
from ui.widgets.activation_plot import ActivationPlot

HIDDEN = (Dense(units=8), Skip(units=4, layers=3), Dense(units=2))


@pytest.fixture
def controls(qtbot) -> Controls:
    theme.apply(QApplication.instance(), DARK)  # type: ignore[arg-type]
    return active(qtbot, Controls(ExperimentSpec()))


@pytest.fixture
def editor(qtbot) -> BlocksEditor:
    editor = BlocksEditor()
    editor.set_value(HIDDEN)
    editor.resize(244, 400)
    return active(qtbot, editor)


def active(qtbot, widget: Any) -> Any:
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def collected(signal) -> list:
    values: list = []
    signal.connect(values.append)
    return values


def field(controls: QWidget, path: str) -> Any:
    found = controls.findChildren(QWidget, path)
    assert found, path
    return found[0]


def press(widget: QWidget, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifier)


def open_all(controls: Controls) -> None:
    for button in controls.findChildren(QToolButton, "more"):
        button.click()


def with_network(**settings: Any) -> ExperimentSpec:
    return ExperimentSpec(network=NetworkSpec(**settings))


def test_every_setting_of_an_experiment_has_its_field(controls: Controls) -> None:
    open_all(controls)
    for part, kind in (("data", DataSpec), ("network", NetworkSpec), ("training", TrainingSpec)):
        for name in settings_of(kind):
            if name not in ("hidden", "points"):
                assert field(controls, f"{part}.{name}").isVisible()
    for name in settings_of(ExperimentSpec):
        assert field(controls, name).isVisible()
    assert controls.blocks.isVisible()


def test_every_field_can_be_reached_by_name_tooltip_and_tab(controls: Controls) -> None:
    open_all(controls)
    reached: set[Any] = set()
    widget: Any = controls.nextInFocusChain()
    while widget is not controls:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.add(widget)
            if not widget.focusProxy():
                assert widget.accessibleName() or getattr(widget, "text", str)()
        widget = widget.nextInFocusChain()
    for part, kind in (("data", DataSpec), ("network", NetworkSpec), ("training", TrainingSpec)):
        for name in set(settings_of(kind)) - {"hidden", "points"}:
            widget = field(controls, f"{part}.{name}")
            assert (widget.focusProxy() or widget) in reached
            assert widget.toolTip()


def test_showing_an_experiment_says_nothing(controls: Controls) -> None:
    open_all(controls)
    edits = collected(controls.spec_edited)
    spec = ExperimentSpec(
        data=DataSpec(dataset=Sine(noise=0.1), validation=0.5),
        network=NetworkSpec(hidden=HIDDEN, activation=ReLU(), bias=False),
        training=TrainingSpec(patience=9),
        seed=77,
    )
    controls.set_spec(spec)
    assert edits == []
    assert controls.spec() == spec
    assert field(controls, "data.dataset").currentText() == "Sine"
    assert not field(controls, "network.bias").isChecked()
    assert field(controls, "training.patience").value() == 9
    assert field(controls, "seed").text() == "77"
    assert controls.blocks.value() == HIDDEN


def test_an_edit_carries_the_whole_experiment(controls: Controls) -> None:
    start = with_network(hidden=HIDDEN)
    controls.set_spec(start)
    edits = collected(controls.spec_edited)
    slider = field(controls, "network.dropout").slider
    slider.setFocus()
    press(slider, Qt.Key.Key_Right)
    assert edits == [with_network(hidden=HIDDEN, dropout=0.01)]
    assert controls.spec() == edits[0]


def test_edits_of_common_and_rare_settings_do_not_undo_each_other(controls: Controls) -> None:
    open_all(controls)
    edits = collected(controls.spec_edited)
    for path in ("network.dropout", "training.weight_decay"):
        slider = field(controls, path).slider
        slider.setFocus()
        press(slider, Qt.Key.Key_End)
    for path in ("network.bias", "training.restore_best", "data.standardize"):
        field(controls, path).click()
    spec = edits[-1]
    assert (spec.network.dropout, spec.network.bias) == (0.95, False)
    assert (spec.training.weight_decay, spec.training.restore_best) == (1, False)
    assert not spec.data.standardize


def test_folded_settings_that_are_not_at_their_defaults_are_counted(controls: Controls) -> None:
    words = [button.text() for button in controls.findChildren(QToolButton, "more")]
    assert words == ["More", "More", "More"]
    controls.set_spec(ExperimentSpec(training=TrainingSpec(patience=3), seed=5))
    words = [button.text() for button in controls.findChildren(QToolButton, "more")]
    assert words == ["More", "More", "More · 2 set"]


def test_auto_says_what_it_chose(controls: Controls) -> None:
    open_all(controls)
    initializer, loss = field(controls, "network.initializer"), field(controls, "training.loss")
    assert (initializer.note(), loss.note()) == ("Xavier normal", "Binary cross-entropy")
    controls.set_spec(ExperimentSpec(data=DataSpec(dataset=Sine())))
    assert loss.note() == "½ squared error"
    controls.set_spec(with_network(activation=ReLU()))
    assert initializer.note() == "He normal"
    controls.set_spec(with_network(initializer=HeNormal()))
    assert initializer.note() == HeNormal.formula


def test_the_column_keeps_its_width_and_never_scrolls_sideways(controls: Controls) -> None:
    open_all(controls)
    for height in (300, 3000):
        controls.resize(CONTROL_COLUMN, height)
        QApplication.processEvents()
        assert controls.width() == CONTROL_COLUMN
        area = controls.findChildren(QScrollArea)[0]
        assert area.horizontalScrollBar().maximum() == 0
        dataset = field(controls, "data.dataset")
        right = dataset.mapTo(controls, QPoint(dataset.width(), 0)).x()
        assert abs(right - (CONTROL_COLUMN - 16)) <= 1


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=lambda colors: colors.name)
def test_the_column_wears_the_theme(controls: Controls, colors: theme.Theme) -> None:
    theme.apply(QApplication.instance(), colors)  # type: ignore[arg-type]
    controls.retheme(colors)
    image = controls.grab().toImage()
    assert image.pixelColor(4, 4).name() == colors.card
    row = controls.blocks.rows()[0]
    stripe = row.mapTo(controls, QPoint(7, row.height() // 2))
    assert image.pixelColor(stripe).name() == colors.depth[0]


def test_the_plot_draws_every_activation_but_maxout(qtbot) -> None:
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(244, 92)
    for entry in ACTIVATIONS.entries():
        plot.set_activation(entry())
        assert plot.isHidden() == (entry is Maxout)
        assert entry.label in plot.accessibleDescription()


def test_the_plot_reads_values_under_the_pointer(qtbot) -> None:
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(242, 92)
    plot.show()
    plot.resize(plot.width() + 240 - plot.view.width(), 92)
    assert plot.reading() == ""
    for activation, text in (
        (Sigmoid(), "x 0.00   f 0.500   f′ 0.250"),
        (LeakyReLU(slope=0.1), "x −2.50   f −0.250   f′ 0.100"),
        (PReLU(start=0.5), "x −2.50   f −1.250   f′ 0.500"),
    ):
        plot.set_activation(activation)
        x = 120 if isinstance(activation, Sigmoid) else 60
        qtbot.mouseMove(plot.view.viewport(), QPoint(x, 40))
        assert plot.reading() == text


def test_the_plot_of_a_curve_has_ink_where_the_function_runs(qtbot) -> None:
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(242, 92)
    plot.set_activation(ReLU())
    image = plot.grab().toImage()
    f = plot.plot
    y = f.py(np.array([1.5]))[0]
    place = plot.view.mapTo(plot, QPoint(round(f.px_of(1.5)), round(y)))
    nearby = {
        image.pixelColor(place + QPoint(dx, dy)).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    }
    assert theme.current().accent in nearby


def test_layers_are_added_removed_and_resized(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    add_skip = editor.add.menu().actions()[list(BLOCKS).index("skip")]
    add_skip.trigger()
    assert edits[-1] == (*HIDDEN, Skip(units=2))
    editor.rows()[0].remove.click()
    assert edits[-1] == (*HIDDEN[1:], Skip(units=2))
    units = editor.rows()[0].units
    units.setFocus()
    press(units, Qt.Key.Key_Up)
    assert edits[-1] == (replace(HIDDEN[1], units=5), HIDDEN[2], Skip(units=2))
    assert len(edits) == 3


def test_the_last_layer_can_go(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    for _ in range(3):
        editor.rows()[0].remove.click()
    assert edits[-1] == ()
    editor.append(Dense)
    assert edits[-1] == (Dense(),)


def test_the_add_button_offers_every_kind(editor: BlocksEditor) -> None:
    texts = [action.text() for action in editor.add.menu().actions()]
    for kind, text in zip(BLOCKS.entries(), texts, strict=True):
        assert text.replace("&&", "&").startswith(kind.label)
        assert kind.formula in text


def test_layers_move_with_alt_and_the_arrows(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    units = editor.rows()[2].units
    units.setFocus()
    press(units, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    press(units, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    press(units, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert edits[-1] == (HIDDEN[2], HIDDEN[0], HIDDEN[1])
    press(units, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert edits[-1] == (HIDDEN[0], HIDDEN[2], HIDDEN[1])
    press(units, Qt.Key.Key_Delete, Qt.KeyboardModifier.AltModifier)
    assert edits[-1] == (HIDDEN[0], HIDDEN[1])
    assert len(edits) == 4


def test_layers_are_dragged_and_count_when_dropped(editor: BlocksEditor, qtbot) -> None:
    edits = collected(editor.edited)
    row = editor.rows()[0]
    grip = QPoint(12, 12)
    qtbot.mousePress(row, Qt.MouseButton.LeftButton, pos=grip)
    for other in (1, 2):
        target = editor.rows()[other].geometry().bottom() - 2
        qtbot.mouseMove(row, row.mapFromParent(QPoint(12, target)))
        editor.layout().activate()  # type: ignore[union-attr]
    assert edits == []
    qtbot.mouseRelease(row, Qt.MouseButton.LeftButton, pos=grip)
    assert edits == [(HIDDEN[1], HIDDEN[2], HIDDEN[0])]


def test_a_press_without_a_move_changes_nothing(editor: BlocksEditor, qtbot) -> None:
    edits = collected(editor.edited)
    qtbot.mouseClick(editor.rows()[1], Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    assert edits == []


def test_the_menu_of_a_layer(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    first = {action.text().split("\t")[0]: action for action in editor.menu(0).actions()}
    assert not first["Move up"].isEnabled()
    first["Duplicate"].trigger()
    assert edits[-1] == (HIDDEN[0], HIDDEN[0], *HIDDEN[1:])


def test_the_menu_of_a_layer_is_destroyed_when_it_closes(editor: BlocksEditor) -> None:
    at = editor.rows()[1].geometry().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, editor.mapToGlobal(at))
    assert is_destroyed(lambda: QApplication.sendEvent(editor, asked))


def test_a_layer_opens_to_settings_of_its_own(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    row = editor.rows()[1]
    row.unfold.click()
    combo = field(row, "block.activation")
    combo.setFocus()
    press(combo, Qt.Key.Key_Down)
    first = next(ACTIVATIONS.entries())
    assert edits[-1][1] == replace(HIDDEN[1], activation=first())
    assert first.label in row.unfold.toolTip()
    layers = field(row, "block.layers")
    layers.setFocus()
    press(layers, Qt.Key.Key_Up)
    assert edits[-1][1].layers == 4


def test_showing_other_layers_says_nothing_and_keeps_open_rows(editor: BlocksEditor) -> None:
    edits = collected(editor.edited)
    editor.rows()[0].unfold.click()
    editor.set_value((Dense(units=9, dropout=0.5), SplitMerge(units=3)))
    assert edits == []
    assert [row.block() for row in editor.rows()] == list(editor.value())
    assert editor.rows()[0].unfold.isChecked()
    assert field(editor.rows()[0], "block.dropout").text() == "0.5"
    assert editor.rows()[0].units.value() == 9


def test_rows_wear_the_colours_of_the_layers_they_are_measured_as(editor: BlocksEditor) -> None:
    editor.set_value((*HIDDEN, SplitMerge(short=1, long=2)))
    colors = theme.current().layer_colors(9)
    for row, (start, end) in zip(editor.rows(), pairwise((0, 1, 4, 5, 8)), strict=True):
        assert row.colors() == colors[start:end]


@pytest.fixture
def window(qtbot) -> QMainWindow:
    """A window with the controls and the shortcuts that would steal their keys."""
    window = KeysWindow()
    window.controls = Controls(ExperimentSpec())  # type: ignore[attr-defined]
    window.setCentralWidget(window.controls)  # type: ignore[attr-defined]
    window.ran = []  # type: ignore[attr-defined]
    for keys in ("Space", "S"):
        action = QAction(keys, window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False, keys=keys: window.ran.append(keys))  # type: ignore[attr-defined]
        window.addAction(action)
    return active(qtbot, window)


def test_clicking_leaves_space_and_letters_to_the_shortcuts(window: Any, qtbot) -> None:
    window.setFocus()
    more = window.controls.findChildren(QToolButton, "more")[0]
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    check = field(window, "data.standardize")
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=QPoint(8, 13))
    assert not window.controls.spec().data.standardize
    press(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    press(QApplication.focusWidget() or window, Qt.Key.Key_S)
    assert window.ran == ["Space", "S"]
    assert not window.controls.spec().data.standardize


def test_a_field_reached_with_tab_keeps_its_keys(window: Any) -> None:
    window.controls.findChildren(QToolButton, "more")[0].click()
    check = field(window, "data.standardize")
    check.setFocus(Qt.FocusReason.TabFocusReason)
    press(check, Qt.Key.Key_Space)
    assert not window.controls.spec().data.standardize
    activation = field(window, "network.activation")
    activation.setFocus(Qt.FocusReason.TabFocusReason)
    press(activation, Qt.Key.Key_S)
    assert window.controls.spec().network.activation.label.startswith("S")
    assert window.ran == []


def test_letters_in_an_open_list_search_it(window: Any) -> None:
    activation = field(window, "network.activation")
    activation.showPopup()
    view = activation.view()
    view.setFocus()
    press(view, Qt.Key.Key_S)
    assert window.ran == []
    assert view.currentIndex().data().startswith("S")
    press(view, Qt.Key.Key_Return)
    assert window.controls.spec().network.activation.label.startswith("S")
