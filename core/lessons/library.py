"""The lessons that come with the application, in every language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.base.translation import ENGLISH, Message
from core.lessons.lesson import Lesson
from core.lessons.reading import read

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "lessons"


def bundled(language: str = ENGLISH) -> dict[str, Lesson]:
    """The lessons in a language by id, in the order in which they are taught; in English where
    they are not translated. Raises `LessonError`, OSError."""
    return _read_all(language)


@cache
def _read_all(language: str) -> dict[str, Lesson]:
    ids = sorted(path.stem for path in (FOLDER / ENGLISH).glob("*.md"))
    return {name: read(lesson_file(name, language)) for name in ids}


def lesson_file(name: str, language: str = ENGLISH) -> Path:
    """The file of a lesson that comes with the application. KeyError without one."""
    for folder in (language, ENGLISH):
        path = FOLDER / folder / f"{name}.md"
        if path.is_file():
            return path
    raise KeyError(Message("there is no lesson {name!r}", name=name))
