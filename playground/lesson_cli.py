"""`playground lesson`: lists lessons, prints one, and checks the file of a lesson."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.translation import tr
from playground.exits import DONE, FAILED, about_file, fail

if TYPE_CHECKING:
    from core.lessons import Lesson, Question


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `lesson` and its actions."""
    lessons = commands.add_parser("lesson", help=tr("list, show and check lessons"))
    actions = lessons.add_subparsers(title=tr("actions"), metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=tr("list the lessons that come with the application"))
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help=tr("print a lesson with its questions and answers"))
    show.add_argument("lesson", metavar="LESSON", help=tr("a lesson of the list, or a file"))
    show.set_defaults(run=_show)
    check = actions.add_parser(
        "check",
        help=tr("name every mistake in lessons"),
        description=tr(
            "Name every mistake in lessons, each with its line. Exit status: 0 no mistake, "
            "1 there are mistakes, 2 a file cannot be read."
        ),
    )
    check.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help=tr("a lesson (Markdown)")
    )
    check.add_argument(
        "--solve",
        action="store_true",
        help=tr("also train the solution of every question that asks for a state of the run"),
    )
    check.set_defaults(run=_check)
    for action in (listing, show):
        action.add_argument(
            "--language",
            choices=("en", "ko"),
            help=tr("of the lessons; that of the system without"),
        )


def _language(options: argparse.Namespace) -> str:
    from core.base.translation import environment_language

    return options.language or environment_language()


def _list(options: argparse.Namespace) -> int:
    from core.lessons import bundled

    lessons = bundled(_language(options))
    width = max(map(len, lessons), default=0)
    for name, lesson in lessons.items():
        print(f"{name:{width}}  {lesson.title}: {lesson.summary}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    from core.lessons import LessonError, lesson_file, read

    path = Path(options.lesson)
    try:
        lesson = read(path if path.suffix else lesson_file(options.lesson, _language(options)))
    except KeyError as error:
        what = tr(error.args[0])
        return fail([tr("{problem} (see `playground lesson list`)", problem=what)])
    except LessonError as error:
        return fail([f"{path}:{each.line}: {tr(each.message)}" for each in error.problems])
    except OSError as error:
        return fail([about_file(error)])
    print("\n".join(_lines(lesson)))
    return DONE


def _lines(lesson: Lesson) -> list[str]:
    lines = [f"# {lesson.title}", "", lesson.summary]
    for page in lesson.pages:
        lines += ["", f"## {page.title}", "", page.text]
        if page.question:
            lines += ["", *_question(page.question)]
    return lines


def _question(question: Question) -> list[str]:
    lines = [f"Question ({question.id}): {question.text}"]
    lines += [
        f"  {'✓' if number == question.answer else ' '} {number}. {option}"
        for number, option in enumerate(question.options, 1)
    ]
    if question.kind == "number":
        lines.append(f"  ✓ {question.answer:g} ± {question.tolerance:g}")
    if question.condition:
        lines.append(f"  ✓ {question.condition.text}")
    return lines


def _check(options: argparse.Namespace) -> int:
    from core.data import DataError
    from core.lessons import LessonError, read
    from core.lessons.solving import unsolved

    status = DONE
    for path in options.files:
        summary = ""
        try:
            lesson = read(path)
            summary = tr(
                "{pages} pages, {questions} questions",
                pages=len(lesson.pages),
                questions=len(lesson.questions),
            )
            problems = list(unsolved(lesson)) if options.solve else []
        except LessonError as error:
            problems = error.problems
        except DataError as error:
            return fail([f"{path}: {tr(str(error))}"])
        except OSError as error:
            return fail([about_file(error)])
        for problem in problems:
            status = FAILED
            print(f"{path}:{problem.line}: {tr(problem.message)}")
        if not problems:
            print(tr("{file}: no mistakes, {summary}", file=path, summary=summary))
    return status
