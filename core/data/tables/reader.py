"""Reading the whole of a table, block by block.

pandas reads what `sniff` has found. It fills short rows silently and does not report where a cell
is invalid, so each block is checked: as many delimiters as the rows need, every number finite. A
block that does not pass is read again cell by cell, which gives line and column.
"""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NoReturn

import numpy as np

from core.base.memory import give_back
from core.base.translation import Message
from core.data.refusal import refuse
from core.data.tables.blocks import Block, OtherEncoding, blocks, count, in_utf8
from core.data.tables.builders import Builder, NumberBuilder, WordBuilder
from core.data.tables.extras import pandas_for
from core.data.tables.footer import without_footer
from core.data.tables.numbers import MISSING
from core.data.tables.rows import refuse_encoding, rows_of
from core.data.tables.sniff import sniff_text
from core.data.tables.source import legacy_encoding, opened
from core.data.tables.table import Layout, Table

CHUNK_ROWS = 2000
# A block behind more lines than this is not the first.
MOST_LINES_BEFORE = 1000
# How most tables write that a number is missing.
FREQUENT = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "-")
# Of larger files the numbers are kept in float32 where nothing is lost by it.
LARGE_FILE = 16_000_000

# Called with the share of the file that has been read, 0…1; may raise to cancel.
Progress = Callable[[float], None]


class Ragged:
    """Rows with too few or too many cells: how many, and the line of the first."""

    def __init__(self) -> None:
        self.short, self.first_short = 0, 0
        self.long = 0
        self.tail: list[tuple[int, list[str]]] = []

    def notes(self) -> Iterator[str]:
        if self.short:
            yield Message(
                "1 row is short (line {line} first): the cells count as missing",
                "{count:,} rows are short (line {line} first): the cells count as missing",
                count=self.short,
                line=self.first_short,
            )
        if self.long:
            yield Message("empty cells behind the last column left out")


def read_table(layout: Layout, progress: Progress = lambda share: None) -> Table:
    """Read the whole file. Raises `DataError`, and what `progress` raises to give up."""
    if layout.kind.format == "parquet":
        from core.data.tables.parquet import read_parquet

        return read_parquet(layout, progress)
    if layout.kind.format == "excel":
        from core.data.tables.workbook import all_rows

        builders, ragged = _builders(layout, False), Ragged()
        _add_rows(all_rows(layout, progress), builders, layout, ragged)
        return _table(layout, builders, ragged, progress)
    try:
        return _read_text(layout, progress)
    except OtherEncoding as other:
        if layout.options.encoding:
            refuse_encoding(layout.path, layout.encoding, other.line)
        encoding = legacy_encoding(other.data)
        layout = sniff_text(layout.path, layout.kind, layout.options, encoding)
    try:
        return _read_text(layout, progress)
    except OtherEncoding as other:
        refuse_encoding(layout.path, layout.encoding, other.line)
        raise


def _read_text(layout: Layout, progress: Progress) -> Table:
    size = max(1, layout.path.stat().st_size)
    packed = 3 if layout.kind.packing else 1
    large = packed * size > LARGE_FILE
    builders, ragged = _builders(layout, large), Ragged()
    reader = _PandasReader(layout, builders)
    with opened(layout.path, layout.kind) as (stream, raw):
        for block in blocks(in_utf8(stream, layout), layout):
            progress(min(1.0, raw.tell() / size))
            if not layout.kind.packing:
                _reserve(builders, block, size)
            if ragged.tail or not reader.read(block):
                lines = io.StringIO(block.data.decode(), newline="")
                rows = rows_of(lines, layout.dialect, layout.path, block.before)
                _add_rows(rows, builders, layout, ragged, lambda: progress(raw.tell() / size))
    table = _table(layout, builders, ragged, progress)
    if large:
        del builders, reader
        give_back()
    return table


def _builders(layout: Layout, short: bool) -> list[Builder]:
    missing = layout.options.missing
    return [
        WordBuilder(name) if style is None else NumberBuilder(name, style, missing, short)
        for name, style in zip(layout.names, layout.styles, strict=True)
    ]


def _reserve(builders: Sequence[Builder], block: Block, size: int) -> None:
    """Reserve room for all rows of a file, their number being estimated from its first block."""
    if block.before > MOST_LINES_BEFORE or len(block.data) >= size:
        return
    rows = int(1.02 * count(block.data, "\n") * size / len(block.data)) + 1000
    for builder in builders:
        builder.reserve(rows)


def _table(
    layout: Layout, builders: Sequence[Builder], ragged: Ragged, progress: Progress
) -> Table:
    options = layout.options
    columns = tuple(
        builder.column(layout.decimal, options.missing, builder.name in options.words)
        if isinstance(builder, WordBuilder)
        else builder.column()
        for builder in builders
    )
    if not len(columns[0].values):
        refuse(layout.path, Message("has no rows"))
    progress(1.0)
    columns, footer = without_footer(columns)
    notes = (*layout.notes, *ragged.notes(), *footer)
    return Table(layout.path, list(columns), notes, layout.row_names, options.missing)


