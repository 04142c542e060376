"""What is done with one column, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.base.translation import Message, joined
from core.data.columns.choices import Choices
from core.data.columns.dated import dated
from core.data.columns.kinds import Kind, Mask, Nature, canonical, gap_codes
from core.data.columns.recipe import GAP, Feature, number_name
from core.data.columns.targets import check_numbers, check_size, fault_message
from core.data.tables.builders import MOST_WORDS
from core.data.tables.dates import DateStyle, date_style_of
from core.data.tables.numbers import FACTORS, looks_numeric
from core.data.tables.table import Column

# A gap is an input of its own where at least this share of the rows has one: a rarer flag is
# nearly constant.
FLAGGED_FROM = 0.01


@dataclass(frozen=True)
class ColumnPlan:
    """What a column is ("target", "input" or "left out") and what is done with it.

    `done` describes it briefly, `problem` gives the reason why the file cannot be used as it is.
    """

    name: str
    role: str
    kind: Kind
    done: str
    gaps: int = 0
    feature: Feature | None = None
    problem: str = ""


USED = ("number", "class", "yes/no", "date")
_WHY = {
    "row counter": Message("counts the rows, left out"),
    "constant": Message("the same in every row, left out"),
    "empty": Message("empty, left out"),
}
AS_IT_IS, BY_CHOICE = Message("used"), Message("left out as chosen")


def treatment(
    column: Column, nature: Nature, rows: Mask | None, choices: Choices, path: Path
) -> ColumnPlan:
    """The plan of a column of that nature."""
    name, kind, gaps = column.name, nature.kind, nature.gaps
    wanted = choices.kinds.get(name, "auto")
    if not is_chosen(name, choices):
        return ColumnPlan(name, "left out", kind, BY_CHOICE, gaps)
    if wanted == "text" or (kind not in USED and wanted == "auto" and name not in choices.inputs):
        why = _WHY.get(kind) if wanted == "auto" else Message("text, left out")
        why = why or _too_many_words(column, nature.distinct)
        return ColumnPlan(name, "left out", kind, why, gaps)
    if kind == "empty":
        return ColumnPlan(name, "left out", kind, _WHY[kind], gaps)
    return _input(column, nature, wanted, rows, path)


def _input(
    column: Column, nature: Nature, wanted: str, rows: Mask | None, path: Path
) -> ColumnPlan:
    """The plan of a column that is used."""
    name, kind, gaps = column.name, nature.kind, nature.gaps
    numbers = column.categories is None
    if column.overflowed:
        problem = Message(
            "column {name!r} has over {count:,} different words, too many for an input; "
            "leave it out",
            name=name,
            count=MOST_WORDS,
        )
        return ColumnPlan(name, "input", kind, Message("cannot be read"), gaps, problem=problem)
    if wanted == "class" or (not numbers and kind not in ("date",) and wanted == "auto"):
        return _categories(column, nature, rows, path)
    if column.date and wanted != "number":
        return _date(column, nature, column.date, rows)
    if not numbers:
        date = nature.date or _date_style(column, rows)
        if wanted == "number" or date is None:
            word, line = (column.categories or ("",))[0], (column.lines or (0,))[0]
            what = Message("date") if wanted == "date" else Message("number")
            problem = Message(
                "line {line}, column {name!r}: {word!r} is not a {what}; choose another kind",
                line=line,
                name=name,
                word=word,
                what=what,
            )
            return ColumnPlan(name, "input", kind, Message("cannot be read"), gaps, problem=problem)
        return _date(column, nature, date, rows)
    problem = _fault_told(column)
    check_numbers(name, column.values, path)
    flag = _is_flagged(gaps, column, rows)
    done = _filled(gaps, flag) if gaps else AS_IT_IS
    if column.unit:
        read = Message("read as numbers in {unit}", unit=column.unit.replace("|", " "))
        done = joined(", ", [read, done]) if gaps else read
    if column.factors:
        read = Message("K, M and B read as thousands, millions and billions")
        done = joined(", ", [read, done] if done != AS_IT_IS else [read])
    letters = "factor" if column.factors else "unit" if column.unit in FACTORS else ""
    feature = Feature(name, "number", flag=flag, letters=letters)
    return ColumnPlan(name, "input", "number", done, gaps, feature, problem)


def _date(column: Column, nature: Nature, date: DateStyle, rows: Mask | None) -> ColumnPlan:
    name = column.name
    done = Message("dates ({style}) as {unit}", style=date.label, unit=date.unit)
    if date.unclear:
        unclear = Message("the day and the month could also be the other way round")
        done = joined("; ", [done, unclear])
    flag = _is_flagged(nature.gaps, column, rows)
    if nature.gaps:
        gaps = Message(
            "{count:,} missing value filled with the median",
            "{count:,} missing values filled with the median",
            count=nature.gaps,
        )
        done = joined(", ", [done, gaps])
    feature = Feature(name, "date", date=date.name, flag=flag)
    problem = _fault_told(column if column.date else dated(column, date, rows))
    return ColumnPlan(name, "input", "date", done, nature.gaps, feature, problem)


def _date_style(column: Column, rows: Mask | None) -> DateStyle | None:
    """The style of the dates in these rows of a column of words, however few."""
    used = column if rows is None else replace(column, values=column.values[rows])
    counts = zip(column.categories or (), used.counts().tolist(), strict=True)
    return date_style_of({word: count for word, count in counts if count})


def _fault_told(column: Column) -> str:
    if column.fault is None:
        return ""
    return fault_message(column.name, column.fault, Message("is an input"), column.date)


def _is_flagged(gaps: int, column: Column, rows: Mask | None) -> bool:
    count = len(column.values) if rows is None else int(rows.sum())
    return gaps > 0 and gaps >= FLAGGED_FROM * count


def _categories(column: Column, nature: Nature, rows: Mask | None, path: Path) -> ColumnPlan:
    values = column.values if rows is None else column.values[rows]
    used = np.unique(values)
    yes_no = nature.kind == "yes/no"
    if column.categories is None:
        names = [number_name(value) for value in used if not np.isnan(value)]
    else:
        missing = gap_codes(column)
        words = [column.categories[int(c)] for c in used if int(c) not in missing]
        names = sorted({canonical(nature.kind, word) for word in words})
    if nature.gaps:
        names = [GAP, *names]
    check_size(len(values) * len(names), path, 4)
    done = AS_IT_IS
    if len(names) > 2:
        done = Message("{count} categories, one input each", count=len(names))
    if yes_no and nature.distinct > 2:
        words = ", ".join(column.categories or ())
        done = Message("{words} count as yes and no", words=words)
    if nature.gaps:
        done = Message(
            "{count:,} missing value, a category of their own, {done}",
            "{count:,} missing values, a category of their own, {done}",
            count=nature.gaps,
            done=done,
        )
    kind = "yes/no" if yes_no else "class"
    feature = Feature(column.name, kind, tuple(names))
    return ColumnPlan(column.name, "input", kind, done, nature.gaps, feature)


def _too_many_words(column: Column, count: int) -> Message:
    if column.overflowed:
        return Message("over {count:,} different words, left out", count=MOST_WORDS)
    number = first_number(column)
    if not number:
        return Message("{count:,} different words, left out", count=count)
    return Message(
        "{count:,} different words, left out (a text, although there are numbers such as "
        "{number!r})",
        count=count,
        number=number,
    )


def _filled(gaps: int, flag: bool) -> Message:
    if flag:
        return Message(
            "{count:,} missing value, filled with the median of the training part and flagged",
            "{count:,} missing values, filled with the median of the training part and flagged",
            count=gaps,
        )
    return Message(
        "{count:,} missing value, filled with the median of the training part",
        "{count:,} missing values, filled with the median of the training part",
        count=gaps,
    )


def first_number(column: Column) -> str:
    """A number among the words of a column, which are then not silently read as words."""
    words = column.categories or ()
    found = [word for word in words[:2000] if looks_numeric(word)]
    return found[0] if len(found) > 0.2 * min(len(words), 2000) else ""


def is_chosen(name: str, choices: Choices) -> bool:
    """Whether the user has not left the column out."""
    return name not in choices.exclude and (not choices.inputs or name in choices.inputs)
