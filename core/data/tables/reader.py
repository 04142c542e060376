"""Reading the whole of a table, block by block.

A parser reads each block as `sniff` has found the file to be written. A block that it does not
take is read cell by cell, which gives line and column.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NoReturn

from core.base.memory import give_back
from core.base.translation import Message
from core.data.refusal import refuse
from core.data.tables.blocks import Block, OtherEncoding, blocks, in_utf8
from core.data.tables.builders import Builder, NumberBuilder, WordBuilder
from core.data.tables.footer import without_footer
from core.data.tables.parsers import parsed, parser_for
from core.data.tables.rows import refuse_encoding, rows_of
from core.data.tables.sniff import sniff_text
from core.data.tables.source import legacy_encoding, opened
from core.data.tables.table import Layout, Table

CHUNK_ROWS = 2000
# A block behind more lines than this is not the first.
MOST_LINES_BEFORE = 1000
# Of larger files the numbers are kept in float32 where nothing is lost by it.
LARGE_FILE = 16_000_000

# Called with the share of the file that has been read, 0…1; may raise to cancel.
Progress = Callable[[float], None]


class Ragged:
    """Rows with too few or too many cells: how many, and the line of the first."""

    def __init__(self) -> None:
        self.short, self.first_short = 0, 0
        self.long = 0

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
    parser = parser_for(layout, builders)
    with opened(layout.path, layout.kind) as (stream, raw):
        for block, rows in parsed(parser, blocks(in_utf8(stream, layout), layout)):
            progress(min(1.0, raw.tell() / size))
            if not layout.kind.packing:
                _reserve(builders, block, size)
            if rows is not None:
                parser.add(rows)
            else:
                lines = io.StringIO(block.data.decode(), newline="")
                cells = rows_of(lines, layout.dialect, layout.path, block.before)
                _add_rows(cells, builders, layout, ragged, lambda: progress(raw.tell() / size))
    table = _table(layout, builders, ragged, progress)
    if large:
        del builders, parser
        give_back()
    return table


def _builders(layout: Layout, short: bool) -> list[Builder]:
    missing = layout.options.missing
    return [
        WordBuilder(name, missing, layout.decimal)
        if style is None
        else NumberBuilder(name, style, missing, short)
        for name, style in zip(layout.names, layout.styles, strict=True)
    ]


def _reserve(builders: Sequence[Builder], block: Block, size: int) -> None:
    """Reserve room for all rows of a file, their number being estimated from its first block."""
    if block.before > MOST_LINES_BEFORE or len(block.data) >= size:
        return
    rows = int(1.02 * block.lines * size / len(block.data)) + 1000
    for builder in builders:
        builder.reserve(rows)


def _table(
    layout: Layout, builders: Sequence[Builder], ragged: Ragged, progress: Progress
) -> Table:
    options = layout.options
    columns = tuple(
        builder.column(builder.name in options.words)
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
