"""The answers to a lesson's questions, and the file that reports them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from core.experiment.files import replacing
from core.experiment.serialization import to_dict
from core.experiment.spec import ExperimentSpec
from core.lessons.lesson import Lesson, Question

VERSION = 1


def experiment_hash(spec: ExperimentSpec) -> str:
    """The SHA-256 of an experiment's settings: the same for the same run, whatever its title."""
    plain = json.dumps(to_dict(replace(spec, title="")), sort_keys=True, allow_nan=False)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What was answered last. `given` is the number of the option, from 1, the number, or the step
    at which the state was reached; `experiment` is the hash of the experiment then. A right answer
    stays right."""

    given: float
    correct: bool
    attempts: int
    experiment: str


@dataclass(frozen=True)
class Progress:
    """The answers to a lesson by the questions' ids, and the page shown, from 0."""

    lesson: Lesson
    answers: dict[str, Answer] = field(default_factory=dict)
    page: int = 0
    # The experiments of the answers, by their hashes.
    experiments: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def correct(self) -> int:
        """How many questions are answered correctly."""
        return sum(answer.correct for answer in self.answers.values())

    def answered(self, question: Question, given: float, spec: ExperimentSpec) -> Progress:
        """With an answer to a question; reaching a state is always right."""
        before = self.answers.get(question.id)
        if before and before.correct:
            return self
        digest = experiment_hash(spec)
        correct = question.kind == "state" or question.is_right(given)
        attempts = 1 + (before.attempts if before else 0)
        return replace(
            self,
            answers=self.answers | {question.id: Answer(given, correct, attempts, digest)},
            experiments=self.experiments | {digest: to_dict(spec)},
        )

    def report(self) -> dict[str, Any]:
        """Everything as plain data, for the result file."""
        lesson = self.lesson
        answers = [
            {"question": question.id, "kind": question.kind} | asdict(self.answers[question.id])
            if question.id in self.answers
            else {"question": question.id, "kind": question.kind, "attempts": 0, "correct": False}
            for question in lesson.questions
        ]
        return {
            "version": VERSION,
            "lesson": lesson.id,
            "title": lesson.title,
            "lesson_hash": lesson.digest,
            "correct": self.correct,
            "questions": len(lesson.questions),
            "answers": answers,
            "experiments": self.experiments,
        }

    def text(self) -> str:
        """The progress as one line of JSON, for `restored`."""
        return json.dumps(
            {
                "answers": {name: asdict(answer) for name, answer in self.answers.items()},
                "page": self.page,
                "experiments": self.experiments,
            }
        )


def restored(lesson: Lesson, text: str) -> Progress:
    """The progress that was kept as text; none where it does not fit the lesson."""
    ids = {question.id for question in lesson.questions}
    try:
        raw = json.loads(text)
        answers = {name: Answer(**raw["answers"][name]) for name in raw["answers"] if name in ids}
        page = min(max(int(raw["page"]), 0), len(lesson.pages) - 1)
        return Progress(lesson, answers, page, dict(raw["experiments"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Progress(lesson)


def write_report(path: Path, progress: Progress) -> None:
    """Write the result file. Raises OSError; an existing file is then unchanged."""
    text = json.dumps(progress.report(), indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(path) as part:
        part.write_text(f"{text}\n", encoding="utf-8")