class _PandasReader:
    """Reads blocks with pandas, where its result is correct."""

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        pandas: Any = pandas_for(Message("Reading tables"))

        self._pandas, self._builders, self._layout = pandas, builders, layout
        self._width = len(builders)
        quick = [
            isinstance(b, NumberBuilder) and not b.style.unit and b.style.decimal == layout.decimal
            for b in builders
        ]
        self._quick = [i for i, plain in enumerate(quick) if plain]
        self._missing_words = set(FREQUENT) | layout.options.missing
        self._options: dict[str, Any] = {
            "header": None,
            "names": range(self._width),
            # Not "category", which makes one number of 01 and 1.
            "dtype": {i: "float64" if plain else object for i, plain in enumerate(quick)},
            "sep": r"\s+" if layout.dialect.delimiter == " " else layout.dialect.delimiter,
            "quotechar": layout.dialect.quote,
            "decimal": layout.decimal,
            "keep_default_na": False,
            "skipinitialspace": True,
        }

    def read(self, block: Block) -> bool:
        """Add the rows of a block; False where it has to be read cell by cell."""
        data, layout = block.data, self._layout
        mark = layout.dialect.comment.encode()
        # In a single column a blank line and a missing value look alike.
        if self._width < 2 or b"\0" in data or (mark and mark in data) or data[:3] == BOM_UTF8:
            return False
        frame = self._frame(data)
        if frame is None and len(self._missing_words) < len(MISSING):
            # pandas is slower with each word, so the rarer ones are added when they are needed.
            self._missing_words |= {each for word in MISSING for each in _variants(word)}
            frame = self._frame(data)
        if frame is None:
            return False
        if not isinstance(frame.index, self._pandas.RangeIndex):
            return False
        if not self._is_even(data, len(frame)):
            return False
        numbers = {i: frame[i].to_numpy() for i in self._quick}
        if any(np.isinf(values).any() for values in numbers.values()):
            return False
        lines = range(block.before + 1, block.before + len(frame) + 1)
        for i, builder in enumerate(self._builders):
            if i in numbers:
                assert isinstance(builder, NumberBuilder)
                builder.add_numbers(numbers[i])
                continue
            codes, words = self._pandas.factorize(frame[i].to_numpy())
            if isinstance(builder, WordBuilder):
                builder.add_codes(words.tolist(), codes, lines)
            else:
                builder.add_cells([words[c] if c >= 0 else "" for c in codes.tolist()], lines)
        return True

    def _frame(self, data: bytes) -> Any:
        words = sorted(self._missing_words)
        na_values = dict.fromkeys(self._quick, words)
        try:
            return self._pandas.read_csv(io.BytesIO(data), na_values=na_values, **self._options)
        except (ValueError, self._pandas.errors.ParserError):
            return None

    def _is_even(self, data: bytes, rows: int) -> bool:
        """Whether every row has all its cells: no row has more, so their sum is enough."""
        dialect = self._layout.dialect
        quote = dialect.quote.encode()
        if quote not in data and dialect.delimiter != " ":
            return count(data, dialect.delimiter) == rows * (self._width - 1)
        text = np.frombuffer(data, np.uint8)
        outside = np.cumsum(text == quote[0], dtype=np.uint8) % 2 == 0
        if dialect.delimiter != " ":
            found = np.count_nonzero((text == ord(dialect.delimiter)) & outside)
            return bool(found == rows * (self._width - 1))
        blank = ((text == 32) | (text == 9) | (text == 10) | (text == 13)) & outside
        starts = np.count_nonzero(blank[:-1] & ~blank[1:]) + (not blank[0])
        return bool(starts == rows * self._width)


def _variants(word: str) -> set[str]:
    return {
        each + end
        for each in (word, word.upper(), word.capitalize(), word.title())
        for end in ("", " ")
    }


def _add_rows(
    rows: Iterator[tuple[int, list[str]]],
    builders: Sequence[Builder],
    layout: Layout,
    ragged: Ragged,
    tell: Callable[[], None] = lambda: None,
) -> None:
    width = len(builders)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        tell()
        for line, row in chunk:
            if len(row) < width:
                ragged.short += 1
                ragged.first_short = ragged.first_short or line
                row.extend([""] * (width - len(row)))
            elif len(row) > width:
                if any(cell.strip() for cell in row[width:]):
                    _refuse_width(layout, line, len(row), width)
                ragged.long += 1
                del row[width:]
        lines, cells = zip(*chunk, strict=True)
        for builder, column in zip(builders, zip(*cells, strict=True), strict=True):
            builder.add_cells(column, lines)


def _refuse_width(layout: Layout, line: int, found: int, width: int) -> NoReturn:
    refuse(
        layout.path,
        Message(
            "line {line} has {found} fields instead of {width}; is a delimiter too many, "
            "or does a cell that contains one lack its quotation marks?",
            line=line,
            found=found,
            width=width,
        ),
    )
