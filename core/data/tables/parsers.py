"""Parsers of whole blocks of text: PyArrow's, and pandas' where that is not installed.

Both read some cells otherwise than `rows_of` and `NumberStyle` do, and neither tells where a cell
is invalid. So a parser takes a block only where all readings agree; any other is left to be read
cell by cell, which gives line and column.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.dataset import DataError
from core.data.tables.blocks import Block, count
from core.data.tables.builders import Builder, NumberBuilder
from core.data.tables.extras import needed, pandas_for
from core.data.tables.numbers import MISSING, NumberStyle
from core.data.tables.table import Layout

# How most tables write that a number is missing.
FREQUENT = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "-")

# A column of a block: numbers, NaN where one is missing, or words and a code for each row.
Numbers = NDArray[np.float64]
Words = tuple[list[str], NDArray[np.integer]]
Columns = list[Numbers | Words]


class Parsed(NamedTuple):
    """The columns of a block, and the line on which each row ends."""

    columns: Columns
    lines: Sequence[int]


class Parser(ABC):
    """Reads blocks of a table into the builders of its columns."""

    # Whether spaces before a quoted cell are left out, as they are cell by cell.
    skips_spaces: ClassVar[bool] = False

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        self._layout, self._builders = layout, builders
        # Columns of numbers without units, with the table's decimal mark.
        self._numbers = {
            i
            for i, builder in enumerate(builders)
            if isinstance(builder, NumberBuilder)
            and isinstance(builder.style, NumberStyle)
            and not (builder.style.unit or builder.style.factors)
            and builder.style.decimal == layout.decimal
        }
        # Both libraries are slower with each word, so the rarer ones are added when one is needed.
        self._missing = {*FREQUENT, *chain(*map(_spaced, layout.options.missing))}
        self._has_rare = False
        # Words for missing that are numbers: neither library knows all spellings of one.
        read = map(NumberStyle(layout.decimal).parse, layout.options.missing)
        self._marks = [number for number in read if number is not None and number == number]

    def parse(self, block: Block) -> Parsed | None:
        """The columns of a block, None where it has to be read cell by cell."""
        if self._is_unusual(block.data):
            return None
        columns = self._columns(block.data)
        if columns is None and not self._has_rare:
            self._missing |= {each for word in MISSING for each in _variants(word)}
            self._has_rare = True
            columns = self._columns(block.data)
        if columns is None:
            return None
        first = columns[0]
        lines = self._lines(block, len(first[1] if isinstance(first, tuple) else first))
        return None if lines is None else Parsed(columns, lines)

    def add(self, parsed: Parsed) -> None:
        """Add the rows of a block."""
        for builder, column in zip(self._builders, parsed.columns, strict=True):
            if isinstance(column, tuple):
                builder.add_codes(*column, parsed.lines)
            else:
                assert isinstance(builder, NumberBuilder)
                builder.add_numbers(column)

    @abstractmethod
    def _columns(self, data: bytes) -> Columns | None:
        """The columns of whole rows, None where they may be others than cell by cell."""

    def _is_unusual(self, data: bytes) -> bool:
        """Whether there are comments, NUL characters, a byte order mark or loose quotation marks
        among the rows, or a single column, in which a blank line and a missing value look alike."""
        mark = self._layout.dialect.comment.encode()
        marked = bool(mark) and mark in data
        unusual = len(self._builders) < 2 or marked or b"\0" in data or data.startswith(BOM_UTF8)
        return unusual or self._has_loose_quotes(data)

    def _has_loose_quotes(self, data: bytes) -> bool:
        """Whether a quotation mark is neither at an end of a cell nor doubled in a quoted one."""
        dialect = self._layout.dialect
        if dialect.quote.encode() not in data:
            return False
        text = np.frombuffer(data, np.uint8)
        places = np.flatnonzero(text == ord(dialect.quote))
        opening, closing = places[::2], places[1::2]
        before = text[opening[opening > 0] - 1]
        after = text[closing[closing < len(text) - 1] + 1]
        end = dialect.delimiter + "\n" + dialect.quote + "\t" * (dialect.delimiter == " ")
        start = end + " " * self.skips_spaces
        return not all(
            np.isin(found, [*map(ord, allowed)]).all()
            for found, allowed in ((before, start), (after, end))
        )

    def _lines(self, block: Block, rows: int) -> Sequence[int] | None:
        """The line on which each row ends, None if other rows than these are read cell by cell."""
        if rows == block.lines:
            return range(block.before + 1, block.before + rows + 1)
        dialect, text = self._layout.dialect, np.frombuffer(block.data, np.uint8)
        ends = np.flatnonzero(text == ord("\n"))
        if len(ends) < block.lines:
            ends = np.append(ends, len(text))
        numbers = np.arange(len(ends))
        if dialect.delimiter != " ":
            numbers = np.flatnonzero(_is_outside(text, dialect.quote)[ends - 1])
        ends = ends[numbers]
        is_blank = np.diff(ends, prepend=-1) == 1
        lines = block.before + 1 + numbers[~is_blank]
        return lines.tolist() if len(lines) == rows else None


def parser_for(layout: Layout, builders: Sequence[Builder]) -> Parser:
    """The fastest parser there is. Raises `DataError` where none is installed."""
    if layout.dialect.delimiter != " ":
        with suppress(DataError):
            return ArrowParser(layout, builders)
    return PandasParser(layout, builders)


def parsed(parser: Parser, blocks: Iterator[Block]) -> Iterator[tuple[Block, Parsed | None]]:
    """Every block with what it is parsed to; the next one is parsed meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        last: tuple[Block, Future[Parsed | None]] | None = None
        for block in blocks:
            parsing = thread.submit(parser.parse, block)
            if last:
                yield last[0], last[1].result()
            last = block, parsing
        if last:
            yield last[0], last[1].result()


