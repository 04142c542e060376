"""A lesson as one immutable value, and the mistakes of its file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from core.base.errors import UserError
from core.base.translation import Message, joined
from core.experiment.spec import ExperimentSpec
from core.lessons.condition import Condition

Kind = Literal["choice", "number", "state"]

# The views that a lesson can show, by their keys.
VIEWS = (
    "loss",
    "activations",
    "gradients",
    "surface",
    "fit",
    "network",
    "weight_images",
    "confusion",
    "what_if",
    "activation_history",
    "update_ratio",
    "weights",
    "weight_histograms",
    "shares",
    "learning_rate",
)


class Problem(NamedTuple):
    """A mistake in a lesson's file, and the line it is in, from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return Message("line {line}: {message}", line=self.line, message=self.message)


class LessonError(UserError):
    """A file that is no lesson; `problems` are all of its mistakes, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(joined("\n", map(str, self.problems)))


@dataclass(frozen=True)
class Question:
    """A question with an answer that can be checked.

    A choice has `options`, of which `answer` is the right one, from 1. A number is right within
    `tolerance` of `answer`. A state is right once the run has fulfilled `condition`; training the
    experiment `solution` for `steps` steps does so. `explanation` is shown with a right answer,
    `hint` with a wrong one.
    """

    id: str
    kind: Kind
    text: str
    options: tuple[str, ...] = ()
    answer: float = math.nan
    tolerance: float = 0.0
    condition: Condition | None = None
    solution: ExperimentSpec | None = None
    steps: int = 0
    explanation: str = ""
    hint: str = ""
    # The line of the file at which the question begins.
    line: int = field(default=1, compare=False)

    def is_right(self, given: float) -> bool:
        """Whether a choice, from 1, or a number is right."""
        # 0.1 + 0.2 is to be within 0.1 of 0.2.
        return abs(given - self.answer) <= self.tolerance * (1 + 1e-9)


@dataclass(frozen=True)
class Page:
    """A page: its title, its Markdown without the title, and the question at its end, if any."""

    title: str
    text: str
    question: Question | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson. `id` is the name of its file without the ending, the same in every language.

    `controls` are the paths of the settings that can be changed, with everything below them; None
    for all. `locked` ones are shown but cannot be changed. `digest` is the SHA-256 of the file.
    """

    id: str
    title: str
    summary: str
    experiment: ExperimentSpec
    pages: tuple[Page, ...]
    views: tuple[str, ...] = ()
    controls: tuple[str, ...] | None = None
    locked: tuple[str, ...] = ()
    digest: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in the order of the pages."""
        return tuple(page.question for page in self.pages if page.question)

    def access(self, path: str) -> Literal["shown", "locked", "hidden"]:
        """How the control of a setting appears: hidden ones show their value only."""
        if any(_within(path, place) for place in self.locked):
            return "locked"
        if self.controls is None or any(_within(path, place) for place in self.controls):
            return "shown"
        return "hidden"


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}.")
