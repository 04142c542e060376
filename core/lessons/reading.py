"""Reads a lesson: a TOML header between two lines of `+++`, and Markdown with a page per `##`.

Everything is checked, and every mistake is reported at once with its line.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.base.ordinary import TooLarge, ordinary_bytes
from core.base.translation import Message, joined
from core.experiment.reading import SpecError, nearest, shown
from core.experiment.serialization import from_dict
from core.lessons.header_lines import key_lines, line_of
from core.lessons.lesson import VIEWS, Lesson, LessonError, Page, Problem, Question
from core.lessons.paths import is_setting, setting_paths
from core.lessons.questions import LIST_OF_TEXTS, QuestionReader
from core.lessons.settings import merged

FENCE = "+++"
KEYS = ("title", "summary", "views", "controls", "locked", "experiment", "question")
LARGEST = 1_000_000
QUESTION = re.compile(r"\s*\[question:\s*([^\]]*?)\s*\]\s*$")
NO_TARGET = {
    "lab": Message("there is no lab {name!r}{near}"),
    "gallery": Message("there is no experiment {name!r}{near} in the gallery"),
    "view": Message("there is no view {name!r}{near}"),
}
LINK = re.compile(r"\]\((lab|gallery|view):([^)\s]*)\)")


def read(path: Path) -> Lesson:
    """Read a lesson. Raises `LessonError` with every mistake, OSError."""
    try:
        data = ordinary_bytes(path, LARGEST)
    except TooLarge:
        raise LessonError([Problem(1, Message("the file is too large for a lesson"))]) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LessonError([Problem(line, Message("is not UTF-8 text"))]) from None
    return parse(text, path.stem)


def check(path: Path) -> list[Problem]:
    """Every mistake in a file, in the order of the lines. Raises OSError."""
    try:
        read(path)
    except LessonError as error:
        return error.problems
    return []


def parse(text: str, name: str) -> Lesson:
    """The lesson in a text; `name` becomes its id. Raises `LessonError`."""
    reader = _Reader(text.replace("\r\n", "\n").splitlines())
    lesson = reader.lesson(name)
    if reader.problems:
        raise LessonError(reader.problems)
    return replace(lesson, digest=hashlib.sha256(text.encode()).hexdigest())


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.problems: list[Problem] = []
        self._lines = lines
        self._places: dict[str, int] = {}

    def lesson(self, name: str) -> Lesson:
        end = self._end_of_header()
        header = self._header(end)
        for key in header:
            if key not in KEYS:
                near = nearest(key, KEYS)
                self._fail(key, Message("{key!r} is unknown{near}", key=key, near=near))
        base = header.get("experiment", {})
        if not isinstance(base, dict):
            message = Message("{key}: must be a table of settings", key="experiment")
            self._fail("experiment", message)
            base = {}
        experiment = self._experiment(base)
        # Its mistakes are named once, not with every solution again.
        base = {} if any("experiment: " in each.message for each in self.problems) else base
        questions = self._questions(header.get("question", []), base)
        lesson = Lesson(
            id=name,
            title=self._text(header, "title"),
            summary=self._text(header, "summary"),
            experiment=experiment,
            pages=self._pages(end, questions),
            views=self._names(header, "views", VIEWS),
            controls=self._paths(header, "controls") if "controls" in header else None,
            locked=self._paths(header, "locked"),
        )
        for question in questions.values():
            if question not in lesson.questions:
                message = Message("no page has [question: {name}]", name=question.id)
                self.problems.append(Problem(question.line, message))
        return lesson

    def _fail(self, path: str, message: str) -> None:
        self.problems.append(Problem(line_of(path, self._places, 1), message))

    # Header

    def _end_of_header(self) -> int:
        """The index of the line that closes the header."""
        marks = [i for i, line in enumerate(self._lines) if line.strip() == FENCE]
        if not marks or self._lines[0].strip() != FENCE:
            raise LessonError([Problem(1, Message("the file must begin with a line +++"))])
        if len(marks) < 2:
            raise LessonError(
                [Problem(1, Message("the header is not closed by a second line +++"))]
            )
        return marks[1]

    def _header(self, end: int) -> dict[str, Any]:
        text = "\n".join(self._lines[1:end])
        self._places = key_lines(text, 2)
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            reason, _, place = str(error).partition(" (at ")
            found = re.match(r"line (\d+)", place)
            line = int(found[1]) + 1 if found else end
            message = Message("the header is not TOML: {reason}", reason=reason)
            raise LessonError([Problem(line, message)]) from None

    def _text(self, header: dict[str, Any], key: str) -> str:
        value = header.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        is_there = key in header
        template = Message("{key}: must be text") if is_there else Message("{key}: is missing")
        self._fail(key, Message(template, key=key))
        return ""

    def _list(self, header: dict[str, Any], key: str) -> list[str]:
        value = header.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self._fail(key, joined(": ", [key, LIST_OF_TEXTS]))
        return []

    def _names(self, header: dict[str, Any], key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        names = self._list(header, key)
        for name in names:
            if name not in known:
                template = Message("{key}: {name} is unknown{near}")
                near = nearest(name, known)
                self._fail(key, Message(template, key=key, name=shown(name), near=near))
        return tuple(names)

    def _paths(self, header: dict[str, Any], key: str) -> tuple[str, ...]:
        paths = self._list(header, key)
        for path in paths:
            if not is_setting(path):
                near = nearest(path, setting_paths())
                template = Message("{key}: {path} is no setting{near}")
                self._fail(key, Message(template, key=key, path=shown(path), near=near))
        return tuple(paths)

    def _experiment(self, raw: dict[str, Any], place: str = "experiment") -> Any:
        try:
            return from_dict(merged({}, raw))
        except SpecError as error:
            for problem in error.problems:
                path = problem.partition(": ")[0]
                self._fail(f"{place}.{path}", joined(": ", [place, problem]))
            return from_dict({})

    # Questions and pages

    def _questions(self, raw: Any, base: dict[str, Any]) -> dict[str, Question]:
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self._fail("question", Message("question: must be given as [[question]]"))
            return {}
        found: dict[str, Question] = {}
        for number, item in enumerate(raw):
            place = f"question[{number}]"

            def fail(key: str, message: str, place: str = place) -> None:
                self._fail(f"{place}.{key}" if key else place, message)

            def spec(settings: dict[str, Any], place: str = place) -> Any:
                return self._experiment(merged(base, settings), f"{place}.solution")

            question = QuestionReader(item, fail, spec).question()
            if question.id in found:
                fail("id", Message("the id {name!r} is given twice", name=question.id))
            line = line_of(place, self._places, 1)
            found[question.id] = replace(question, line=line)
        return found

    def _pages(self, end: int, questions: dict[str, Question]) -> tuple[Page, ...]:
        pages: list[Page] = []
        text: list[str] = []
        asked: set[str] = set()
        fenced = False
        for number, line in enumerate(self._lines[end + 1 :], end + 2):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            if not fenced and line.startswith("## "):
                self._close(pages, text)
                pages.append(Page(line[3:].strip(), ""))
            elif not fenced and (match := QUESTION.match(line)):
                self._place(pages, match[1], questions, asked, number)
            elif pages:
                text.append(line)
            elif line.strip():
                message = Message("text before the first page: add a ## line")
                self.problems.append(Problem(number, message))
            self._check_links(line, number)
        self._close(pages, text)
        if not pages:
            message = Message("there is no page: begin one with a ## line")
            self.problems.append(Problem(end + 1, message))
        return tuple(pages)

    def _close(self, pages: list[Page], text: list[str]) -> None:
        if pages:
            pages[-1] = replace(pages[-1], text="\n".join(text).strip())
        text.clear()

    def _place(
        self,
        pages: list[Page],
        name: str,
        questions: dict[str, Question],
        asked: set[str],
        line: int,
    ) -> None:
        """Put a question on the last page."""
        if name not in questions:
            near = nearest(name, questions)
            message = Message("there is no question {name!r}{near}", name=name, near=near)
        elif name in asked:
            message = Message("the question {name!r} is already on another page", name=name)
        elif not pages:
            message = Message("a question before the first page: add a ## line")
        elif pages[-1].question:
            message = Message("a page can have one question; begin another page with a ## line")
        else:
            asked.add(name)
            pages[-1] = replace(pages[-1], question=questions[name])
            return
        self.problems.append(Problem(line, message))

    def _check_links(self, line: str, number: int) -> None:
        for kind, target in LINK.findall(line):
            known = _targets(kind)
            if target not in known:
                near = nearest(target, known)
                message = Message(NO_TARGET[kind], name=target, near=near)
                self.problems.append(Problem(number, message))


def _targets(kind: str) -> Iterable[str]:
    """What a link of that kind can name. Gallery and labs are large, and few lessons need them."""
    if kind == "view":
        return VIEWS
    if kind == "lab":
        from core.studies import LABS

        return LABS
    from core.gallery import GALLERY

    return GALLERY
