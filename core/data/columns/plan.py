"""How every column of a table is used, and why, in plain words.

`plan` decides without touching the numbers, so that a dialog can show it at once; `encode` makes
the samples by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.base.translation import Message, joined
from core.data.columns.choices import Choices
from core.data.columns.kinds import Kind, Mask, alike_words, gap_codes, nature_of
from core.data.columns.leakage import suspicion
from core.data.columns.missing_marks import missing_mark
from core.data.columns.recipe import Feature
from core.data.columns.summary import counts, summary
from core.data.columns.targets import (
    Targets,
    check_size,
    encode_targets,
    with_dates,
)
from core.data.columns.treatment import (
    AS_IT_IS,
    BY_CHOICE,
    USED,
    ColumnPlan,
    first_number,
    is_chosen,
    treatment,
)
from core.data.dataset import Samples
from core.data.refusal import refuse
from core.data.tables.builders import fits_float32
from core.data.tables.table import Column, Table

# More numbers than this are kept in float32 where nothing is lost by it.
MANY_NUMBERS = 1_000_000
# Columns with more categories than this, and tables with more inputs, are warned of.
MANY_CATEGORIES, MANY_INPUTS = 20, 200


@dataclass(frozen=True)
class Encoded:
    """Samples, and a description of how they were obtained.

    `target` is the name of what is predicted, `features` say how other rows become inputs.
    """

    samples: Samples
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    target: str = ""
    features: tuple[Feature, ...] = ()
    columns: tuple[ColumnPlan, ...] = ()

    @property
    def summary(self) -> str:
        """What is predicted from what, in one line."""
        samples = self.samples
        outputs, inputs = samples.outputs, samples.features
        return summary(self.target, samples.task, samples.class_names, outputs, inputs)

    @property
    def counts(self) -> str:
        """How many samples there are, and the range of what is predicted if it is a number."""
        made = self.samples
        test = len(made.test) if made.test is not None else 0
        return counts(len(made), made.targets, made.task, test)


@dataclass(frozen=True)
class Plan:
    """Every column's plan, the rows that are used (None for all) and their targets."""

    table: Table
    columns: tuple[ColumnPlan, ...]
    targets: Targets
    rows: Mask | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    target: str

    @property
    def features(self) -> tuple[Feature, ...]:
        return tuple(column.feature for column in self.columns if column.feature is not None)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(label for feature in self.features for label in feature.labels)

    @property
    def summary(self) -> str:
        """What is predicted from what, in one line."""
        made = self.targets
        outputs = made.values.shape[1]
        return summary(self.target, made.task, made.classes, outputs, len(self.inputs))

    @property
    def counts(self) -> str:
        """How many samples there are, and the range of what is predicted if it is a number."""
        return counts(len(self.targets.values), self.targets.values, self.targets.task)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the table cannot be used as it is."""
        return tuple(each.problem for each in self.columns if each.problem)


def plan(table: Table, choices: Choices | None = None, classes: tuple[str, ...] = ()) -> Plan:
    """What becomes of a table's columns. Raises `DataError` where it cannot be learned.

    Rows without a target are left out. Numbers stay numbers, their gaps are filled with the median
    of the training part; categories become one input each, two categories one input of 0 and 1,
    missing words a category. Row counters, free text, constants and empty columns are left out.
    """
    choices = choices or Choices()
    chosen = _target(table, choices)
    _check_names(table, choices)
    notes, warnings = list(table.notes), []
    kind = choices.kinds.get(chosen.name, "auto")
    predicted = with_dates(chosen, choices.purpose, kind)
    rows = ~predicted.missing
    if gone := int((~rows).sum()):
        notes.append(
            Message(
                "{name}: {count:,} row without a target left out",
                "{name}: {count:,} rows without a target left out",
                name=chosen.name,
                count=gone,
            )
        )
    if not rows.any():
        refuse(
            table.path, Message("column {name!r} is empty; choose another target", name=chosen.name)
        )
    others = [column for column in table.columns if column is not chosen]
    rows = _without_gaps(others, rows, choices, notes, table.path)
    used = None if rows.all() else rows
    targets = encode_targets(predicted, used, choices.purpose, table.path, classes, kind)
    plans = _column_plans(table, others, chosen, used, choices)
    about = ColumnPlan(chosen.name, "target", _target_kind(targets), Message("predicted"), gone)
    plans.insert(next(i for i, c in enumerate(table.columns) if c is chosen), about)
    warnings += targets.warnings
    warnings += _warnings(table, plans, used, targets, choices)
    notes += [*targets.notes, *(_told(each) for each in plans if _is_told(each))]
    made = Plan(table, tuple(plans), targets, used, tuple(notes), tuple(warnings), chosen.name)
    if not made.inputs:
        refuse(table.path, _without_input(plans))
    check_size(len(targets.values) * (len(made.inputs) + targets.values.shape[1]), table.path, 4)
    return made


def encode(table: Table, choices: Choices | None = None, classes: tuple[str, ...] = ()) -> Encoded:
    """Samples of a table: `plan` and `encoded` in one. Raises `DataError`."""
    return encoded(plan(table, choices, classes))


def encoded(made: Plan, consume: bool = False) -> Encoded:
    """The samples of a plan. Raises `DataError` where a cell that is used cannot be read.

    With `consume` the table is emptied in the process, so that its numbers are not in memory twice.
    """
    if made.problems:
        refuse(made.table.path, joined("; ", made.problems[:3]))
    columns = {column.name: column for column in made.table.columns}
    targets, labels = made.targets, made.inputs
    shape = len(targets.values), len(labels)
    short = all(_is_short(columns[feature.column]) for feature in made.features)
    dtype = np.float32 if short and shape[0] * shape[1] > MANY_NUMBERS else np.float64
    # Column by column, so that memory is only taken for what has been filled.
    inputs = np.empty(shape, dtype, order="F")
    if consume:
        made.table.columns.clear()
    at = 0
    for feature in made.features:
        for values in feature.inputs(columns.pop(feature.column), made.rows):
            inputs[:, at] = values
            at += 1
    gaps = any(each.gaps and not each.feature.categories for each in made.columns if each.feature)
    samples = Samples(
        inputs, targets.values, targets.task, targets.classes, tuple(labels), gaps=gaps
    )
    return Encoded(samples, made.notes, made.warnings, made.target, made.features, made.columns)


def _target(table: Table, choices: Choices) -> Column:
    names = table.names()
    if len(names) < 2:
        refuse(
            table.path,
            Message(
                "has only one column; a target and one input at least are needed, so is the "
                "delimiter another one?"
            ),
        )
    if choices.target and choices.target not in names:
        refuse(
            table.path,
            Message(
                "has no column {target!r} (columns: {names})",
                target=choices.target,
                names=", ".join(names[:20]),
            ),
        )
    if choices.target:
        return table.columns[names.index(choices.target)]
    return proposed_target(table)


def proposed_target(table: Table) -> Column:
    """The column that is predicted unless another one is chosen: the last one with any cell."""
    # Empty columns at the end come from delimiters at the ends of the lines.
    filled = [each for each in table.columns if not each.missing.all()]
    return filled[-1] if filled else table.columns[-1]


def _check_names(table: Table, choices: Choices) -> None:
    names = table.names()
    named = (*choices.inputs, *choices.exclude, *choices.kinds, *choices.gaps)
    for name in named:
        if name not in names:
            refuse(
                table.path,
                Message(
                    "has no column {name!r} (columns: {names})",
                    name=name,
                    names=", ".join(names[:20]),
                ),
            )


def _without_gaps(
    columns: Sequence[Column], rows: Mask, choices: Choices, notes: list[str], path: Path
) -> Mask:
    """The rows to keep where rows with gaps are to be dropped: those in which nothing is
    missing."""
    gaps = np.zeros(len(rows), bool)
    for column in columns:
        dropped = choices.gaps.get(column.name, choices.missing) == "drop"
        if dropped and is_chosen(column.name, choices):
            missing = column.missing
            if column.categories is not None:
                missing = np.isin(column.values, list(gap_codes(column)))
            if not missing[rows].all():
                gaps |= missing
    if gone := int((rows & gaps).sum()):
        notes.append(
            Message(
                "{count:,} row with missing values left out",
                "{count:,} rows with missing values left out",
                count=gone,
            )
        )
    if not (rows & ~gaps).any():
        refuse(path, Message("has no row without a missing value; have them filled instead"))
    return rows & ~gaps


def _column_plans(
    table: Table, columns: Sequence[Column], target: Column, rows: Mask | None, choices: Choices
) -> list[ColumnPlan]:
    row_names = {table.columns[0].name} if table.row_names else set()
    natures = {each.name: nature_of(each, rows, each.name in row_names) for each in columns}
    # A column that looks like a counter is used if it is the only input.
    usable = {name for name, nature in natures.items() if nature.kind in USED}
    if not usable - {name for name in usable if not is_chosen(name, choices)}:
        natures = {
            name: replace(nature, kind="number")
            if nature.kind == "row counter" and name not in row_names and not nature.distinct
            else nature
            for name, nature in natures.items()
        }
    return [treatment(each, natures[each.name], rows, choices, table.path) for each in columns]


def _warnings(
    table: Table, plans: Sequence[ColumnPlan], rows: Mask | None, targets: Targets, choices: Choices
) -> list[str]:
    columns = {column.name: column for column in table.columns}
    found: list[str] = []
    for each in plans:
        if each.problem:
            found.append(each.problem)
        column = columns[each.name]
        if each.role != "left out" and column.doubt:
            found.append(column.doubt)
        if each.role != "left out" and (mark := missing_mark(column, rows)):
            found.append(joined(": ", [each.name, mark]))
        if each.feature is None:
            continue
        count = len(each.feature.labels)
        if count > MANY_CATEGORIES:
            found.append(Message("{name}: becomes {count:,} inputs", name=each.name, count=count))
        if each.kind == "class" and (alike := alike_words(column.categories or ())):
            found.append(
                Message("{name}: {alike} count as different words", name=each.name, alike=alike)
            )
        if each.kind == "class" and (number := first_number(column)):
            found.append(
                Message(
                    "{name}: read as words, although there are numbers ({number!r})",
                    name=each.name,
                    number=number,
                )
            )
        if reason := suspicion(column, each.feature, rows, targets):
            found.append(joined(": ", [each.name, reason]))
    inputs = sum(len(each.feature.labels) for each in plans if each.feature)
    if inputs > MANY_INPUTS and inputs > 2 * sum(1 for each in plans if each.feature):
        found.append(Message("{count:,} inputs in all, most of them categories", count=inputs))
    return found


def _target_kind(targets: Targets) -> Kind:
    return "number" if targets.task == "regression" else "class"


def _is_told(each: ColumnPlan) -> bool:
    return each.role != "target" and each.done not in (AS_IT_IS, BY_CHOICE)


def _without_input(plans: Sequence[ColumnPlan]) -> str:
    told = [_told(each) for each in plans if each.role == "left out"]
    if not told:
        return Message("has no column that can serve as an input")
    return Message(
        "has no column that can serve as an input ({columns})", columns=joined("; ", told[:4])
    )


def _told(each: ColumnPlan) -> str:
    return joined(": ", [each.name, each.done])


def _is_short(column: Column) -> bool:
    if column.categories is not None:
        return True
    return column.values.dtype == np.float32 or fits_float32(column.values)
