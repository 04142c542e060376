"""Answers to a lesson, and the file that reports them."""

import hashlib
import json
from dataclasses import replace

import pytest

from core.experiment.serialization import from_dict, to_dict
from core.experiment.spec import ExperimentSpec
from core.lessons import Progress, experiment_hash
from core.lessons.answers import restored, write_report
from core.lessons.reading import parse

LESSON = parse(
    """\
+++
title = "A"
summary = "B"
[[question]]
id = "number"
text = "N"
answer = 0.3
tolerance = 0.1
[[question]]
id = "choice"
text = "C"
options = ["a", "b"]
answer = 2
[[question]]
id = "state"
text = "S"
condition = "step > 3"
+++
## One
[question: number]
## Two
[question: choice]
## Three
[question: state]
""",
    "test",
)
NUMBER, CHOICE, STATE = LESSON.questions
SPEC = ExperimentSpec()


@pytest.mark.parametrize(("given", "right"), [(0.3, True), (0.2, True), (0.4, True), (0.41, False)])
def test_a_number_is_right_within_its_tolerance(given, right):
    progress = Progress(LESSON).answered(NUMBER, given, SPEC)
    assert progress.answers["number"].correct is right


def test_a_right_answer_stays_and_attempts_are_counted():
    progress = Progress(LESSON).answered(CHOICE, 1, SPEC).answered(CHOICE, 2, SPEC)
    progress = progress.answered(CHOICE, 1, SPEC)
    answer = progress.answers["choice"]
    assert (answer.given, answer.correct, answer.attempts) == (2, True, 2)
    assert progress.correct == 1


def test_the_hash_is_that_of_the_settings_without_the_title():
    assert experiment_hash(SPEC) == experiment_hash(replace(SPEC, title="Other"))
    assert experiment_hash(SPEC) != experiment_hash(replace(SPEC, seed=2))
    plain = json.dumps(to_dict(SPEC), sort_keys=True)
    assert experiment_hash(SPEC) == hashlib.sha256(plain.encode()).hexdigest()


def test_the_report_has_every_question_and_the_experiments_of_the_answers(tmp_path):
    other = replace(SPEC, seed=7)
    progress = Progress(LESSON).answered(NUMBER, 5, SPEC).answered(STATE, 12, other)
    write_report(tmp_path / "r.json", progress)
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["correct"], report["questions"]) == (1, 3)
    assert report["lesson_hash"] == LESSON.digest
    number, choice, state = report["answers"]
    assert (number["given"], number["correct"], number["attempts"]) == (5, False, 1)
    assert (choice["attempts"], choice["correct"]) == (0, False)
    assert (state["given"], state["correct"]) == (12, True)
    assert from_dict(report["experiments"][state["experiment"]]) == other


def test_progress_is_kept_as_text():
    progress = replace(Progress(LESSON).answered(NUMBER, 0.3, SPEC), page=2)
    assert restored(LESSON, progress.text()) == progress


@pytest.mark.parametrize("text", ["", "{", "[]", '{"answers": 3}', '{"answers": {"number": {}}}'])
def test_progress_that_cannot_be_read_is_none(text):
    assert restored(LESSON, text) == Progress(LESSON)
