"""Parsers of whole blocks of text: PyArrow's, and pandas' where that is not installed.

Both read some cells otherwise than `rows_of` and `NumberStyle` do, and neither tells where a cell
is invalid. So a parser takes a block only where all readings agree; any other is left to be read
cell by cell, which gives line and column.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.dataset import DataError
from core.data.tables.blocks import Block, count
from core.data.tables.builders import Builder, NumberBuilder
from core.data.tables.extras import needed, pandas_for
from core.data.tables.numbers import MISSING
from core.data.tables.table import Layout

# How most tables write that a number is missing.
FREQUENT = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "-")
BOM_UTF8 = b"\xef\xbb\xbf"


# A column of a block: numbers, NaN where one is missing, or words and a code for each row.
Numbers = NDArray[np.float64]
Words = tuple[list[str], NDArray[np.integer]]
Columns = list[Numbers | Words]


class Parser(ABC):
    """Reads blocks of a table into the builders of its columns."""

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        self._layout, self._builders = layout, builders
        # Columns of numbers without units, with the table's decimal mark.
        self._numbers = {
            i
            for i, builder in enumerate(builders)
            if isinstance(builder, NumberBuilder)
            and not builder.style.unit
            and builder.style.decimal == layout.decimal
        }

    def parse(self, block: Block) -> Columns | None:
        """The columns of a block, None where it has to be read cell by cell."""
        columns = None if self._is_unusual(block.data) else self._columns(block.data)
        return None if columns is None or any(map(_has_infinity, columns)) else columns

    def add(self, block: Block, columns: Columns) -> None:
        """Add the rows of a block, which these are the columns of."""
        rows = len(columns[0][1] if isinstance(columns[0], tuple) else columns[0])
        lines = range(block.before + 1, block.before + rows + 1)
        for builder, column in zip(self._builders, columns, strict=True):
            if isinstance(column, tuple):
                builder.add_codes(*column, lines)
            else:
                assert isinstance(builder, NumberBuilder)
                builder.add_numbers(column)

    @abstractmethod
    def _columns(self, data: bytes) -> Columns | None:
        """The columns of whole rows, None where they may be others than cell by cell."""

    def _is_unusual(self, data: bytes) -> bool:
        """Whether there are comments, NUL characters or a byte order mark among the rows, or a
        single column, in which a blank line and a missing value look alike."""
        mark = self._layout.dialect.comment.encode()
        marked = bool(mark) and mark in data
        return len(self._builders) < 2 or marked or b"\0" in data or data.startswith(BOM_UTF8)


def parser_for(layout: Layout, builders: Sequence[Builder]) -> Parser:
    """The fastest parser there is. Raises `DataError` where none is installed."""
    if layout.dialect.delimiter != " ":
        with suppress(DataError):
            return ArrowParser(layout, builders)
    return PandasParser(layout, builders)


def parsed(parser: Parser, blocks: Iterator[Block]) -> Iterator[tuple[Block, Columns | None]]:
    """Every block with its columns; the next one is parsed meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        last: tuple[Block, Future[Columns | None]] | None = None
        for block in blocks:
            parsing = thread.submit(parser.parse, block)
            if last:
                yield last[0], last[1].result()
            last = block, parsing
        if last:
            yield last[0], last[1].result()


def _has_infinity(column: Numbers | Words) -> bool:
    return not isinstance(column, tuple) and bool(np.isinf(column).any())


def _variants(word: str) -> set[str]:
    return {
        before + each + after
        for each in (word, word.upper(), word.capitalize(), word.title())
        for before in ("", " ")
        for after in ("", " ")
    }


