"""Tables of text: CSV, TSV and their kin, and how they are to be read.

`sniff` looks at the beginning of a file: encoding, delimiter, header, types. Reading all of it by
what was found is up to `core.data.table_reader`. A column is of numbers if every cell of the first
rows is one or missing (but for a few faults), else of categories.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DataError
from core.data.refusal import reading, refuse

LARGEST = 2 * 1024**3
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
SAMPLE_ROWS = 1000
PREVIEW_ROWS = 20
# A column with no larger a share of words, and so many different numbers, is one of numbers.
FEW_FAULTS = 0.1
MANY_NUMBERS = 20
MOST_COLUMNS = 10_000
HEAD_BYTES = 4096
LONGEST_LINE = 1 << 22
# Beginnings of files that people take for tables, and what to do with them instead.
DISGUISES = {
    b"PK": "is an archive or a spreadsheet, not a table of text; save it as CSV",
    b"\x1f\x8b": "is compressed; unpack it first",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet, not a table of text; save it as CSV",
    b"\x89HDF": "is an HDF5 file, not a table of text; save it as CSV or NumPy archive",
    b"PAR1": "is a Parquet file, not a table of text; save it as CSV or NumPy archive",
}


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


def sniff(path: Path, header: bool | None = None, delimiter: str = "") -> Layout:
    """Find out how a file is to be read; `header` and `delimiter` override what it looks like.

    Raises `DataError` for what is no table.
    """
    encoding = _encoding(path)
    delimiter = delimiter or _delimiter(path, encoding)
    rows = [row for _, row in islice(_file_rows(path, encoding, delimiter), SAMPLE_ROWS + 1)]
    if not rows:
        refuse(path, "is empty; choose a file with rows of data")
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
    preview = tuple(tuple(row) for row in body[:PREVIEW_ROWS])
    return Layout(path, encoding, delimiter, header, names, numeric, comma, preview)


def rows_of(
    lines: Iterable[str], delimiter: str, path: Path, line: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Every row of cells that is not blank, with the number of its last line.

    `lines` keep their ends; `line` of them came before. Raises `DataError` with the place.
    """
    reader = csv.reader(
        _text_lines(lines, path, line), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield line + reader.line_num, row
    except csv.Error as error:
        refuse(
            path,
            f"is damaged at line {line + reader.line_num} ({error}); "
            "is a quotation mark never closed?",
        )
    except UnicodeError:
        where = f"behind line {line + reader.line_num}"
        refuse(path, f"is not UTF-8 text {where}; save it as CSV in UTF-8")


def number(cell: str, comma: bool) -> float | None:
    """The number in a cell, NaN where it is missing, None where it is anything else."""
    cell = cell.strip()
    if cell.lower() in MISSING:
        return math.nan
    try:
        value = float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _encoding(path: Path) -> str:
    with reading(path):
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
    for beginning, advice in DISGUISES.items():
        if head.startswith(beginning) and not _is_text(head):
            refuse(path, advice)
    if size > LARGEST:
        refuse(path, f"has {size / 1e9:.1f} GB; more than 2 GB is not read, so take a part of it")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        refuse(path, "is not a table of text, or not in UTF-8; save it as CSV in UTF-8")
    return "utf-8-sig"


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 27 for byte in head[:64])


def _file_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with (
        reading(path),
        open(path, "rb") as raw,
        io.TextIOWrapper(raw, encoding, newline="") as file,
    ):
        yield from rows_of(lines_of(file, path), delimiter, path)


def lines_of(file: io.TextIOWrapper, path: Path, line: int = 0) -> Iterator[str]:
    """The lines of a file, with their ends; `line` of them came before.

    Raises `DataError` before one fills the memory.
    """
    while text := file.readline(LONGEST_LINE):
        line += 1
        if len(text) == LONGEST_LINE and text[-1] not in "\r\n":
            refuse(path, f"line {line} has over {LONGEST_LINE:,} characters; is this a table?")
        yield text


def _text_lines(lines: Iterable[str], path: Path, line: int) -> Iterator[str]:
    for text in lines:
        line += 1
        if "\0" in text:
            refuse(path, f"line {line} holds a NUL character, which no text does; save it again")
        yield text


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts most of the first rows into equally many fields, two at least; of
    several the one that makes more of them numbers (1;2,5), then the one that makes more."""
    best, most = ",", (0, 0.0, 0)
    for delimiter in DELIMITERS.values():
        rows: list[list[str]] = []
        # A wrong delimiter may trip over quotation marks; the right one tells of real faults.
        with contextlib.suppress(DataError):
            rows += (row for _, row in islice(_file_rows(path, encoding, delimiter), 50))
        width = len(rows[0]) if rows else 0
        alike = [row for row in rows if len(row) == width]
        if width > 1:
            cells = [cell for row in alike for cell in row]
            numbers = sum(_is_number(cell, delimiter != ",") for cell in cells)
            agreement = (len(alike), numbers / len(cells), width)
            if agreement > most:
                best, most = delimiter, agreement
    return best


def _names(cells: list[str]) -> tuple[str, ...]:
    """Column names from a header, made unique; unnamed columns are numbered."""
    names: dict[str, None] = {}
    for i, cell in enumerate(cells):
        name = cell.strip() or f"Column {i + 1}"
        while name in names:
            name += f" (column {i + 1})"
        names[name] = None
    return tuple(names)


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d+", cell)) for cell in cells)
    return commas > points


def _is_number(cell: str, comma: bool) -> bool:
    value = number(cell, comma)
    return value is not None and not math.isnan(value)


def _is_numeric(cells: tuple[str, ...], comma: bool) -> bool:
    """Whether a column is of numbers: all of them, or nearly all of very different ones.

    In the second case the few words are faults, and reading the file will name their place.
    """
    read = [number(cell, comma) for cell in cells]
    numbers = [value for value in read if value is not None and not math.isnan(value)]
    words = read.count(None)
    if words == 0:
        return bool(numbers)
    return words <= FEW_FAULTS * len(read) and len(set(numbers)) >= MANY_NUMBERS
