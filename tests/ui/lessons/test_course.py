"""Lessons in the window: what they set up, how they are answered, and what is kept."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest

from core.catalogue.optimizers import SGD
from core.experiment.spec import ExperimentSpec
from core.lessons import bundled, experiment_hash
from tests.ui.running import WAIT, session_within
from ui.forms.access import ReadOut
from ui.lessons.question_card import ChoiceCard, NumberCard, StateCard
from ui.main_window import MainWindow
from ui.window_host import WindowHost

LESSON = """\
+++
title = "Small"
summary = "A small lesson"
views = ["loss", "surface"]
controls = ["training.optimizer.learning_rate"]
locked = ["network.activation"]

[experiment]
data.dataset = "gaussians"
network.hidden = [3]
training.optimizer = { key = "sgd", learning_rate = 0.5 }

[[question]]
id = "choice"
text = "Which?"
options = ["This one", "That one"]
answer = 2
hint = "Not this one"
explanation = "That is it"

[[question]]
id = "number"
text = "How many?"
answer = 0.25
tolerance = 0.01

[[question]]
id = "state"
text = "Train for a while"
condition = "step >= 3 and training.optimizer.learning_rate < 0.2"
hint = "Press Run"
+++
## First
See the [lab](lab:gradient_descent).
[question: choice]
## Second
[question: number]
## Third
[question: state]
"""


@pytest.fixture
def window(qtbot):
    made = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.session.shown is not None, timeout=WAIT)
    return made


@pytest.fixture
def lesson(window, tmp_path):
    path = tmp_path / "small.md"
    path.write_text(LESSON, encoding="utf-8")
    window.open_file(path)
    return path


def card(window, kind):
    found = window.course.panel.reader.card
    assert isinstance(found, kind)
    return found


def control(window, name):
    return window.train.controls.findChild(object, name)


def test_a_lesson_sets_up_experiment_views_and_controls(window, lesson):
    assert window.session.spec.data.dataset.key == "gaussians"
    assert {view.key for view in window.train.dashboard.shown()} == {"loss", "surface"}
    assert control(window, "training.optimizer.learning_rate").isEnabled()
    assert not control(window, "training.optimizer.learning_rate").isHidden()
    assert not control(window, "network.activation").isEnabled()
    assert not control(window, "network.activation").isHidden()
    assert control(window, "training.schedule").isHidden()
    assert window.train.controls.blocks.isHidden()


def test_hidden_controls_keep_a_read_out_that_follows(window, lesson):
    def values():
        labels = window.train.controls.findChildren(ReadOut)
        return {label.accessibleName(): label.text() for label in labels if not label.isHidden()}

    assert values()["Optimizer"] == "SGD"
    assert values()["Validation"] == "0.25"
    spec = window.session.spec
    window.session.edit(replace(spec, data=replace(spec.data, validation=0.5)))
    assert values()["Validation"] == "0.5"
    assert window.train.controls.layers.text() == "Hidden layers: 3"


def test_closing_brings_controls_and_layout_back(window, lesson):
    own = {key for key, view in window.train.dashboard.views.items() if view.default_shown}
    window.course.close()
    assert window.course.panel.isHidden()
    assert control(window, "training.schedule").isEnabled()
    assert not control(window, "training.schedule").isHidden()
    assert not window.train.controls.blocks.isHidden()
    assert not any(not each.isHidden() for each in window.train.controls.findChildren(ReadOut))
    # The data set of the lesson has another view of its own.
    assert {view.key for view in window.train.dashboard.shown()} == own


def test_the_layout_that_is_kept_is_the_users_not_the_lessons(window, tmp_path):
    before = window.train.dashboard.layout_state()
    window.course.open(next(iter(bundled())))
    assert window.train.dashboard.layout_state() == before


def test_a_choice_is_judged_at_once(window, lesson, qtbot):
    choice = card(window, ChoiceCard)
    choice.options[0].click()
    assert choice.feedback.text().startswith("✗")
    assert choice.detail.text() == "Not this one"
    choice.options[1].click()
    assert choice.feedback.text() == "✓ Right"
    assert choice.detail.text() == "That is it"
    assert not choice.options[0].isEnabled()
    assert window.course.progress.answers["choice"].attempts == 2
    assert "1 of 3 right" in window.course.panel.reader.where.text()


def test_a_number_is_typed_and_checked(window, lesson, qtbot):
    window.course.panel.reader.forward.click()
    number = card(window, NumberCard)
    number.field.setText("many")
    number.check.click()
    assert "Type a number" in number.feedback.text()
    assert "number" not in window.course.progress.answers
    number.field.setText("0,3")
    number.check.click()
    assert number.feedback.text().startswith("✗")
    number.field.setText("0,255")
    qtbot.keyClick(number.field, Qt.Key.Key_Return)
    assert number.feedback.text() == "✓ Right"


def test_a_state_is_noticed_while_the_run_trains(window, lesson, qtbot):
    window.course.turn_to(2)
    state = card(window, StateCard)
    window.session.set_running(True)
    qtbot.waitUntil(lambda: window.session.history.iteration > 20, timeout=WAIT)
    assert "state" not in window.course.progress.answers
    assert state.feedback.isHidden()
    spec = window.session.spec
    training = replace(spec.training, optimizer=SGD(learning_rate=0.1))
    window.session.edit(replace(spec, training=training))
    qtbot.waitUntil(lambda: "state" in window.course.progress.answers, timeout=WAIT)
    assert state.feedback.text().startswith("✓ Reached at step ")
    assert window.course.progress.answers["state"].experiment == experiment_hash(
        window.session.spec
    )
    window.session.set_running(False)


def test_a_state_reached_while_the_list_is_read_leaves_the_list(window, lesson, qtbot):
    window.course.turn_to(2)
    window.course.show_list()
    spec = window.session.spec
    training = replace(spec.training, optimizer=SGD(learning_rate=0.1))
    window.session.edit(replace(spec, training=training))
    window.session.set_running(True)
    qtbot.waitUntil(lambda: "state" in window.course.progress.answers, timeout=WAIT)
    assert not window.course.panel.shows_reader
    window.session.set_running(False)


def test_space_presses_what_has_the_focus_and_arrows_answer_nothing(window, lesson, qtbot):
    choice = card(window, ChoiceCard)
    choice.options[0].setFocus()
    QTest.keyClick(choice.options[0], Qt.Key.Key_Space)
    assert choice.feedback.text().startswith("✗") and not window.session.is_running
    QTest.keyClick(choice.options[0], Qt.Key.Key_Down)
    assert choice.feedback.text().startswith("✗")
    assert len(window.course.progress.answers) == 1
    window.report("something")
    window.train.banner._dismiss.setFocus()
    QTest.keyClick(window.train.banner._dismiss, Qt.Key.Key_Space)
    assert window.train.banner.isHidden() and not window.session.is_running


def test_a_state_of_another_page_is_not_answered(window, lesson, qtbot):
    spec = window.session.spec
    training = replace(spec.training, optimizer=SGD(learning_rate=0.1))
    window.session.edit(replace(spec, training=training))
    window.session.set_running(True)
    qtbot.waitUntil(lambda: window.session.history.iteration > 20, timeout=WAIT)
    assert not window.course.progress.answers
    window.course.turn_to(2)
    assert "state" in window.course.progress.answers


def test_pages_turn_and_the_last_leads_on(window, qtbot):
    first, second = list(bundled())[:2]
    window.course.open(first)
    reader = window.course.panel.reader
    assert not reader.back.isEnabled()
    for page in bundled()[first].pages[1:]:
        reader.forward.click()
        assert reader.heading.text() == page.title
    assert reader.forward.text() == "Next lesson"
    reader.forward.click()
    assert window.course.progress.lesson.id == second


def test_answers_are_kept_until_the_lesson_is_restarted(window, lesson):
    card(window, ChoiceCard).options[1].click()
    window.course.close()
    window.open_file(lesson)
    assert window.course.progress.correct == 1
    window.course.restart()
    assert window.course.progress.correct == 0
    assert card(window, ChoiceCard).feedback.isHidden()


def test_the_list_opens_a_lesson_and_says_how_far_one_is(window, qtbot):
    first = next(iter(bundled().values()))
    window.menus.actions["All lessons"].trigger()
    listed = window.course.panel.list
    assert listed.count() == len(bundled())
    listed.itemActivated.emit(listed.item(0))
    assert window.course.progress.lesson is first
    number = next(q for q in first.questions if q.kind == "number")
    window.course.turn_to([page.question for page in first.pages].index(number))
    window.course.panel.reader.answered.emit(number.answer)
    window.course.show_list()
    assert f"✓ 1/{len(first.questions)}" in listed.item(0).text()


def test_lessons_are_in_menu_and_palette(window):
    texts = [line.text for line in window.menus.lines()]
    for lesson in bundled().values():
        assert any(lesson.title in text for text in texts)


def test_results_are_saved(window, lesson, tmp_path, monkeypatch):
    card(window, ChoiceCard).options[1].click()
    path = tmp_path / "results.json"
    monkeypatch.setattr("ui.lessons.course.ask_target", lambda *_: path)
    window.menus.actions["Save results…"].trigger()
    report = json.loads(path.read_text())
    assert report["answers"][0]["correct"] is True
    assert experiment_hash(window.session.spec) in report["experiments"]


def test_the_mistakes_of_a_file_are_shown(window, tmp_path):
    path = tmp_path / "bad.md"
    path.write_text(LESSON.replace('"gaussians"', '"gausians"'), encoding="utf-8")
    before = window.session.spec
    window.open_file(path)
    assert "line 9" in window.current.banner.text()
    assert window.session.spec == before
    assert window.course.progress is None


def test_a_link_shows_the_lab(window, lesson):
    window.course.panel.reader.link_chosen.emit(QUrl("lab:gradient_descent"))
    assert window.current is window.pages["labs"]
    assert window.course.panel.isVisible()


def test_a_lesson_goes_on_in_another_language(qtbot):
    host = WindowHost(MainWindow(session_within(ExperimentSpec()), "light", remember=False))
    host.window.show()
    name = next(iter(bundled()))
    host.window.course.open(name)
    host.window.course.turn_to(1)
    spec = host.session.spec
    try:
        host.change_language("ko")
        course = host.window.course
        assert course.progress is not None
        assert course.progress.lesson is bundled("ko")[name]
        assert course.progress.page == 1
        assert host.session.spec == spec
        shown = {view.key for view in host.window.train.dashboard.shown()}
        assert shown == set(course.progress.lesson.views)
    finally:
        host.window.close()
        from ui.language import apply_language

        apply_language("en")
