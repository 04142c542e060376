"""A lesson's file: what is read from it, and every mistake with its line."""

import re

import pytest

from core.base.translation import ENGLISH, set_language, tr
from core.catalogue.optimizers import SGD
from core.lessons import LessonError
from core.lessons.lesson import VIEWS
from core.lessons.reading import check, parse

HEADER = """\
+++
title = "One"
summary = "About one thing"
views = ["loss"]
controls = ["training.optimizer"]
locked = ["network.hidden"]

[experiment]
data.dataset = "xor"
network.hidden = [2]
training.optimizer = { key = "sgd", learning_rate = 0.5 }

[[question]]
id = "first"
text = "How many?"
answer = 2
tolerance = 0.1

[[question]]
id = "second"
text = "Reach it"
condition = "validation_accuracy >= 0.9"
steps = 100
[question.solution]
network.hidden = [8]
training.optimizer.learning_rate = 0.1
+++
"""
BODY = """
## Begin

Some *text* and a [lab](lab:backpropagation).

[question: first]

## End

More.

[question: second]
"""


def problems(text):
    with pytest.raises(LessonError) as error:
        parse(text, "one")
    return [(problem.line, problem.message) for problem in error.value.problems]


def test_a_lesson_is_read():
    lesson = parse(HEADER + BODY, "one")
    assert [page.title for page in lesson.pages] == ["Begin", "End"]
    assert lesson.pages[0].text == "Some *text* and a [lab](lab:backpropagation)."
    assert [question.kind for question in lesson.questions] == ["number", "state"]
    assert lesson.experiment.network.hidden[0].units == 2
    assert len(lesson.digest) == 64


def test_a_solution_changes_only_what_it_names():
    solution = parse(HEADER + BODY, "one").questions[1].solution
    assert solution is not None
    assert solution.network.hidden[0].units == 8
    assert solution.data.dataset.key == "xor"
    assert solution.training.optimizer == SGD(learning_rate=0.1)


def test_controls_not_named_are_hidden_and_those_below_a_named_one_are_shown():
    lesson = parse(HEADER + BODY, "one")
    assert lesson.access("training.optimizer.learning_rate") == "shown"
    assert lesson.access("network.hidden") == "locked"
    assert lesson.access("training.schedule") == "hidden"
    assert lesson.access("training.optimizer_of_another_name") == "hidden"


def test_without_controls_everything_is_shown():
    text = HEADER.replace('controls = ["training.optimizer"]\n', "")
    assert parse(text + BODY, "one").access("training.schedule") == "shown"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('title = "One"', "title = 1", 2, "title: must be text"),
        ('title = "One"', "", 1, "title: is missing"),
        ('summary = "', 'sumary = "', 3, "did you mean 'summary'"),
        ('["loss"]', '["los"]', 4, "did you mean 'loss'"),
        ('["training.optimizer"]', '["training.optimiser"]', 5, "is no setting"),
        ('"xor"', '"xr"', 9, "experiment: data.dataset"),
        ("hidden = [2]", "hidden = [0]", 10, "must be ≥ 1"),
        ("learning_rate = 0.5", "rate = 0.5", 11, "unknown setting"),
        ("answer = 2", 'answer = "2"', 16, "answer: must be a number"),
        ("answer = 2", "", 13, "needs options, an answer or a condition"),
        ("tolerance = 0.1", "tolerance = -1", 17, "must be ≥ 0"),
        ("tolerance = 0.1", "options = [1]", 17, "must be a list of texts"),
        ("tolerance = 0.1", 'options = ["a", "b", "c"]\nanswer = 9', None, ""),
        ('id = "second"', 'id = "first"', 20, "given twice"),
        ("validation_accuracy >=", "validation_acc >=", 22, "did you mean"),
        ("validation_accuracy >= 0.9", "__import__('os')", 22, "is not allowed"),
        ("validation_accuracy >= 0.9", "validation_accuracy >=", 22, "cannot be read"),
        ("steps = 100", "steps = -1", 23, "must be a whole number"),
        ("hidden = [8]", "hidden = [-8]", 25, "solution: network.hidden[0]"),
        ("[experiment]", "[experiment", 8, "not TOML"),
        ("+++\n\n## Begin", "+++\nHello\n## Begin", 28, "text before the first page"),
        ("[question: first]", "[question: frist]", 33, "did you mean 'first'"),
        ("[question: second]", "", 19, "no page has [question: second]"),
        ("More.", "[question: first]", 37, "already on another page"),
        ("lab:backpropagation", "lab:backprop", 31, "there is no lab 'backprop'"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, line, said):
    text = HEADER + BODY
    assert old in text
    found = problems(text.replace(old, new, 1))
    if line is None:
        assert found
    else:
        assert any(at == line and said in message for at, message in found), found


def test_all_mistakes_are_named_at_once():
    text = (HEADER + BODY).replace('"xor"', '"xr"').replace("answer = 2", "answer = []")
    assert [line for line, _ in problems(text)] == [9, 16]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must begin with a line +++"),
        ("## A page", "must begin with a line +++"),
        ("+++\ntitle = 1", "not closed"),
        (HEADER, "there is no page"),
    ],
)
def test_files_that_are_no_lesson(text, said):
    assert any(said in message for _, message in problems(text))


def test_mistakes_are_named_in_the_language_of_the_user():
    bad = (HEADER + BODY).replace('title = "', 'titel = "').replace("## ", "# ")
    with pytest.raises(LessonError) as caught:
        parse(bad, "bad")
    set_language("ko")
    try:
        told = [tr(problem.message) for problem in caught.value.problems]
        whole = tr(str(caught.value))
    finally:
        set_language(ENGLISH)
    assert len(told) > 2
    assert all(re.search("[가-힣]", text) for text in told), told
    assert all(text in whole for text in told)


def test_a_file_that_is_not_text_is_named_with_its_line(tmp_path):
    path = tmp_path / "one.md"
    path.write_bytes(b"+++\n\xff\n")
    assert [(problem.line, problem.message) for problem in check(path)] == [
        (2, "is not UTF-8 text")
    ]


def test_keys_in_text_of_several_lines_are_not_taken_for_settings():
    hint = 'hint = """\nanswer = 7\n[table]\n"""\n'
    text = HEADER.replace("answer = 2\n", hint + "answer = []\n")
    assert problems(text + BODY) == [(20, "answer: must be a number, not a list")]


def test_every_view_of_the_window_can_be_shown():
    from ui.views import VIEWS as OF_WINDOW

    assert set(VIEWS) == set(OF_WINDOW)
