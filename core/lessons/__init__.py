"""Lessons: Markdown files with an experiment and questions, to be read beside the Train page.

`read` and `check` read a file, `Condition` is a state of the run that a question asks for,
`RunState` follows a run, and `Progress` keeps the answers. `core.lessons.solving` proves that the
questions can be answered.
"""

from core.lessons.answers import Progress, experiment_hash
from core.lessons.condition import Condition
from core.lessons.lesson import Lesson, LessonError, Problem, Question
from core.lessons.library import bundled, lesson_file
from core.lessons.reading import check, read
from core.lessons.run_state import RunState

__all__ = [
    "Condition",
    "Lesson",
    "LessonError",
    "Problem",
    "Progress",
    "Question",
    "RunState",
    "bundled",
    "check",
    "experiment_hash",
    "lesson_file",
    "read",
]
