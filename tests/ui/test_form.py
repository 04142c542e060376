"""Forms: whatever has settings can be seen, typed, slid and chosen."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from html import escape
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget

import core.data
from core.base.registry import Setting, settings_of
from core.catalogue.activations import ACTIVATIONS, LeakyReLU
from core.catalogue.blocks import BLOCKS, Dense
from core.catalogue.initializers import INITIALIZERS
from core.catalogue.losses import LOSSES, HalfSquaredError
from core.catalogue.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from core.catalogue.penalties import CLIPPINGS, PENALTIES
from core.catalogue.schedules import SCHEDULES
from core.data.toys import Circle
from core.data.user_files import UserTable
from core.experiment.spec import DataSpec, ExperimentSpec, TrainingSpec, changes
from ui import theme as look
from ui.forms.form import Form
from ui.widgets.numbers import parsed, shown
from ui.widgets.row_label import RowLabel
from ui.widgets.scale import stops
from ui.widgets.spin import Spin

REGISTRIES = (
    core.data.DATASETS,
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    PENALTIES,
    CLIPPINGS,
    BLOCKS,
)
ENTRIES = [entry for registry in REGISTRIES for entry in registry.entries()]
TRAINING = tuple(settings_of(TrainingSpec))


def test_no_text_needs_marks_that_fonts_put_in_the_wrong_place():
    words = [(e.label, e.formula, e.advice) for e in ENTRIES]
    words += [(k.label, k.help) for e in ENTRIES for k in settings_of(e).values()]
    assert not [text for texts in words for text in texts if any(map(unicodedata.combining, text))]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.label)
def test_the_names_of_an_entrys_settings_are_not_cut(qtbot, qapp, entry):
    look.apply(qapp, look.LIGHT)
    block = entry in BLOCKS.entries()
    form = Form(entry(), "x", restarts_run=block, depth=0 if block else 1)
    qtbot.addWidget(form)
    for label in form.findChildren(RowLabel):
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.room()


@pytest.fixture
def training(qtbot) -> Form:
    return shown_form(qtbot, Form(TrainingSpec(), "training"))


def shown_form(qtbot, form: Form) -> Form:
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    return form


def field(form: Form, path: str) -> Any:
    found = form.findChildren(QWidget, path)
    assert found, path
    return next((w for w in found if w.isVisible()), found[0])


def form_has(form: Form, path: str) -> bool:
    return bool(form.findChildren(QWidget, path))


def emitted(form: Form) -> list:
    values: list = []
    form.changed.connect(values.append)
    return values


def type_into(line, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def choose(combo, key: str | None) -> None:
    """As a user does with the keyboard."""
    row = next(i for i in range(combo.count()) if combo.itemData(i) == key)
    combo.setFocus()
    while combo.currentIndex() != row:
        down = combo.currentIndex() < row
        QTest.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


def turn_wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.registry.name}: {e.key}")
def test_every_entry_of_the_catalogue_has_a_complete_form(entry, qtbot) -> None:
    form = Form(entry(), "part")
    qtbot.addWidget(form)
    assert all(form.has(name) and form.editor(name) for name in settings_of(entry))
    labels = {label.buddy().objectName(): label for label in form.findChildren(RowLabel)}
    for name, setting in settings_of(entry).items():
        widget = form.editor(name)
        assert widget.objectName() == f"part.{name}"
        assert widget.accessibleName() == (setting.label or name)
        for tip in (widget.toolTip(), labels[f"part.{name}"].toolTip()):
            assert escape(setting.help) in tip


def test_setting_a_part_shows_it_and_says_nothing(training: Form) -> None:
    values = emitted(training)
    part = TrainingSpec(
        optimizer=Momentum(learning_rate=0.25, momentum=0.5), max_epochs=7, restore_best=False
    )
    training.set_value(part)
    assert values == []
    assert training.part() == part
    assert field(training, "training.optimizer").currentText() == "Momentum"
    assert field(training, "training.optimizer.learning_rate").field.text() == "0.25"
    assert field(training, "training.max_epochs").value() == 7
    assert not field(training, "training.restore_best").isChecked()


def test_a_change_carries_the_whole_new_part(training: Form, qtbot) -> None:
    values = emitted(training)
    qtbot.mouseClick(
        field(training, "training.restore_best"), Qt.MouseButton.LeftButton, pos=QPoint(8, 13)
    )
    assert values == [replace(TrainingSpec(), restore_best=False)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("1e-3", 0.001), ("0.001", 0.001), ("0,5", 0.5), ("0", 0), ("1e9", 1e9), (" 3 ", 3)],
)
def test_a_number_counts_once_enter_is_pressed(training: Form, text: str, rate: float) -> None:
    values = emitted(training)
    line = field(training, "training.optimizer.learning_rate").field
    type_into(line, text)
    assert values == []
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [part.optimizer.learning_rate for part in values] == [rate]
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert len(values) == 1


def test_a_number_counts_when_the_focus_leaves(training: Form) -> None:
    values = emitted(training)
    line = field(training, "training.optimizer.learning_rate").field
    type_into(line, "0.2")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert [part.optimizer.learning_rate for part in values] == [0.2]


@pytest.mark.parametrize("text", ["fast", "-1", "inf", "nan", "1e13", ""])
def test_a_bad_number_is_marked_and_explained_and_never_counts(training: Form, text: str) -> None:
    values = emitted(training)
    line = field(training, "training.optimizer.learning_rate").field
    type_into(line, text)
    if not text:
        line.clear()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.property("invalid")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert not line.property("invalid")
    assert line.text() == "0.01"
    assert values == []


def test_escape_brings_the_old_number_back(training: Form) -> None:
    line = field(training, "training.optimizer.learning_rate").field
    type_into(line, "12")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "0.01"


def test_half_typed_numbers_survive_updates_of_other_settings(training: Form) -> None:
    line = field(training, "training.optimizer.learning_rate").field
    type_into(line, "0.12")
    training.set_value(replace(TrainingSpec(), max_epochs=3))
    assert line.text() == "0.12"


def test_a_slider_acts_live_and_stops_at_round_values(training: Form) -> None:
    values = emitted(training)
    slider = field(training, "training.optimizer.learning_rate").slider
    slider.setFocus()
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert [part.optimizer.learning_rate for part in values] == [0.015, 0.02, 0.03]
    assert field(training, "training.optimizer.learning_rate").field.text() == "0.03"


def test_arrows_in_a_number_field_move_its_slider(training: Form) -> None:
    values = emitted(training)
    line = field(training, "training.optimizer.learning_rate").field
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Up)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert [part.optimizer.learning_rate for part in values] == [0.015, 0.01]


def test_a_click_on_a_slider_goes_there(training: Form, qtbot) -> None:
    slider = field(training, "training.weight_decay").slider
    assert slider.value() == 0
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    assert abs(slider.value() - slider.maximum() / 2) <= 2


def test_a_typed_value_between_the_stops_stays_exact(training: Form) -> None:
    values = emitted(training)
    line = field(training, "training.optimizer.beta2").field
    type_into(line, "0.99873")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert values[-1].optimizer.beta2 == 0.99873


def test_settings_come_and_go_with_their_entry_and_are_remembered(training: Form) -> None:
    values = emitted(training)
    optimizer = field(training, "training.optimizer")
    line = field(training, "training.optimizer.beta1").field
    type_into(line, "0.5")
    QTest.keyClick(line, Qt.Key.Key_Return)
    choose(optimizer, "sgd")
    assert values[-1].optimizer == SGD()
    assert not form_has(training, "training.optimizer.beta1")
    choose(optimizer, "adam")
    assert values[-1].optimizer == Adam(beta1=0.5)
    line = field(training, "training.optimizer.beta1").field
    assert line.isVisible()
    assert line.text() == "0.5"


def test_choosing_one_entry_after_the_other_keeps_one_form(training: Form) -> None:
    optimizer = field(training, "training.optimizer")
    keys = [optimizer.itemData(row) for row in range(optimizer.count())]
    before = len(training.findChildren(Form))
    for key in filter(None, keys):
        choose(optimizer, key)
    choose(optimizer, "adam")
    assert len(training.findChildren(Form)) == before


def test_settings_of_an_entry_that_was_set_from_outside_are_remembered_too(training: Form) -> None:
    values = emitted(training)
    training.set_value(TrainingSpec(optimizer=Momentum(momentum=0.7)))
    choose(field(training, "training.optimizer"), "sgd")
    choose(field(training, "training.optimizer"), "momentum")
    assert values[-1].optimizer == Momentum(momentum=0.7)


def test_settings_set_from_outside_reach_a_form_that_is_built_already(training: Form) -> None:
    training.set_value(TrainingSpec(optimizer=SGD()))
    training.set_value(TrainingSpec(optimizer=Adam(beta2=0.9)))
    assert field(training, "training.optimizer.beta2").field.text() == "0.9"


def test_tab_goes_from_an_entry_to_its_settings(training: Form) -> None:
    choose(field(training, "training.optimizer"), "sgd")
    QTest.keyClick(field(training, "training.optimizer"), Qt.Key.Key_Tab)
    focus: Any = QApplication.focusWidget()
    assert focus.accessibleName().startswith("Rate")


def test_a_list_names_every_entry_with_formula_and_advice(training: Form) -> None:
    combo = field(training, "training.optimizer")
    assert [combo.itemText(i) for i in range(combo.count())] == [
        entry.label for entry in OPTIMIZERS.entries()
    ]
    assert Adam.advice in combo.toolTip()
    assert "decaying means" in combo.itemData(combo.currentIndex(), Qt.ItemDataRole.ToolTipRole)


def test_none_is_offered_first_and_means_as_network(qtbot) -> None:
    form = shown_form(qtbot, Form(Dense(), "block"))
    values = emitted(form)
    activation, norm = field(form, "block.activation"), field(form, "block.normalization")
    assert (activation.currentText(), norm.currentText()) == ("As network", "As network")
    choose(activation, "leaky_relu")
    choose(norm, "after")
    assert (values[-1].activation, values[-1].normalization) == (LeakyReLU(), "after")
    assert field(form, "block.activation.slope").isVisible()
    choose(activation, None)
    choose(norm, None)
    assert values[-1] == Dense()
    assert not form_has(form, "block.activation.slope")


def test_an_optional_number_left_empty_means_as_network(qtbot) -> None:
    form = shown_form(qtbot, Form(Dense(), "block"))
    values = emitted(form)
    line = field(form, "block.dropout")
    assert (line.text(), line.placeholderText()) == ("", "as network")
    type_into(line, "0.3")
    QTest.keyClick(line, Qt.Key.Key_Return)
    line.clear()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [part.dropout for part in values] == [0.3, None]


def test_a_seed_beyond_the_reach_of_a_spin_box_can_be_typed(qtbot) -> None:
    form = shown_form(qtbot, Form(ExperimentSpec(), names=("seed",)))
    values = emitted(form)
    type_into(field(form, "seed"), str(2**32 - 1))
    QTest.keyClick(field(form, "seed"), Qt.Key.Key_Return)
    assert values[-1].seed == 2**32 - 1
    type_into(field(form, "seed"), "1.5")
    QTest.keyClick(field(form, "seed"), Qt.Key.Key_Return)
    assert len(values) == 1


def test_text_counts_on_enter(qtbot) -> None:
    form = shown_form(qtbot, Form(ExperimentSpec(), names=("title",)))
    values = emitted(form)
    type_into(field(form, "title"), "mine")
    QTest.keyClick(field(form, "title"), Qt.Key.Key_Return)
    assert [spec.title for spec in values] == ["mine"]


def test_a_whole_number_counts_when_typed_to_its_end(qtbot) -> None:
    form = shown_form(qtbot, Form(Circle(), "dataset"))
    values = emitted(form)
    spin = field(form, "dataset.count")
    assert isinstance(spin, Spin)
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "64")
    assert values == []
    QTest.keyClick(spin, Qt.Key.Key_Return)
    assert [part.count for part in values] == [64]


@pytest.mark.parametrize(
    "path",
    [
        "training.optimizer",
        "training.schedule",
        "training.max_epochs",
        "training.batching.size",
        "training.optimizer.learning_rate",
    ],
)
def test_the_wheel_scrolls_past_fields_unless_they_have_the_focus(
    training: Form, path: str
) -> None:
    values = emitted(training)
    training.set_value(replace(TrainingSpec(), max_epochs=5))
    widget = field(training, path)
    widget = getattr(widget, "slider", widget)
    turn_wheel(widget)
    assert values == []
    widget.setFocus()
    turn_wheel(widget)
    assert len(values) == 1


def test_marks_of_restarting_settings_tell_the_truth(qtbot) -> None:
    for part in (DataSpec(), TrainingSpec()):
        form = Form(part, "x")
        qtbot.addWidget(form)
        marks = {
            label.buddy().objectName(): label.restarts for label in form.findChildren(RowLabel)
        }
        for name in ("validation", "standardize", "max_epochs", "weight_decay", "patience"):
            if f"x.{name}" in marks:
                other = replace(part, **{name: 1 - getattr(part, name)})
                (change,) = changes(part, other)
                assert marks[f"x.{name}"] == change.restarts_run
    assert marks["x.loss"]
    assert not marks["x.optimizer.learning_rate"]


def test_settings_under_a_restarting_entry_are_marked_as_restarting(qtbot) -> None:
    part = TrainingSpec(loss=HalfSquaredError())
    other = replace(part, loss=HalfSquaredError(reduction="sum"))
    (change,) = changes(part, other)
    assert change.restarts_run
    form = Form(part, "training")
    qtbot.addWidget(form)
    marks = {label.text(): label.restarts for label in form.findChildren(RowLabel)}
    assert marks["Over batch"]


def test_labels_lead_to_their_fields(training: Form) -> None:
    for label in training.findChildren(QLabel):
        assert label.buddy() is not None
        assert label.buddy().accessibleName() == label.text()


def test_a_widget_goes_below_a_field_and_its_settings(qtbot) -> None:
    form = shown_form(qtbot, Form(TrainingSpec(), "t", names=("optimizer", "schedule")))
    extra = QLabel("extra")
    form.insert_below("optimizer", extra)
    QApplication.processEvents()
    top = extra.mapTo(form, QPoint(0, 0)).y()
    assert field(form, "t.optimizer.epsilon").mapTo(form, QPoint(0, 0)).y() < top
    assert top < field(form, "t.schedule").mapTo(form, QPoint(0, 0)).y()


def test_a_choice_that_is_not_in_the_list_is_an_error(qtbot) -> None:
    form = Form(ExperimentSpec(), names=("precision",))
    qtbot.addWidget(form)
    with pytest.raises(ValueError, match="float16"):
        form.set_value(replace(ExperimentSpec(), precision="float16"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_shown_exactly(value: float) -> None:
    assert parsed(shown(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"), (1e-4, "1e-4"), (0.00015, "1.5e-4"), (32, "32"), (0.5, "0.5"),
        (1e9, "1e9"), (2500000.0, "2.5e6"), (50000, "50000"), (-0.25, "-0.25"), (0.0, "0"),
        (0.9999999, "0.9999999"), (1e-8, "1e-8"),
    ],
)  # fmt: skip
def test_numbers_take_few_characters(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("setting", "default"),
    [
        (setting, getattr(entry(), name))
        for entry in ENTRIES
        for name, setting in settings_of(entry).items()
        if isinstance(getattr(entry(), name), float) and None not in (setting.low, setting.high)
    ],
)
def test_sliders_stay_in_bounds_and_reach_the_default(setting: Setting, default: float) -> None:
    values = stops(setting, default)
    assert setting.low is not None
    assert setting.high is not None
    assert setting.low <= values[0]
    assert values[-1] <= setting.high
    assert all(a < b for a, b in pairwise(values))
    gap = min(abs(v - default) for v in values)
    assert gap <= 0.3 * abs(default) or math.isclose(gap, 0, abs_tol=0.01)


def test_stops_are_round_values_of_their_scale() -> None:
    decay = stops(Setting(low=0, high=1e6, scale="log"), 0.0)
    assert (decay[:4], decay[-1]) == ((0, 1e-6, 1.5e-6, 2e-6), 1)
    rate = stops(Setting(low=0, high=1e12, scale="log"), 0.01)
    assert (rate[0], rate[-1]) == (1e-5, 10)
    assert {0.9, 0.99, 0.999, 0.95} <= set(stops(Setting(low=0, high=0.9999), 0.9))
    assert stops(Setting(low=0, high=0.95), 0.0)[:3] == (0, 0.01, 0.02)


def test_arrows_of_a_coarse_spin_box_follow_binary_round_numbers(qtbot) -> None:
    spin = Spin(1, 4096, coarse=True)
    qtbot.addWidget(spin)
    seen = []
    for start in (1, 8, 16, 100, 256):
        spin.set_value(start)
        spin.stepBy(1)
        up = spin.value()
        spin.set_value(start)
        spin.stepBy(-1)
        seen.append((spin.value(), start, up))
    assert seen == [(1, 1, 2), (7, 8, 9), (15, 16, 18), (96, 100, 104), (240, 256, 288)]


def test_less_common_settings_are_folded_away_and_edited_together_with_the_others(qtbot):
    form = Form(UserTable(path="a.csv", skip=2), "data")
    qtbot.addWidget(form)
    (more,) = form.findChildren(QToolButton, "more")
    assert more.text() == "More · 1 set" and not form.findChildren(QWidget, "data.skip")
    more.click()
    (skip,) = form.findChildren(Spin, "data.skip")
    assert skip.value() == 2
    made = []
    form.changed.connect(made.append)
    form.editor("target").edited.emit("price")
    form.editor("skip").edited.emit(5)
    assert made[-1] == UserTable(path="a.csv", target="price", skip=5) == form.part()
    form.set_value(UserTable(path="b.csv"))
    assert skip.value() == -1 and more.text() == "More"
