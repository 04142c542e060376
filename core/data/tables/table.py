"""A table in memory, column by column, and how a file's layout is described."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.tables.dates import DateStyle
from core.data.tables.numbers import NumberStyle
from core.data.tables.source import Kind


class Dialect(NamedTuple):
    """How lines become cells. The delimiter " " is any run of spaces and tabs."""

    delimiter: str = ","
    quote: str = '"'
    comment: str = ""


@dataclass(frozen=True)
class ReadOptions:
    """What the user has decided about reading a file; every default leaves it to the file.

    `skip` lines at the beginning are not looked at (-1: title lines are recognised). Columns named
    in `words` are read as words, those in `numbers` as numbers, whatever they look like. `missing`
    are more words that stand for a missing value. K, M and B after a number are factors in columns
    named in `factors`, units in those named in `units`.
    """

    header: bool | None = None
    delimiter: str = ""
    encoding: str = ""
    skip: int = -1
    sheet: str = ""
    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """How a file is to be read.

    `skip` is the number of lines before the first row of data. `styles` gives how the numbers of
    each column are written, None for one with words. `decimal` is the decimal mark of most numbers.
    `notes` say what was recognised. `classes` are names for the numbers 0, 1, … of the last column.
    """

    path: Path
    names: tuple[str, ...]
    styles: tuple[NumberStyle | None, ...]
    preview: tuple[tuple[str, ...], ...]
    kind: Kind
    encoding: str = "utf-8-sig"
    dialect: Dialect = field(default_factory=Dialect)
    header: bool = True
    skip: int = 0
    decimal: str = "."
    row_names: bool = False
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)
    sheets: tuple[str, ...] = ()

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Of each column whether it holds numbers."""
        return tuple(style is not None for style in self.styles)


class Fault(NamedTuple):
    """Cells in a column of numbers or dates that are none: the first one's line and text, and how
    many."""

    line: int
    cell: str
    times: int


@dataclass(frozen=True)
class Column:
    """One column: numbers (NaN where missing), or codes into `categories` (−1 where empty).

    `fault` describes cells that could not be read as numbers; they count as missing until the user
    has decided what to do. `lines` are the lines on which the categories first appear. `date` is
    how the dates were written that became these numbers. Of words that are `overflowed` only the
    first ones are categories; all others share one. `factors` is whether K, M and B after numbers
    multiplied them, `doubt` a warning about how the cells were understood.
    """

    name: str
    values: NDArray[Any]
    categories: tuple[str, ...] | None = None
    unit: str = ""
    fault: Fault | None = None
    lines: tuple[int, ...] = ()
    date: DateStyle | None = None
    overflowed: bool = False
    factors: bool = False
    doubt: str = ""

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.isnan(self.values) if self.categories is None else self.values < 0

    def counts(self) -> NDArray[np.intp]:
        """How often each category occurs."""
        known = self.values[self.values >= 0].astype(np.intp, copy=False)
        return np.bincount(known, minlength=len(self.categories or ()))


@dataclass
class Table:
    """A whole file, column by column, all of the same length; `notes` describe what was done to
    it."""

    path: Path
    columns: list[Column]
    notes: tuple[str, ...] = ()
    row_names: bool = False
    missing_words: frozenset[str] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.columns[0].values)

    def names(self) -> list[str]:
        return [column.name for column in self.columns]