def _is_outside(text: NDArray[np.uint8], quote: str) -> NDArray[np.bool_]:
    """Of each character whether it is outside of quotation marks, the second of which is."""
    return np.cumsum(text == ord(quote), dtype=np.uint8) % 2 == 0


def _spaced(word: str) -> set[str]:
    return {before + word + after for before in ("", " ") for after in ("", " ")}


def _variants(word: str) -> set[str]:
    cases = (word, word.upper(), word.capitalize(), word.title())
    return {*chain(*map(_spaced, cases))}


class ArrowParser(Parser):
    """Parses blocks with PyArrow, which rounds numbers correctly and leaves the interpreter to the
    window meanwhile."""

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        super().__init__(layout, builders)
        self._csv: Any = needed("pyarrow.csv", Message("Reading tables"))
        import pyarrow

        self._arrow: Any = pyarrow
        self._names = [str(i) for i in range(len(builders))]
        text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        self._types = {
            name: pyarrow.float64() if i in self._numbers else text
            for i, name in enumerate(self._names)
        }

    def _columns(self, data: bytes) -> Columns | None:
        dialect = self._layout.dialect
        try:
            table = self._csv.read_csv(
                self._arrow.BufferReader(data),
                read_options=self._csv.ReadOptions(column_names=self._names),
                parse_options=self._csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote,
                    newlines_in_values=dialect.quote.encode() in data,
                ),
                convert_options=self._csv.ConvertOptions(
                    column_types=self._types,
                    null_values=sorted(self._missing),
                    quoted_strings_can_be_null=True,
                    decimal_point=self._layout.decimal,
                ),
            )
        except self._arrow.ArrowException:
            return None
        numbers = (part for i in self._numbers for part in table[i].chunks)
        if not all(self._are_sure(_values(part, np.float64)) for part in numbers):
            return None
        return [self._column(column) for column in table.unify_dictionaries().columns]

    def _column(self, chunks: Any) -> Numbers | Words:
        parts = chunks.chunks
        if chunks.type == self._arrow.float64():
            return np.concatenate([*map(_floats, parts)])
        codes = [_values(part.indices, np.int32) for part in parts]
        return parts[0].dictionary.to_pylist(), np.concatenate(codes)

    def _are_sure(self, numbers: Numbers) -> bool:
        """Whether all are numbers cell by cell too: not nan(1) or 1e999, and no word for missing in
        another spelling."""
        is_mark = np.isin(numbers, self._marks) if self._marks else np.False_
        return bool(np.isfinite(numbers).all()) and not is_mark.any()


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

    skips_spaces = True

    def __init__(self, layout: Layout, builders: Sequence[Builder]) -> None:
        super().__init__(layout, builders)
        self._pandas: Any = pandas_for(Message("Reading tables"))
        self._width = len(builders)
        if self._marks:
            # pandas compares their values.
            self._numbers.clear()
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
        na_values = dict.fromkeys(self._numbers, sorted(self._missing))
        try:
            frame = self._pandas.read_csv(io.BytesIO(data), na_values=na_values, **self._options)
        except (ValueError, self._pandas.errors.ParserError):
            return None
        # Another index means that rows have more cells than there are columns.
        is_whole = isinstance(frame.index, self._pandas.RangeIndex)
        if not is_whole or not self._is_even(data, len(frame)):
            return None
        if np.isinf(frame[sorted(self._numbers)].to_numpy()).any():
            return None
        return [self._column(i, frame) for i in frame]

    def _column(self, i: int, frame: Any) -> Numbers | Words:
        if i in self._numbers:
            return frame[i].to_numpy()
        codes, words = self._pandas.factorize(frame[i].to_numpy())
        return words.tolist(), codes

    def _is_even(self, data: bytes, rows: int) -> bool:
        """Whether every row has all its cells: no row has more, so their sum is enough."""
        dialect = self._layout.dialect
        if dialect.quote.encode() not in data and dialect.delimiter != " ":
            return count(data, dialect.delimiter) == rows * (self._width - 1)
        text = np.frombuffer(data, np.uint8)
        outside = _is_outside(text, dialect.quote)
        if dialect.delimiter != " ":
            found = np.count_nonzero((text == ord(dialect.delimiter)) & outside)
            return bool(found == rows * (self._width - 1))
        blank = ((text == 32) | (text == 9) | (text == 10) | (text == 13)) & outside
        starts = np.count_nonzero(blank[:-1] & ~blank[1:]) + (not blank[0])
        return bool(starts == rows * self._width)
