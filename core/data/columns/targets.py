"""The column that is to be predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message, joined
from core.data.columns.dated import dated
from core.data.columns.kinds import NO, YES, alike_words, canonical
from core.data.columns.recipe import number_name
from core.data.dataset import Task
from core.data.refusal import refuse
from core.data.tables.dates import DateStyle, date_style_of
from core.data.tables.numbers import is_missing
from core.data.tables.table import Column, Fault

# "classification" is "binary" for two classes and "classes" for more; "classes" also takes two.
Purpose = Literal["auto", "classification", "binary", "classes", "regression"]
Mask = NDArray[np.bool_]

MOST_CLASSES = 1000
# A numeric target with at most this many different whole values is taken for classes.
FEW_CLASSES = 10
# A warning is given for more classes than this with fewer samples each than that.
MANY_CLASSES, FEW_SAMPLES = 20, 10
LARGEST_NUMBER = 1e30
# With the copies made in training, larger samples would exceed the memory of most computers.
LARGEST_SAMPLES = 1024**3


class Targets(NamedTuple):
    """Targets (n, outputs), their task, the names of the classes, and notes for the user."""

    values: NDArray[np.floating]
    task: Task
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def encode_targets(
    column: Column,
    rows: Mask | None,
    purpose: Purpose,
    path: Path,
    names: tuple[str, ...] = (),
    kind: str = "auto",
) -> Targets:
    """The targets in a column without gaps in the given rows (None: in all rows); dates as
    `with_dates` makes them.

    `names` are those of classes that the table counts from 0; `kind` "class" or "number" overrides
    what the values suggest. Raises `DataError`.
    """
    values = column.values if rows is None else column.values[rows]
    if kind == "class" and purpose == "auto":
        purpose = "classification"
    if column.categories is None:
        if column.fault:
            use = Message("is predicted")
            refuse(path, fault_message(column.name, column.fault, use, column.date))
        check_numbers(column.name, values, path)
        if not names and _are_amounts(values, purpose, kind):
            if values.min() == values.max():
                _refuse_constant(column.name, path)
            told = _told(column)
            return Targets(values[:, None].astype(np.float64), "regression", (), told)
        distinct, codes = np.unique(values, return_inverse=True)
        found = tuple(number_name(value) for value in distinct[: MOST_CLASSES + 1])
        if names:
            found = tuple(names[int(name)] if int(name) < len(names) else name for name in found)
        notes: list[str] = []
    else:
        if column.overflowed:
            refuse(
                path,
                Message(
                    "column {name!r} has over {count:,} different words; is it a key?",
                    name=column.name,
                    count=len(column.categories) - 1,
                ),
            )
        if purpose == "regression":
            line = Message(" (line {line})", line=column.lines[0]) if column.lines else ""
            word = (column.categories or ("",))[0]
            refuse(
                path,
                Message(
                    "column {name!r} holds words such as {word!r}{line}; they can only be "
                    "classified",
                    name=column.name,
                    word=word,
                    line=line,
                ),
            )
        found, codes, notes = _classes(column, values)
    return _as_classes(column.name, found, codes.reshape(-1), purpose, notes, path)


def class_of(cell: str, classes: Sequence[str], listed: Sequence[str] = ()) -> str:
    """The class that a cell of the target belongs to; the cell itself if it belongs to none.

    `listed` are the names that the table gives for the numbers 0, 1, … Capitals only count where
    classes differ by them, and all spellings of yes and no are one class each.
    """
    if cell.isdecimal() and int(cell) < len(listed):
        return listed[int(cell)]
    if cell in classes:
        return cell
    alike = [name for name in classes if name.casefold() == cell.casefold()]
    return alike[0] if len(alike) == 1 else canonical("yes/no", cell)


def _refuse_constant(name: str, path: Path) -> NoReturn:
    refuse(
        path, Message("column {name!r} has only one value; there is nothing to learn", name=name)
    )


def check_numbers(name: str, values: NDArray, path: Path) -> None:
    """Raise a `DataError` where numbers are too large to calculate with."""
    most = np.abs([np.nanmin(values, initial=0), np.nanmax(values, initial=0)]).max()
    if most > LARGEST_NUMBER:
        refuse(
            path,
            Message(
                "column {name!r} holds numbers of up to {most:.0e}; beyond "
                "{limit:.0e} they overflow, so correct those cells or leave them empty",
                name=name,
                most=most,
                limit=LARGEST_NUMBER,
            ),
        )


def check_size(numbers: int, path: Path, size: int = 8) -> None:
    """Raise a `DataError` if this many numbers would not fit into the memory of most computers."""
    if numbers * size > LARGEST_SAMPLES:
        refuse(
            path,
            Message(
                "would take {size:.1f} GB of memory as samples; up to {limit:.1f} "
                "GB are taken, so leave out rows or columns of many words",
                size=numbers * size / 1e9,
                limit=LARGEST_SAMPLES / 1e9,
            ),
        )


def _as_classes(
    name: str,
    classes: tuple[str, ...],
    codes: NDArray[np.intp],
    purpose: Purpose,
    notes: list[str],
    path: Path,
) -> Targets:
    if len(classes) < 2:
        _refuse_constant(name, path)
    if len(classes) > MOST_CLASSES:
        refuse(
            path,
            Message(
                "column {name!r} has over {count:,} classes; is it a key?",
                name=name,
                count=MOST_CLASSES,
            ),
        )
    if purpose == "binary" and len(classes) > 2:
        refuse(
            path,
            Message(
                "column {name!r} has {count:,} classes; two were expected",
                name=name,
                count=len(classes),
            ),
        )
    warnings = list(_about_sizes(name, classes, np.bincount(codes)))
    if alike := alike_words(classes):
        warnings.append(
            Message("{name}: {alike} count as different classes", name=name, alike=alike)
        )
    if len(classes) == 2 and purpose != "classes":
        values = codes.reshape(-1, 1).astype(np.float64)
        return Targets(values, "binary", classes, tuple(notes), tuple(warnings))
    check_size(len(codes) * len(classes), path)
    values = np.zeros((len(codes), len(classes)))
    values[np.arange(len(codes)), codes] = 1
    return Targets(values, "classes", classes, tuple(notes), tuple(warnings))


def _about_sizes(name: str, classes: tuple[str, ...], counts: NDArray[np.intp]) -> Iterator[str]:
    rows = int(counts.sum())
    if len(classes) > MANY_CLASSES and rows < FEW_SAMPLES * len(classes):
        yield (
            Message(
                "{name}: {classes:,} classes in {rows:,} rows, too few of each to learn; is it "
                "the right target?",
                name=name,
                classes=len(classes),
                rows=rows,
            )
        )
        return
    small = [each for each, count in zip(classes, counts, strict=True) if count < 2]
    if small:
        shown = ", ".join(small[:4]) + (" …" if len(small) > 4 else "")
        yield (
            Message(
                "{name}: classes too small to split: {shown} (1 sample each; a class needs 2 "
                "to be in training and validation)",
                name=name,
                shown=shown,
            )
        )


def _classes(column: Column, values: NDArray) -> tuple[tuple[str, ...], NDArray, list[str]]:
    """The classes in a column of words: every word but the empty cell is one."""
    words = column.categories or ()
    used, codes = np.unique(values, return_inverse=True)
    found = [words[int(code)] for code in used]
    notes: list[str] = []
    lower = {word.lower() for word in found}
    if len(found) > 2 and lower <= YES | NO and lower & YES and lower & NO:
        merged = [canonical("yes/no", word) for word in found]
        notes.append(
            Message("{name}: {words} count as yes and no", name=column.name, words=", ".join(found))
        )
        places = np.array([int(word == "yes") for word in merged])
        return ("no", "yes"), places[codes.reshape(-1)], notes
    doubtful = [word for word in found if is_missing(word)]
    if doubtful:
        notes.append(
            Message(
                "{name}: {words} counts as a class",
                name=column.name,
                words=", ".join(map(repr, doubtful)),
            )
        )
    return tuple(found), codes, notes


def _are_amounts(values: NDArray, purpose: Purpose, kind: str) -> bool:
    """Whether numbers with these values are to be predicted as numbers."""
    if purpose != "auto":
        return purpose == "regression"
    if kind == "number":
        return True
    if bool((values != np.round(values)).any()):
        return True
    return len(np.unique(values)) > FEW_CLASSES


def with_dates(column: Column, purpose: Purpose, kind: str) -> Column:
    """A column of words to be predicted; as numbers if they are dates and that is requested, or
    there are too many of them for classes."""
    words = column.categories or ()
    if purpose not in ("auto", "regression") or kind == "class" or len(words) <= FEW_CLASSES:
        return column
    counts = dict(zip(words, column.counts().tolist(), strict=True))
    date = None if column.overflowed else date_style_of(counts)
    return column if date is None else dated(column, date)


def _told(column: Column) -> tuple[str, ...]:
    """How the cells of a column became numbers."""
    if column.factors:
        read = Message("K, M and B read as thousands, millions and billions")
        return (joined(": ", [column.name, read]),)
    if column.date is None:
        return ()
    return (Message("{name}: dates as {unit}", name=column.name, unit=column.date.unit),)


def fault_message(name: str, fault: Fault, use: str, date: DateStyle | None = None) -> str:
    """The message about a cell that is not a number in a column of numbers, or not a date in one of
    dates, with the remedy."""
    more = Message(" (and {count:,} more cells)", count=fault.times - 1) if fault.times > 1 else ""
    known = {"line": fault.line, "name": name, "cell": fault.cell[:40], "more": more, "use": use}
    if date is not None:
        return Message(
            "line {line}, column {name!r}: {cell!r} is not a date ({style}), as the others "
            "are{more}; the column {use}, so correct the cell, leave it empty, add it to "
            "the missing words, leave the column out or read it as classes",
            style=date.label,
            **known,
        )
    return Message(
        "line {line}, column {name!r}: {cell!r} is not a finite number, as the others "
        "are{more}; the column {use}, so correct the cell, leave it empty, add it to "
        "the missing words, leave the column out or read it as classes",
        **known,
    )