class ArrowParser(Parser):
    """Parses blocks with PyArrow, which rounds numbers correctly and leaves the interpreter to the
    window meanwhile."""

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        super().__init__(layout, builders)
        self._csv: Any = needed("pyarrow.csv", Message("Reading tables"))
        import pyarrow

        self._arrow: Any = pyarrow
        words = {each for word in MISSING for each in _variants(word)} | layout.options.missing
        text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        self._names = [str(i) for i in range(len(builders))]
        self._convert = self._csv.ConvertOptions(
            column_types={
                name: pyarrow.float64() if i in self._numbers else text
                for i, name in enumerate(self._names)
            },
            null_values=sorted(words),
            quoted_strings_can_be_null=True,
            decimal_point=layout.decimal,
        )

    def _columns(self, data: bytes) -> Columns | None:
        dialect = self._layout.dialect
        is_quoted = dialect.quote.encode() in data
        if is_quoted and self._has_loose_quotes(data):
            return None
        try:
            table = self._csv.read_csv(
                self._arrow.BufferReader(data),
                read_options=self._csv.ReadOptions(column_names=self._names),
                parse_options=self._csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote,
                    newlines_in_values=is_quoted,
                ),
                convert_options=self._convert,
            )
        except self._arrow.ArrowException:
            return None
        return [self._column(column) for column in table.unify_dictionaries().columns]

    def _column(self, chunks: Any) -> Numbers | Words:
        parts = chunks.chunks
        if chunks.type == self._arrow.float64():
            return np.concatenate([_floats(part) for part in parts])
        codes = [_values(part.indices, np.int32) for part in parts]
        return parts[0].dictionary.to_pylist(), np.concatenate(codes)

    def _has_loose_quotes(self, data: bytes) -> bool:
        """Whether a quotation mark is neither at an end of a cell nor doubled in a quoted one."""
        text, dialect = np.frombuffer(data, np.uint8), self._layout.dialect
        places = np.flatnonzero(text == ord(dialect.quote))
        beside = [ord(each) for each in (dialect.delimiter, "\n", dialect.quote)]
        opening, closing = places[::2], places[1::2]
        before = text[opening[opening > 0] - 1]
        after = text[closing[closing < len(text) - 1] + 1]
        return not (np.isin(before, beside).all() and np.isin(after, beside).all())


def _floats(array: Any) -> Numbers:
    """The numbers of a PyArrow array, NaN where there is none; its own `to_numpy` loads pandas."""
    numbers = _values(array, np.float64)
    if not array.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
    return np.where(bits[array.offset : array.offset + len(array)], numbers, np.nan)


def _values(array: Any, dtype: type) -> NDArray[Any]:
    return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + len(array)]


class PandasParser(Parser):
    """Parses blocks with pandas."""

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        super().__init__(layout, builders)
        self._pandas: Any = pandas_for(Message("Reading tables"))
        self._width = len(builders)
        self._missing_words = set(FREQUENT) | layout.options.missing
        self._options: dict[str, Any] = {
            "header": None,
            "names": range(self._width),
            # Not "category", which makes one number of 01 and 1.
            "dtype": {i: "float64" if i in self._numbers else object for i in range(self._width)},
            "sep": r"\s+" if layout.dialect.delimiter == " " else layout.dialect.delimiter,
            "quotechar": layout.dialect.quote,
            "decimal": layout.decimal,
            "keep_default_na": False,
            "skipinitialspace": True,
        }

    def _columns(self, data: bytes) -> Columns | None:
        frame = self._frame(data)
        if frame is None and len(self._missing_words) < len(MISSING):
            # pandas is slower with each word, so the rarer ones are added when they are needed.
            self._missing_words |= {each for word in MISSING for each in _variants(word)}
            frame = self._frame(data)
        # Another index means that rows have more cells than there are columns.
        if frame is None or not isinstance(frame.index, self._pandas.RangeIndex):
            return None
        return [self._column(i, frame) for i in frame] if self._is_even(data, len(frame)) else None

    def _column(self, i: int, frame: Any) -> Numbers | Words:
        if i in self._numbers:
            return frame[i].to_numpy()
        codes, words = self._pandas.factorize(frame[i].to_numpy())
        return words.tolist(), codes

    def _frame(self, data: bytes) -> Any:
        words = sorted(self._missing_words)
        na_values = dict.fromkeys(self._numbers, words)
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
