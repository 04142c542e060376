"""Reads rows of a file as inputs of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.archive import read_inputs
from core.data.columns.recipe import Feature, number_name
from core.data.columns.targets import class_of, fault_message
from core.data.refusal import refuse
from core.data.tables.dates import DateStyle
from core.data.tables.numbers import is_missing
from core.data.tables.reader import Progress, read_table
from core.data.tables.sniff import sniff
from core.data.tables.table import Column, ReadOptions, Table
from core.data.user_files import UserTable, is_archive, read_options
from core.training.model import Model

MOST_WORDS_NAMED = 4


@dataclass(frozen=True)
class Rows:
    """Inputs (n, inputs) in the units of the data, and notes about reading them.

    `targets` are the classes or numbers in the target column as text, "" where a cell is empty; ()
    where there is no such column.
    """

    inputs: NDArray[np.floating]
    notes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def rows_for(model: Model, path: Path, progress: Progress = lambda share: None) -> Rows:
    """The rows of a table or archive as inputs of a model. Raises `DataError`."""
    if is_archive(path):
        return Rows(read_inputs(path, model.inputs))
    layout = sniff(path, _options(model))
    table = read_table(layout, progress)
    if model.recipe:
        return _by_recipe(model, table, layout.classes)
    return _by_names(model, table)


def _options(model: Model) -> ReadOptions:
    """Read the columns as they were read for training, whatever this file's layout."""
    numbers = frozenset(each.column for each in model.recipe if each.kind == "number")
    words = {each.column for each in model.recipe if each.kind in ("date", "yes/no")}
    words |= {each.column for each in model.recipe if _are_words(each.categories)}
    words |= {model.target} if _are_words(model.classes) else set()
    dataset = model.spec.data.dataset
    missing = read_options(dataset).missing if isinstance(dataset, UserTable) else frozenset()
    factors = frozenset(each.column for each in model.recipe if each.letters == "factor")
    units = frozenset(each.column for each in model.recipe if each.letters == "unit")
    return ReadOptions(
        numbers=numbers, words=frozenset(words), missing=missing, factors=factors, units=units
    )


def _are_words(names: Sequence[str]) -> bool:
    """Whether some of these names of categories are not those that numbers have."""

    def is_of_number(name: str) -> bool:
        try:
            return number_name(np.float64(name)) == name
        except ValueError:
            return False

    return not all(map(is_of_number, names))


def _by_recipe(model: Model, table: Table, listed: Sequence[str]) -> Rows:
    columns = {column.name: column for column in table.columns}
    lacking = [each.column for each in model.recipe if each.column not in columns]
    if lacking:
        found = ", ".join(table.names()[:20])
        missing = ", ".join(lacking[:10])
        problem = Message(
            "lacks the columns {missing} (it has: {found})", missing=missing, found=found
        )
        refuse(table.path, problem)
    notes = list(table.notes)
    inputs: list[NDArray] = []
    for feature in model.recipe:
        column = columns[feature.column]
        _check(feature, column, table.path)
        if strange := feature.unknown(column):
            shown = ", ".join(map(repr, strange[:MOST_WORDS_NAMED]))
            unknown = Message(
                "{column}: {words} did not occur in training", column=column.name, words=shown
            )
            notes.append(unknown)
        inputs += feature.inputs(column)
    stacked = np.stack([values.astype(np.float64) for values in inputs], axis=1)
    return Rows(stacked, tuple(notes), _targets(model, columns.get(model.target), listed))


def _by_names(model: Model, table: Table) -> Rows:
    """Inputs of a model not trained on a table: by name, else all columns in order."""
    columns = {column.name: column for column in table.columns}
    if model.input_names and all(name in columns for name in model.input_names):
        chosen = [columns[name] for name in model.input_names]
    else:
        chosen = table.columns[: model.inputs]
    if len(chosen) != model.inputs:
        problem = Message(
            "has {columns} columns; the model needs {needed}",
            columns=len(table.columns),
            needed=model.inputs,
        )
        refuse(table.path, problem)
    for column in chosen:
        _check(Feature(column.name, "number"), column, table.path)
    return Rows(np.stack([column.values for column in chosen], axis=1), table.notes)


def _check(feature: Feature, column: Column, path: Path) -> None:
    """Raise an error for cells that are not numbers or dates where these are needed."""
    if feature.categories:
        return
    date = DateStyle(feature.date) if feature.date else None
    if (fault := feature.fault(column)) is not None:
        use = Message("is an input of the model")
        refuse(path, fault_message(column.name, fault, use, date))
    if date and column.date and column.date.name != date.name:
        problem = Message(
            "column {name!r} holds dates as {found}, but the model needs {needed}",
            name=column.name,
            found=column.date.label,
            needed=date.label,
        )
        refuse(path, problem)
    if column.categories is None or date:
        return
    bad = [i for i, word in enumerate(column.categories) if not is_missing(word)]
    if bad:
        line = column.lines[bad[0]] if column.lines else 0
        word = column.categories[bad[0]]
        problem = Message(
            "line {line}, column {name!r}: {word!r} is not a number",
            line=line,
            name=column.name,
            word=word,
        )
        refuse(path, problem)


def _targets(model: Model, column: Column | None, listed: Sequence[str]) -> tuple[str, ...]:
    if column is None:
        return ()
    if column.categories is not None:
        names = ("" if _is_gap(word, model.classes) else word for word in column.categories)
        cells = [*names, ""]
        texts = (cells[int(code)] for code in column.values)
    else:
        texts = ("" if np.isnan(value) else f"{value:.15g}" for value in column.values)
    if model.task == "regression":
        return tuple(texts)
    classes = model.class_names()
    return tuple(text and class_of(text, classes, listed) for text in texts)


def _is_gap(word: str, classes: Sequence[str]) -> bool:
    return is_missing(word) and word not in classes
