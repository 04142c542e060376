"""What a column is: number, class, yes/no, date, row counter, free text, constant or empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.dates import DateStyle, date_style_of
from core.data.tables.numbers import is_missing
from core.data.tables.table import Column

Kind = Literal["number", "class", "yes/no", "date", "row counter", "free text", "constant", "empty"]
Mask = NDArray[np.bool_]

# A column with more categories than this (names, keys) does not generalise.
MOST_CATEGORIES = 100
# From this many rows on, words of which nearly all are different are free text.
NEARLY_ALL, FEW_ROWS = 0.8, 5
# From this many rows on, or if the name says so, whole numbers that count the rows are a counter.
ROWS_OF_A_COUNTER = 10
COUNTER_NAMES = frozenset(
    {"", "id", "index", "idx", "row", "rows", "rownames", "row names", "row_id", "rowid", "no"}
    | {"no.", "nr", "nr.", "num", "#", "unnamed: 0", "column 1", "obs", "observation", "sample"}
    | {"sample_id", "key", "serial", "s.no", "sno", "sl_no", "passengerid", "번호", "순번"}
)
YES = frozenset({"yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "예", "네", "1.0"})
NO = frozenset({"no", "n", "false", "f", "0", "off", "nein", "non", "아니오", "아니요", "0.0"})


@dataclass(frozen=True)
class Nature:
    """The detected kind of a column, and the evidence for it.

    `gaps` are missing values, `distinct` the different words (of numbers 0: not counted), `date`
    how dates are written.
    """

    kind: Kind
    gaps: int = 0
    distinct: int = 0
    date: DateStyle | None = None


def nature_of(column: Column, rows: Mask | None = None, row_names: bool = False) -> Nature:
    """The kind of the values in the given rows of a column (None: in all rows)."""
    values = column.values if rows is None else column.values[rows]
    if column.categories is None:
        return _of_numbers(column, values, row_names)
    return _of_words(column, values, row_names)


def gap_codes(column: Column) -> set[int]:
    """The codes of categories that stand for a missing value in an input."""
    words = column.categories or ()
    gaps = gap_words(words)
    return {-1} | {i for i, word in enumerate(words) if word in gaps}


def gap_words(words: Collection[str]) -> set[str]:
    """Those of a column's words that stand for a missing value in an input.

    A dash beside a plus is a class of its own.
    """
    signs = {"-", "–", "−", "--"} if "+" in words else set()
    return {word for word in words if is_missing(word) and word not in signs}


def canonical(kind: str, word: str) -> str:
    """The name of the category that a word belongs to: spellings of yes and no are one each."""
    if kind != "yes/no":
        return word
    return "yes" if word.lower() in YES else "no" if word.lower() in NO else word


def alike_words(words: Sequence[str]) -> str:
    """Words that differ only in capitals, spaces or a full stop at the end, for a warning; "" where
    there are none."""
    folded = Counter(map(_folded, words))
    return ", ".join([word for word in words if folded[_folded(word)] > 1][:4])


def _folded(word: str) -> str:
    return " ".join(word.casefold().split()).rstrip(". ") or word


def _of_numbers(column: Column, values: NDArray, row_names: bool) -> Nature:
    name = column.name
    gaps = int(np.isnan(values).sum())
    if gaps == len(values):
        return Nature("empty", gaps)
    if column.date:
        return Nature("date", gaps, date=column.date)
    if row_names:
        return Nature("row counter", gaps)
    low, high = np.nanmin(values), np.nanmax(values)
    if low == high:
        return Nature("constant" if not gaps else "number", gaps)
    if not gaps and not column.unit and is_counter(values):
        named = name.strip().lower() in COUNTER_NAMES
        if named or (len(values) >= ROWS_OF_A_COUNTER and values[0] in (0, 1)):
            return Nature("row counter")
    if not gaps and name.strip().lower() in COUNTER_NAMES and _are_keys(values):
        return Nature("row counter")
    return Nature("number", gaps)


def is_counter(values: NDArray) -> bool:
    """Whether every number is one more than that before."""
    if len(values) < 3 or values[1] != values[0] + 1 or values[2] != values[1] + 1:
        return False
    return bool(np.array_equal(values, values[0] + np.arange(len(values))))


def _are_keys(values: NDArray) -> bool:
    whole = bool((values == np.round(values)).all())
    return whole and len(values) >= ROWS_OF_A_COUNTER and len(np.unique(values)) == len(values)


def _of_words(column: Column, values: NDArray, row_names: bool) -> Nature:
    names: tuple[str, ...] = column.categories or ()
    missing = gap_codes(column)
    counts = dict(
        zip(*(each.tolist() for each in np.unique(values, return_counts=True)), strict=True)
    )
    known = [code for code in counts if code not in missing]
    gaps = len(values) - sum(counts[code] for code in known)
    words: list[str] = [names[int(code)] for code in known]
    rows, distinct = len(values) - gaps, len(known)
    if not known:
        return Nature("empty", gaps)
    if row_names:
        return Nature("row counter", gaps, distinct)
    if column.overflowed:
        return Nature("free text", gaps, distinct)
    lower = {word.lower() for word in words}
    if distinct > 1 and lower <= YES | NO and lower & YES and lower & NO:
        return Nature("yes/no", gaps, distinct)
    times = dict(zip(words, (counts[code] for code in known), strict=True))
    if distinct > 1 and (date := date_style_of(times)) is not None:
        return Nature("date", gaps, distinct, date)
    if distinct == 1 and not gaps:
        return Nature("constant", gaps, distinct)
    nearly_all = rows >= FEW_ROWS and distinct >= NEARLY_ALL * rows
    if distinct > MOST_CATEGORIES or nearly_all:
        return Nature("free text", gaps, distinct)
    return Nature("class", gaps, distinct)
