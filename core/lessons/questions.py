"""Reads one `[[question]]` of a lesson's header."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeGuard

from core.base.translation import Message, joined
from core.experiment.reading import nearest, shown
from core.experiment.spec import ExperimentSpec
from core.lessons.condition import Condition
from core.lessons.lesson import Question

COMMON = ("id", "text", "explanation", "hint")
OF_KIND = {
    "choice": ("options", "answer"),
    "number": ("answer", "tolerance"),
    "state": ("condition", "solution", "steps"),
}
NOT_OF_KIND = {
    "choice": Message("{key!r} does not belong to a choice{near}"),
    "number": Message("{key!r} does not belong to a number{near}"),
    "state": Message("{key!r} does not belong to a state{near}"),
}
LIST_OF_TEXTS = Message("must be a list of texts")
MOST_STEPS = 1_000_000


class QuestionReader:
    """Reads a question; `fail` is called with the key and the message of every mistake, and `spec`
    makes the experiment of a solution."""

    def __init__(
        self,
        raw: dict[str, Any],
        fail: Callable[[str, str], None],
        spec: Callable[[dict[str, Any]], ExperimentSpec],
    ) -> None:
        self._raw, self._fail, self._spec = raw, fail, spec

    def question(self) -> Question:
        """The question, with defaults in place of what is wrong."""
        raw = self._raw
        kind = "state" if "condition" in raw else "choice" if "options" in raw else "number"
        known = (*COMMON, *OF_KIND[kind])
        for key in raw:
            if key not in known:
                near = nearest(key, known)
                self._fail(key, Message(NOT_OF_KIND[kind], key=key, near=near))
        common = {
            "id": self._text("id"),
            "text": self._text("text"),
            "explanation": self._text("explanation", required=False),
            "hint": self._text("hint", required=False),
        }
        return Question(kind=kind, **common, **getattr(self, f"_{kind}")())

    def _choice(self) -> dict[str, Any]:
        options, answer = self._raw["options"], self._raw.get("answer")
        if not isinstance(options, list) or not all(isinstance(each, str) for each in options):
            self._fail("options", joined(": ", ["options", LIST_OF_TEXTS]))
            options = []
        elif len(options) < 2 or len(set(options)) < len(options):
            self._fail("options", Message("options: there must be two or more, all different"))
        elif not _is_whole(answer) or not 1 <= answer <= len(options):
            self._fail(
                "answer",
                Message(
                    "answer: must be the number of an option, 1 to {count}", count=len(options)
                ),
            )
        return {"options": tuple(options), "answer": answer if _is_whole(answer) else 1}

    def _number(self) -> dict[str, Any]:
        if "answer" not in self._raw:
            self._fail("", Message("a question needs options, an answer or a condition"))
        answer = self._real("answer", math.nan)
        tolerance = self._real("tolerance", 0.0)
        if tolerance < 0:
            self._fail("tolerance", Message("tolerance: must be ≥ 0"))
        return {"answer": answer, "tolerance": tolerance}

    def _state(self) -> dict[str, Any]:
        condition = None
        try:
            condition = Condition.read(self._text("condition"))
        except ValueError as problem:
            self._fail("condition", joined(": ", ["condition", str(problem)]))
        solution = self._raw.get("solution", {})
        if not isinstance(solution, dict):
            self._fail("solution", Message("{key}: must be a table of settings", key="solution"))
            solution = {}
        steps = self._raw.get("steps", 0)
        if not _is_whole(steps) or not 0 <= steps <= MOST_STEPS:
            self._fail(
                "steps",
                Message("steps: must be a whole number from 0 to {most:,}", most=MOST_STEPS),
            )
            steps = 0
        return {"condition": condition, "solution": self._spec(solution), "steps": steps}

    def _text(self, key: str, required: bool = True) -> str:
        value = self._raw.get(key, "")
        if not isinstance(value, str):
            found = shown(value)
            self._fail(key, Message("{key}: must be text, not {value}", key=key, value=found))
            return ""
        if required and not value.strip():
            self._fail(key, Message("{key}: is missing", key=key))
        return value.strip()

    def _real(self, key: str, default: float) -> float:
        value = self._raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            found = shown(value)
            self._fail(key, Message("{key}: must be a number, not {value}", key=key, value=found))
            return default
        return float(value)


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
