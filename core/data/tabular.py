"""Tables of text: CSV, TSV and their kin, read column by column with types found out.

`sniff` looks at the beginning of a file: delimiter, header, types. `read_table` reads all of it by
what was found. A column is of numbers if every cell of the first rows is one or missing, else of
categories; a cell farther down that contradicts this is an error that names its place.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DataError

LARGEST = 2 * 1024**3
DELIMITERS = (",", "\t", ";", "|")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
SAMPLE_ROWS = 1000
# Chunks that fit the processor’s cache are read a third faster than larger ones.
CHUNK_ROWS = 2000
MOST_COLUMNS = 10_000

# Told how much of the file has been read, 0…1; may raise to give up.
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Layout:
    """How a text file is to be read. `numeric` says of each column whether it holds numbers."""

    path: Path
    encoding: str
    delimiter: str
    header: bool
    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    decimal_comma: bool
    preview: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Column:
    """One column: numbers (NaN where missing), or codes into `categories` (−1 where missing)."""

    name: str
    values: NDArray[np.float64] | NDArray[np.int64]
    categories: tuple[str, ...] | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.isnan(self.values) if self.categories is None else self.values < 0


@dataclass(frozen=True)
class Table:
    """A whole file, column by column, all of the same length."""

    path: Path
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].values)


def sniff(path: Path, header: bool | None = None) -> Layout:
    """Find out how a file is to be read; `header` overrides what its first row looks like.

    Raises `DataError` for what is no table.
    """
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    rows = [row for _, row in islice(_rows(path, encoding, delimiter), SAMPLE_ROWS + 1)]
    if not rows:
        refuse(path, "is empty")
    first, width = rows[0], len(rows[0])
    if width > MOST_COLUMNS:
        refuse(path, f"has {width:,} columns; more than {MOST_COLUMNS:,} are not read")
    comma = delimiter != "," and _has_decimal_commas(rows)
    if header is None:
        header = not any(_is_number(cell, comma) for cell in first)
    body = rows[1:] if header else rows
    if not body:
        refuse(path, "has a header but no rows")
    columns = zip(*(row for row in body if len(row) == width), strict=True)
    numeric = tuple(_is_numeric(cells, comma) for cells in columns) or (False,) * width
    names = _names(first) if header else tuple(f"Column {i + 1}" for i in range(width))
    preview = tuple(tuple(row) for row in body[:20])
    return Layout(path, encoding, delimiter, header, names, numeric, comma, preview)


def read_table(layout: Layout, progress: Progress = lambda share: None) -> Table:
    """Read the whole file. Raises `DataError` with line and column, and what `progress` raises."""
    builders = [
        _Numbers(layout, i) if numeric else _Categories(layout, i)
        for i, numeric in enumerate(layout.numeric)
    ]
    width = len(builders)
    rows = _rows(layout.path, layout.encoding, layout.delimiter, progress)
    if layout.header:
        next(rows)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        lines, cells = zip(*chunk, strict=True)
        for line, row in chunk:
            if len(row) != width:
                refuse(layout.path, f"line {line} has {len(row)} fields instead of {width}")
        for builder, column in zip(builders, zip(*cells, strict=True), strict=True):
            builder.add(column, lines)
    return Table(layout.path, tuple(builder.column() for builder in builders))


class _Numbers:
    """Collects a column of numbers."""

    def __init__(self, layout: Layout, index: int) -> None:
        self._layout, self._index = layout, index
        self._parts: list[NDArray[np.float64]] = []

    def add(self, cells: tuple[str, ...], lines: tuple[int, ...]) -> None:
        comma = self._layout.decimal_comma
        try:
            # Quick for the usual case: every cell is a plain number.
            part = np.fromiter(map(float, cells), np.float64, len(cells))
        except ValueError:
            part = None
        if part is None or not np.isfinite(part).all():
            read = [_number(cell, comma) for cell in cells]
            if None in read:
                at = read.index(None)
                self._refuse(lines[at], cells[at])
            part = np.array(read, np.float64)
        self._parts.append(part)

    def _refuse(self, line: int, cell: str) -> NoReturn:
        name = self._layout.names[self._index]
        refuse(
            self._layout.path,
            f"line {line}, column {name!r}: {cell[:40]!r} is not a finite number, as all before it "
            "are; correct the cell or leave it empty",
        )

    def column(self) -> Column:
        return Column(self._layout.names[self._index], np.concatenate(self._parts))


class _Categories:
    """Collects a column of words."""

    def __init__(self, layout: Layout, index: int) -> None:
        self._name = layout.names[index]
        self._codes: dict[str, int] = {}
        self._parts: list[NDArray[np.int64]] = []

    def add(self, cells: tuple[str, ...], lines: tuple[int, ...]) -> None:
        codes = self._codes
        stripped = [cell.strip() for cell in cells]
        for cell in dict.fromkeys(stripped):
            codes.setdefault(cell, len(codes))
        self._parts.append(np.fromiter(map(codes.__getitem__, stripped), np.int64, len(cells)))

    def column(self) -> Column:
        """The column with its categories in alphabetical order."""
        names = sorted(cell for cell in self._codes if cell.lower() not in MISSING)
        ranks = np.full(len(self._codes), -1)
        for rank, name in enumerate(names):
            ranks[self._codes[name]] = rank
        return Column(self._name, ranks[np.concatenate(self._parts)], tuple(names))


def refuse(path: Path, message: str) -> NoReturn:
    raise DataError(f"{path}: {message}")


def _encoding(path: Path) -> str:
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(4096)
    except OSError as error:
        refuse(path, f"cannot be read: {error.strerror or error}")
    if size > LARGEST:
        refuse(path, f"has {size / 1e9:.1f} GB; more than 2 GB is not read, so take a part of it")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        refuse(path, "is not a table of text")
    return "utf-8-sig"


def _rows(
    path: Path, encoding: str, delimiter: str, progress: Progress = lambda share: None
) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank with the number of its last line. Raises `DataError`."""
    line = 0
    try:
        size = max(1, path.stat().st_size)
        with open(path, "rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            for count, row in enumerate(reader):
                line = reader.line_num
                if count % CHUNK_ROWS == 0:
                    progress(min(1.0, raw.tell() / size))
                if row and (len(row) > 1 or row[0].strip()):
                    yield line, row
    except UnicodeError:
        refuse(path, f"is not UTF-8 text behind line {line}; save it as CSV in UTF-8")
    except csv.Error as error:
        refuse(path, f"is damaged at line {line + 1} ({error}); is a quotation mark never closed?")
    except OSError as error:
        refuse(path, f"cannot be read: {error.strerror or error}")
    progress(1.0)


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts most of the first rows into equally many fields, two at least."""
    best, most = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths: list[int] = []
        # A wrong delimiter may trip over quotation marks; the right one tells of real faults.
        with contextlib.suppress(DataError):
            for _, row in islice(_rows(path, encoding, delimiter), 50):
                widths.append(len(row))
        if widths and widths[0] > 1:
            agreement = (widths.count(widths[0]), widths[0])
            if agreement > most:
                best, most = delimiter, agreement
    return best


def _names(cells: list[str]) -> tuple[str, ...]:
    """Column names from a header, made unique; unnamed columns are numbered."""
    names: dict[str, None] = {}
    for i, cell in enumerate(cells):
        stem = cell.strip() or f"Column {i + 1}"
        names.setdefault(stem if stem not in names else f"{stem} (column {i + 1})")
    return tuple(names)


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d+", cell)) for cell in cells)
    return commas > points


def _number(cell: str, comma: bool) -> float | None:
    """The number in a cell, NaN where it is missing, None where it is anything else."""
    cell = cell.strip()
    if cell.lower() in MISSING:
        return math.nan
    try:
        value = float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_number(cell: str, comma: bool) -> bool:
    value = _number(cell, comma)
    return value is not None and not math.isnan(value)


def _is_numeric(cells: tuple[str, ...], comma: bool) -> bool:
    read = [_number(cell, comma) for cell in cells]
    return None not in read and any(not math.isnan(value) for value in read if value is not None)
