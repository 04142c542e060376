"""The lessons that come with the application: complete, short, solvable and correct."""

import re

import pytest

from core.lessons import bundled
from core.lessons.library import FOLDER
from core.lessons.solving import fault

ENGLISH, KOREAN = bundled("en"), bundled("ko")
LESSONS = [pytest.param(lesson, id=lesson.id) for lesson in ENGLISH.values()]
IN_BOTH = [
    pytest.param(lesson, id=f"{language}-{lesson.id}")
    for language, lessons in (("en", ENGLISH), ("ko", KOREAN))
    for lesson in lessons.values()
]
STATES = [
    pytest.param(lesson, question, id=f"{lesson.id}-{question.id}")
    for lesson in ENGLISH.values()
    for question in lesson.questions
    if question.kind == "state"
]
MOST_WORDS = 120


def test_every_lesson_is_in_both_languages():
    assert {path.name for path in (FOLDER / "en").iterdir()} == {
        path.name for path in (FOLDER / "ko").iterdir()
    }


@pytest.mark.parametrize("lesson", LESSONS)
def test_both_languages_ask_the_same(lesson):
    korean = KOREAN[lesson.id]
    assert korean.experiment == lesson.experiment
    assert (korean.views, korean.controls, korean.locked) == (
        lesson.views,
        lesson.controls,
        lesson.locked,
    )
    assert len(korean.pages) == len(lesson.pages)
    for one, other in zip(lesson.pages, korean.pages, strict=True):
        links = re.compile(r"\]\(([^)]*)\)")
        assert links.findall(one.text) == links.findall(other.text)
        first, second = one.question, other.question
        assert (first is None) == (second is None)
        if first and second:
            same = ("id", "kind", "answer", "tolerance", "condition", "solution", "steps")
            for name in same:
                # NaN, the answer of a state, equals nothing.
                assert repr(getattr(first, name)) == repr(getattr(second, name)), name
            assert len(first.options) == len(second.options)


@pytest.mark.parametrize("lesson", IN_BOTH)
def test_pages_are_short_and_ask_something(lesson):
    assert 4 <= len(lesson.pages) <= 7
    assert len(lesson.questions) >= 4
    for page in lesson.pages:
        assert len(page.text.split()) <= MOST_WORDS, page.title
    for question in lesson.questions:
        assert question.hint and question.explanation, question.id


@pytest.mark.parametrize("lesson", [pytest.param(each, id=each.id) for each in KOREAN.values()])
def test_korean_lessons_are_in_korean(lesson):
    texts = [lesson.title, lesson.summary]
    texts += [page.text for page in lesson.pages]
    texts += [part for q in lesson.questions for part in (q.text, q.hint, q.explanation)]
    for text in texts:
        assert re.search("[가-힣]", text), text


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "question"), STATES)
def test_a_state_can_be_reached_and_has_to_be_worked_for(lesson, question):
    assert fault(lesson, question) == ""
