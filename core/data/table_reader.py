"""Reading the whole of a text table, column by column.

Most files are plain: a line is a row, and no quotation mark hides a delimiter. Blocks of such lines
are parsed by NumPy, which takes less than half the time. A block that it does not take in (missing
values in their many spellings, decimal commas, …) is read cell by cell, and so is everything from
the first line on that a quotation mark leaves open. Only cell by cell can tell what is wrong where.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from core.data.refusal import reading, refuse
from core.data.tabular import (
    LONGEST_LINE,
    MISSING,
    Column,
    Layout,
    Table,
    lines_of,
    number,
    rows_of,
)

# Blocks that fit the processor’s cache, and that keep the interpreter for a millisecond only.
BLOCK_BYTES = 1 << 16
CHUNK_ROWS = 2000

# Told how much of the file has been read, 0…1; may raise to give up.
Progress = Callable[[float], None]


class _Place(NamedTuple):
    """Where reading stands: bytes and lines before it, and whether the header is behind it."""

    offset: int = 0
    line: int = 0
    header_read: bool = False


def read_table(layout: Layout, progress: Progress = lambda share: None) -> Table:
    """Read the whole file. Raises `DataError` with line and column, and what `progress` raises."""
    builders = [
        _Numbers(layout, i) if numeric else _Words(layout, i)
        for i, numeric in enumerate(layout.numeric)
    ]
    with reading(layout.path), open(layout.path, "rb") as file:
        size = max(1, layout.path.stat().st_size)

        def tell() -> None:
            progress(min(1.0, file.tell() / size))

        place: _Place | None = _Place()
        # In a single column a blank line and a missing value look alike to NumPy.
        if layout.encoding == "utf-8-sig" and len(builders) > 1:
            place = _read_blocks(file, layout, builders, tell)
        if place:
            _read_rest(file, layout, builders, tell, place)
    if not builders[0].collected.used:
        refuse(layout.path, "has no rows")
    progress(1.0)
    return Table(layout.path, tuple(builder.column() for builder in builders))


def _read_blocks(
    file: io.BufferedReader,
    layout: Layout,
    builders: list[_Builder],
    tell: Callable[[], None],
) -> _Place | None:
    """Read block by block; where that leads no farther, returns the place, else None."""
    dtype = np.dtype(
        [(f"f{i}", "f8" if numeric else "O") for i, numeric in enumerate(layout.numeric)]
    )
    place = _Place(header_read=not layout.header)
    while block := file.read(BLOCK_BYTES) if place.header_read else file.readline(LONGEST_LINE):
        tell()
        if not block.endswith(b"\n"):
            block += file.readline(LONGEST_LINE)
        ends = block.endswith(b"\n") or not file.peek(1)
        lines = _whole_lines(block, place) if ends else None
        if lines is None:
            return place
        if place.header_read:
            _add_lines(lines, layout, builders, dtype, place.line)
        header_read = place.header_read or bool("".join(lines).strip())
        place = _Place(file.tell(), place.line + len(lines), header_read)
    return None


def _whole_lines(block: bytes, place: _Place) -> list[str] | None:
    """The lines of a block, with their ends; None where rows may not end where lines do."""
    if block.count(b"\r") != block.count(b"\r\n"):
        return None
    try:
        text = block.decode("utf-8" if place.offset else "utf-8-sig")
    except UnicodeError:
        return None
    lines = list(io.StringIO(text, newline="\n"))
    if '"' in text and any(line.count('"') % 2 for line in lines):
        return None
    return lines


def _add_lines(
    lines: list[str], layout: Layout, builders: list[_Builder], dtype: np.dtype, before: int
) -> None:
    parsed = _parsed(lines, layout, dtype)
    if parsed is None:
        _add_rows(rows_of(lines, layout.delimiter, layout.path, before), builders, layout)
    else:
        for i, builder in enumerate(builders):
            builder.extend(parsed[f"f{i}"])


def _parsed(lines: list[str], layout: Layout, dtype: np.dtype) -> NDArray | None:
    """Rows as NumPy reads them, None where it does not or where cells need a closer look."""
    text = "".join(lines)
    if '"' in text or "\0" in text or not text.strip():
        return None
    try:
        rows = np.loadtxt(lines, dtype, comments=None, delimiter=layout.delimiter, ndmin=1)
    except ValueError:
        return None
    infinite = any(
        np.isinf(rows[f"f{i}"]).any() for i, numeric in enumerate(layout.numeric) if numeric
    )
    return None if infinite else rows


def _read_rest(
    file: io.BufferedReader,
    layout: Layout,
    builders: list[_Builder],
    tell: Callable[[], None],
    place: _Place,
) -> None:
    """Read cell by cell from a place on."""
    file.seek(place.offset)
    text = io.TextIOWrapper(file, layout.encoding, newline="")
    try:
        rows = rows_of(
            lines_of(text, layout.path, place.line), layout.delimiter, layout.path, place.line
        )
        if layout.header and not place.header_read:
            next(rows, None)
        _add_rows(rows, builders, layout, tell)
    finally:
        text.detach()


def _add_rows(
    rows: Iterator[tuple[int, list[str]]],
    builders: list[_Builder],
    layout: Layout,
    tell: Callable[[], None] = lambda: None,
) -> None:
    width = len(builders)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        tell()
        lines, cells = zip(*chunk, strict=True)
        for line, row in chunk:
            if len(row) != width:
                _refuse_width(layout, line, len(row), width)
        for builder, column in zip(builders, zip(*cells, strict=True), strict=True):
            builder.add(column, lines)


def _refuse_width(layout: Layout, line: int, found: int, width: int) -> NoReturn:
    fields = f"{found} field{'s' if found > 1 else ''}"
    advice = "is a delimiter missing, or one too many?"
    refuse(layout.path, f"line {line} has {fields} instead of {width}; {advice}")


class _Growing:
    """An array that grows at its end; appending is cheap, and memory is hardly more than needed."""

    def __init__(self, dtype: type) -> None:
        self._values = np.empty(1024, dtype)
        self.used = 0

    def append(self, part: NDArray) -> None:
        end = self.used + len(part)
        if end > len(self._values):
            # Memory beyond what is used costs nothing as long as nobody writes there.
            larger = np.empty(2 * end, self._values.dtype)
            larger[: self.used] = self._values[: self.used]
            self._values = larger
        self._values[self.used : end] = part
        self.used = end

    def values(self) -> NDArray:
        return self._values[: self.used]


class _Numbers:
    """Collects a column of numbers."""

    def __init__(self, layout: Layout, index: int) -> None:
        self._layout, self._index = layout, index
        self.collected = _Growing(np.float64)

    def extend(self, values: NDArray) -> None:
        self.collected.append(values)

    def add(self, cells: tuple[str, ...], lines: tuple[int, ...]) -> None:
        comma = self._layout.decimal_comma
        try:
            # Quick for the usual case: every cell is a plain number.
            part = np.fromiter(map(float, cells), np.float64, len(cells))
        except ValueError:
            part = None
        if part is None or not np.isfinite(part).all():
            read = [number(cell, comma) for cell in cells]
            if None in read:
                at = read.index(None)
                self._refuse(lines[at], cells[at])
            part = np.array(read, np.float64)
        self.collected.append(part)

    def _refuse(self, line: int, cell: str) -> NoReturn:
        name = self._layout.names[self._index]
        refuse(
            self._layout.path,
            f"line {line}, column {name!r}: {cell[:40]!r} is not a finite number, as the others "
            "are; correct the cell or leave it empty",
        )

    def column(self) -> Column:
        return Column(self._layout.names[self._index], self.collected.values())


class _Words:
    """Collects a column of words."""

    def __init__(self, layout: Layout, index: int) -> None:
        self._name = layout.names[index]
        self._codes: dict[str, int] = {}
        self.collected = _Growing(np.int64)

    def extend(self, values: NDArray) -> None:
        self._collect(values.tolist())

    def add(self, cells: tuple[str, ...], lines: tuple[int, ...]) -> None:
        self._collect(cells)

    def _collect(self, cells: Iterable[str]) -> None:
        codes = self._codes
        stripped = [cell.strip() for cell in cells]
        for cell in dict.fromkeys(stripped):
            codes.setdefault(cell, len(codes))
        self.collected.append(
            np.fromiter(map(codes.__getitem__, stripped), np.int64, len(stripped))
        )

    def column(self) -> Column:
        """The column with its categories in alphabetical order."""
        names = sorted(cell for cell in self._codes if cell.lower() not in MISSING)
        ranks = np.full(len(self._codes), -1)
        for rank, name in enumerate(names):
            ranks[self._codes[name]] = rank
        return Column(self._name, ranks[self.collected.values()], tuple(names))


_Builder = _Numbers | _Words
