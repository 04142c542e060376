"""Parquet files, whose columns declare their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core.base.translation import Message
from core.data.refusal import reading, refuse
from core.data.tables.builders import Builder, NumberBuilder, WordBuilder
from core.data.tables.extras import needed
from core.data.tables.numbers import NumberStyle
from core.data.tables.source import LARGEST, Kind
from core.data.tables.table import Layout, ReadOptions, Table
from core.data.tables.workbook import cell_text

BATCH_ROWS = 20_000
LARGE = 1_000_000


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    parquet = needed("pyarrow.parquet", Message("Opening Parquet files"))
    import pyarrow

    with reading(path):
        try:
            with parquet.ParquetFile(path) as file:
                yield file
        except (pyarrow.ArrowException, ValueError) as error:
            what = str(error).splitlines()[0][:120]
            refuse(
                path,
                Message(
                    "is damaged: it is no whole Parquet file ({what}); write it again", what=what
                ),
            )


def parquet_layout(path: Path, options: ReadOptions) -> Layout:
    """The layout of a Parquet file. Raises `DataError`."""
    import pyarrow.types as types

    with _opened(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        count = metadata.num_rows * max(1, len(schema.names))
        if max(size, 4 * count) > LARGEST:
            refuse(path, Message("unpacks to more than 2 GB, which is not read; take a part of it"))
        if not metadata.num_rows:
            refuse(path, Message("has no rows"))
        names = tuple(name for name in schema.names if _is_plain(schema.field(name).type))
        if not names:
            refuse(path, Message("has no column of numbers or words"))
        nested = [name for name in schema.names if name not in names]
        # A damaged file may have fewer rows than it says.
        first = next(file.iter_batches(20, columns=list(names)), None)
        if first is None:
            refuse(path, Message("has no rows"))
        cells = zip(*first.to_pydict().values(), strict=True)
        rows = tuple(tuple(cell_text(v) for v in row) for row in cells)
        styles = []
        for name in names:
            kind = schema.field(name).type
            number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
            styles.append(NumberStyle() if number and name not in options.words else None)
    notes = tuple(Message("{name}: nested values, left out", name=name) for name in nested)
    return Layout(path, names, tuple(styles), rows, Kind("parquet"), notes=notes, options=options)


def read_parquet(layout: Layout, progress: Callable[[float], None]) -> Table:
    """Read a Parquet file in batches. Raises `DataError`, and what `progress` raises."""
    with _opened(layout.path) as file:
        total, done = max(1, file.metadata.num_rows), 0
        missing = layout.options.missing
        short = total * len(layout.names) > LARGE
        builders: list[Builder] = [
            WordBuilder(name, missing)
            if style is None
            else NumberBuilder(name, style, missing, short)
            for name, style in zip(layout.names, layout.styles, strict=True)
        ]
        for batch in file.iter_batches(BATCH_ROWS, columns=list(layout.names)):
            progress(done / total)
            lines = range(done + 1, done + batch.num_rows + 1)
            for builder, column in zip(builders, batch.columns, strict=True):
                _add(builder, column, lines)
            done += batch.num_rows
    words = layout.options.words
    columns = [
        b.column(b.name in words) if isinstance(b, WordBuilder) else b.column() for b in builders
    ]
    progress(1.0)
    return Table(layout.path, columns, layout.notes, missing_words=missing)


def _add(builder: Builder, column: Any, lines: range) -> None:
    import pyarrow

    if isinstance(builder, NumberBuilder):
        values = column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)
        marks = np.array(list(builder.marks))
        if column.type == pyarrow.float32():
            marks = marks.astype(np.float32)
        builder.add_numbers(np.where(np.isinf(values) | np.isin(values, marks), np.nan, values))
        return
    texts = [cell_text(value) for value in column.to_pylist()]
    builder.add_cells(texts, lines)


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as types

    return not (types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind))
