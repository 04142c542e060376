"""The card "What if": rows filled in and pictures drawn, answered by the run as it is or was."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.data import DATASETS
from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec
from core.training.model import model_of
from core.training.trainer import Trainer
from core.worker.runner import Runner
from tests.core.training.test_model import table
from tests.ui.running import WAIT, page_context, step, train, trainer_of, wait
from ui.pages.train.page import TrainPage
from ui.plots.text import plain
from ui.session.session import Session


@pytest.fixture
def opened_page(qtbot):
    """Makes a train page with nothing but the card on its dashboard."""
    sessions = []

    def make(dataset):
        session = Session(ExperimentSpec(data=DataSpec(dataset=dataset)), runner=Runner())
        sessions.append(session)
        page = TrainPage(page_context(session))
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        page.activate()
        page.dashboard.toggle_maximized("what_if")
        page.dashboard.see()
        wait(qtbot, session, lambda frame: True)
        return page, session, page.dashboard.views["what_if"]

    yield make
    for session in sessions:
        assert session.close()


def answered(qtbot, view):
    qtbot.waitUntil(lambda: view.outputs is not None, timeout=WAIT)
    return view.outputs


def test_a_row_is_answered_as_by_the_model_and_follows_the_fields(qtbot, opened_page, tmp_path):
    _, session, view = opened_page(opened(table(tmp_path), "kind"))
    step(qtbot, session, 5)
    before = answered(qtbot, view)
    width = view.form.controls[0]
    with qtbot.waitSignal(session.answered, timeout=WAIT):
        width.slider.setValue(0)
    model = model_of(trainer_of(session))
    assert width.value() == view.form.fields[0].low
    expected = model.answer(view.questionnaire.row(view.form.values()))
    assert np.array_equal(view.outputs, expected) and not np.array_equal(before, expected)
    shown = {bar.name: bar.text for bar in view.bars.bars}
    assert shown == {
        n: f"{100 * p:.1f} %" for n, p in zip(model.class_names(), expected, strict=True)
    }
    table_of = view.export_data()
    assert list(table_of["input"]) == ["width", "colour", "day", "dry", "price"]
    assert np.array_equal(table_of["probability"], expected)


def test_an_empty_field_is_a_missing_value_as_in_training(qtbot, opened_page, tmp_path):
    path = tmp_path / "gaps.csv"
    rows = (f"{'' if i % 5 == 0 else i},{i * i % 7},{3 * i}" for i in range(60))
    path.write_text("\n".join(["size,rooms,price", *rows]))
    _, session, view = opened_page(opened(path))
    step(qtbot, session, 30)
    known = answered(qtbot, view)
    field = view.form.controls[0].field
    field.setFocus()
    field.clear()
    with qtbot.waitSignal(session.answered, timeout=WAIT):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert np.isnan(view.question.inputs[0]) and view.question.inputs[1] == 1
    model = model_of(trainer_of(session))
    as_trained = model.answer(np.array([np.nan, 1.0, view.question.inputs[2]]))
    assert np.array_equal(view.outputs, as_trained) and not np.array_equal(known, as_trained)
    assert field.placeholderText() == "missing" and "an input says so" in field.parent().toolTip()
    assert "an input says so" not in view.form.controls[1].toolTip()
    assert next(iter(view.export_data()["value"])) == "missing"
    view.reset_row()
    assert not np.isnan(view.question.inputs).any()


def test_a_date_can_be_missing_too(qtbot, opened_page, tmp_path):
    _, session, view = opened_page(opened(table(tmp_path), "kind"))
    step(qtbot, session, 5)
    answered(qtbot, view)
    day = next(i for i, field in enumerate(view.form.fields) if field.is_day)
    with qtbot.waitSignal(session.answered, timeout=WAIT):
        QTest.keyClick(view.form.controls[day], Qt.Key.Key_Delete)
    assert view.form.controls[day].text() == "missing"
    expected = model_of(trainer_of(session)).answer(view.questionnaire.row(view.form.values()))
    assert np.isnan(view.question.inputs).sum() == 1 and np.isfinite(expected).all()
    assert np.array_equal(view.outputs, expected)


def test_a_digit_can_be_drawn_with_the_keys_alone(qtbot, opened_page):
    _, _session, view = opened_page(DATASETS["digits"]())
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Up)
    for _ in range(10):
        QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.question is None and view.pad.pen == pytest.approx((0.5, 0.1))
    QTest.keyClick(view, Qt.Key.Key_Space)
    for _ in range(20):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert view.question is not None
    drawn = view.question.inputs
    assert drawn.any() and view.pad.pen == pytest.approx((0.5, 0.9))
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.question is not None
    assert np.array_equal(view.question.inputs, drawn), "a lifted pen does not draw"
    assert len(answered(qtbot, view)) == 10
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert view.question is None
    assert "Space" in view.accessibleDescription() and view.accessibleName()


def test_a_digit_drawn_with_the_mouse_is_answered_while_training(qtbot, opened_page):
    page, session, view = opened_page(DATASETS["digits"]())
    assert view.question is None and view.inputs() is None
    where = view.pad.layout.rect(0)

    def at(across, down):
        return QPoint(
            round(where.left() + across * where.width()), round(where.top() + down * where.height())
        )

    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=at(0.5, 0.15))
    QTest.mouseMove(view.viewport(), at(0.5, 0.85))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=at(0.5, 0.85))
    assert view.seen.images.max() > 200
    untrained = answered(qtbot, view)
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 600)
    page.dashboard.show_frame(session.shown, session.history)
    assert view.outputs.sum() == pytest.approx(1, abs=1e-5)
    assert not np.array_equal(view.outputs, untrained)
    assert view.outputs.argmax() == 1  # a stroke from top to bottom
    view.clear_sketch()
    assert view.question is None and view.outputs is None


def test_an_earlier_step_answers_with_its_own_weights(qtbot, opened_page, tmp_path):
    _, session, view = opened_page(opened(table(tmp_path), "price"))
    step(qtbot, session, 6)
    # Asked only now: no recorded frame knows the answer.
    view.form.controls[0].slider.setValue(1)
    answered(qtbot, view)
    with qtbot.waitSignal(session.answered, timeout=WAIT):
        session.look_at(0)
    assert session.past is not None
    qtbot.waitUntil(lambda: "step 0" in plain(view.subtitle), timeout=WAIT)
    model = model_of(Trainer(session.spec))
    assert np.array_equal(view.outputs, model.answer(view.question.inputs))
    session.look_live()
    qtbot.waitUntil(lambda: "step 6" in plain(view.subtitle), timeout=WAIT)
    assert np.array_equal(view.outputs, model_of(trainer_of(session)).answer(view.question.inputs))


def test_hidden_it_asks_nothing_and_other_data_are_asked_for_anew(qtbot, opened_page, tmp_path):
    _, session, view = opened_page(opened(table(tmp_path), "kind"))
    answered(qtbot, view)
    view.hide()
    train(qtbot, session, 5)
    qtbot.waitUntil(lambda: session.shown.answer is None, timeout=WAIT)
    view.show()
    session.edit(ExperimentSpec(data=DataSpec(dataset=DATASETS["circle"]())))
    wait(qtbot, session, lambda frame: bool(frame.asked and len(frame.asked.fields) == 2))
    qtbot.waitUntil(lambda: len(view.form.fields) == 2, timeout=WAIT)
    assert len(answered(qtbot, view)) == 2
