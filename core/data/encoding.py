"""From the columns of a table to samples that a network can learn.

What is done to the columns is said in plain words, so that nothing happens unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples, Task
from core.data.refusal import refuse
from core.data.tabular import Column, Table

# "classification" is "binary" for two classes and "classes" for more; "classes" also takes two.
Purpose = Literal["auto", "classification", "binary", "classes", "regression"]
Missing = Literal["fill", "drop"]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A column with more categories than this (names, keys, dates) says nothing that generalises.
MOST_CATEGORIES = 100
MOST_CLASSES = 1000
# A numeric target with at most so many different whole values is taken for classes.
FEW_CLASSES = 10
LARGEST_NUMBER = 1e30
# More numbers than this are kept in float32, unless they lie farther from 0 than so many of their
# deviations.
MANY_NUMBERS = 1_000_000
FARTHEST = 1000
# Samples beyond this would, with the copies that training makes, not fit most memories.
LARGEST_SAMPLES = 1024**3


@dataclass(frozen=True)
class Encoded:
    """Samples, and in plain words what was done to get them."""

    samples: Samples
    notes: tuple[str, ...]


class Targets(NamedTuple):
    """Targets (n, outputs), their task, and the names of the classes."""

    values: Floats
    task: Task
    classes: tuple[str, ...]


def encode(
    table: Table, target: str = "", purpose: Purpose = "auto", missing: Missing = "fill"
) -> Encoded:
    """Samples of a table; `target` names a column, the last one if empty.

    Numbers stay numbers. Categories become one input each, two categories one input of 0 and 1.
    Missing numbers stay gaps that the mean of the training part will fill, missing words become a
    category of their own; or their rows are dropped. Rows without a target are left out. Raises
    `DataError`.
    """
    chosen = _chosen(table, target)
    notes: list[str] = []
    rows = ~chosen.missing
    if gone := int((~rows).sum()):
        notes.append(f"{chosen.name}: {_rows(gone)} without a target left out")
    if not rows.any():
        refuse(table.path, f"column {chosen.name!r} is empty; choose another target")
    usable = [
        column
        for column in table.columns
        if column is not chosen and _is_usable(column, rows, notes)
    ]
    if missing == "drop":
        rows = _complete(usable, rows, notes, table.path)
    targets = encode_targets(chosen, None if rows.all() else rows, purpose, table.path)
    plans = [_plan(column, rows, notes, table.path) for column in usable]
    labels = [label for plan in plans for label in plan.labels]
    if not labels:
        refuse(table.path, "has no column that can serve as an input")
    _check_size(len(targets.values) * (len(labels) + targets.values.shape[1]), table.path)
    shape = len(targets.values), len(labels)
    short = shape[0] * shape[1] > MANY_NUMBERS and all(map(_fits_float32, usable))
    inputs = np.empty(shape, np.float32 if short else np.float64)
    at = 0
    for plan in plans:
        for values in plan.inputs(rows):
            inputs[:, at] = values
            at += 1
    samples = Samples(
        inputs,
        targets.values,
        targets.task,
        targets.classes,
        tuple(labels),
        gaps=any(plan.has_gaps for plan in plans),
    )
    return Encoded(samples, tuple(notes))


def encode_targets(column: Column, rows: Mask | None, purpose: Purpose, path: Path) -> Targets:
    """The targets in a column without gaps in the given rows, in all of them for None."""
    values = column.values if rows is None else column.values[rows]
    if column.categories is None:
        _check_numbers(column.name, values, path)
        distinct, codes = np.unique(values, return_inverse=True)
        if _are_amounts(distinct, purpose):
            return Targets(values[:, None].astype(np.float64), "regression", ())
        names = tuple(f"{value:.15g}" for value in distinct[: MOST_CLASSES + 1])
    else:
        if purpose == "regression":
            refuse(path, f"column {column.name!r} holds words; they can only be classified")
        used, codes = np.unique(values, return_inverse=True)
        names = tuple(column.categories[int(code)] for code in used)
    if len(names) < 2:
        refuse(path, f"column {column.name!r} has only one value; there is nothing to learn")
    if len(names) > MOST_CLASSES:
        refuse(path, f"column {column.name!r} has over {MOST_CLASSES:,} classes; is it a key?")
    if purpose == "binary" and len(names) > 2:
        refuse(path, f"column {column.name!r} has {len(names):,} classes; two were expected")
    if len(names) == 2 and purpose != "classes":
        return Targets(codes.reshape(-1, 1).astype(np.float64), "binary", names)
    _check_size(len(codes) * len(names), path)
    return Targets(np.eye(len(names))[codes.reshape(-1)], "classes", names)


class _Plan(NamedTuple):
    """What becomes of one column: the names of the inputs, and how they are worked out."""

    column: Column
    labels: list[str]
    codes: list[int]
    has_gaps: bool = False

    def inputs(self, rows: Mask) -> Iterator[NDArray]:
        values = self.column.values if rows.all() else self.column.values[rows]
        if self.column.categories is None:
            yield values
        else:
            yield from (values == code for code in self.codes)


def _chosen(table: Table, target: str) -> Column:
    names = [column.name for column in table.columns]
    if len(names) < 2:
        refuse(
            table.path,
            "has only one column; a target and one input at least are needed, "
            "so is the delimiter another one?",
        )
    if target and target not in names:
        refuse(table.path, f"has no column {target!r} (columns: {', '.join(names[:20])})")
    return table.columns[names.index(target) if target else -1]


def _is_usable(column: Column, rows: Mask, notes: list[str]) -> bool:
    if column.missing[rows].all():
        notes.append(f"{column.name}: empty, left out")
    elif len(column.categories or ()) > MOST_CATEGORIES:
        notes.append(f"{column.name}: {len(column.categories or ()):,} different words, left out")
    else:
        return True
    return False


def _complete(columns: list[Column], rows: Mask, notes: list[str], path: Path) -> Mask:
    """The rows in which nothing is missing."""
    gaps = np.zeros(len(rows), bool)
    for column in columns:
        gaps |= column.missing
    if gone := int((rows & gaps).sum()):
        notes.append(f"{_rows(gone)} with missing values left out")
    if not (rows & ~gaps).any():
        refuse(path, "has no row without a missing value; have them filled instead")
    return rows & ~gaps


def _plan(column: Column, rows: Mask, notes: list[str], path: Path) -> _Plan:
    missing = column.missing & rows
    gone = int(missing.sum())
    if column.categories is None:
        known = column.values[rows & ~missing]
        _check_numbers(column.name, known, path)
        if gone:
            notes.append(
                f"{column.name}: {_values(gone)}, filled with the mean of the training part"
            )
        return _Plan(column, [column.name], [], bool(gone))
    if gone:
        notes.append(f"{column.name}: {_values(gone)}, a category of their own")
    codes = [int(code) for code in np.unique(column.values[rows])]
    labels = [f"{column.name} = {column.categories[c] if c >= 0 else 'missing'}" for c in codes]
    if len(codes) <= 2:
        codes, labels = codes[-1:], labels[-1:]
    else:
        notes.append(f"{column.name}: {len(codes)} categories, one input each")
    return _Plan(column, labels, codes)


def _fits_float32(column: Column) -> bool:
    """Whether float32 is plenty: the numbers do not lie so far from 0 that what parts them is
    lost, as it is of the seconds since 1970."""
    if column.categories is not None:
        return True
    low, high = np.nanmin(column.values), np.nanmax(column.values)
    return bool(low == high or max(-low, high) <= FARTHEST * np.nanstd(column.values))


def _are_amounts(distinct: NDArray, purpose: Purpose) -> bool:
    """Whether numbers with these distinct values are to be predicted as numbers."""
    if purpose != "auto":
        return purpose == "regression"
    return len(distinct) > FEW_CLASSES or bool((distinct != np.round(distinct)).any())


def _check_numbers(name: str, values: NDArray, path: Path) -> None:
    most = np.abs([values.min(initial=0), values.max(initial=0)]).max()
    if most > LARGEST_NUMBER:
        refuse(
            path,
            f"column {name!r} holds numbers of up to {most:.0e}; beyond {LARGEST_NUMBER:.0e} there "
            "is no reckoning with them, so correct those cells or leave them empty",
        )


def _check_size(numbers: int, path: Path) -> None:
    if numbers * 8 > LARGEST_SAMPLES:
        refuse(
            path,
            f"would take {numbers * 8 / 1e9:.1f} GB of memory as samples; up to "
            f"{LARGEST_SAMPLES / 1e9:.1f} GB are taken, so leave out rows or columns of many words",
        )


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"


def _values(count: int) -> str:
    return f"{count:,} missing value{'s' if count > 1 else ''}"
