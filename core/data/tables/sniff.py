"""Finding out how a file is to be read: encoding, delimiter, header, kinds of columns.

`sniff` looks at the beginning of a file; reading all of it is up to `core.data.tables.reader`.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from core.base.translation import Message
from core.data.dataset import DataError
from core.data.refusal import refuse
from core.data.tables.footer import is_total
from core.data.tables.header import COMMENT_MARKS, Rows, top_of, without_comments
from core.data.tables.judge import number_style
from core.data.tables.numbers import NumberStyle, evidence, looks_numeric
from core.data.tables.rows import LONGEST_LINE, refuse_encoding, rows_of
from core.data.tables.source import (
    ENCODINGS,
    HEAD_BYTES,
    UNICODE,
    Kind,
    encoding_of,
    kind_of,
    opened,
)
from core.data.tables.table import Dialect, Layout, ReadOptions

DELIMITERS = {
    "comma": ",",
    "tab": "\t",
    "semicolon": ";",
    "bar": "|",
    "space": " ",
    "tilde": "~",
    "caret": "^",
}
SAMPLE_ROWS, SAMPLE_CELLS = 1000, 200_000
DELIMITER_ROWS = 100
PREVIEW_ROWS = 20
MARGIN = 0.1
MOST_COLUMNS = 10_000
_INDEXED = re.compile(r"[+-]?[\d.]+(?:\s+\d+:\S+)+\s*(?:#.*)?\s*")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def sniff(path: Path, options: ReadOptions | None = None) -> Layout:
    """Find out how a file is to be read; `options` override what it looks like.

    Raises `DataError` if it is not a table.
    """
    options = options or ReadOptions()
    kind = kind_of(path)
    if kind.format == "parquet":
        from core.data.tables.parquet import parquet_layout

        return parquet_layout(path, options)
    if kind.format == "excel":
        from core.data.tables.workbook import first_rows

        rows, sheets, note = first_rows(path, options.sheet, SAMPLE_ROWS)
        rows = [row for row in rows if row[0] > options.skip]
        layout = describe(path, rows, [], Layout(path, (), (), (), kind, sheets=sheets), options)
        return replace(layout, notes=(*note, *layout.notes))
    return sniff_text(path, kind, options)


def sniff_text(path: Path, kind: Kind, options: ReadOptions, encoding: str = "") -> Layout:
    """`sniff` for text, in a given encoding where it is known."""
    lines, encoding = first_lines(path, kind, encoding or options.encoding)
    if not any(line.strip() for line in lines):
        refuse(path, Message("is empty; choose a file with rows of data"))
    if all(map(_INDEXED.fullmatch, filter(str.strip, lines[:DELIMITER_ROWS]))):
        refuse(
            path,
            Message("is in LIBSVM's format (index:value), not a table of columns; save it as CSV"),
        )
    notes: list[str] = []
    if not options.encoding and encoding not in UNICODE:
        known = ENCODINGS.get(encoding, encoding)
        notes.append(Message("read as {encoding}, the encoding that seems likely", encoding=known))
    start, delimiter = max(0, options.skip), options.delimiter
    if found := _SEPARATOR_LINE.fullmatch(lines[0]):
        start, delimiter = max(1, start), delimiter or found[1]
    dialect = _dialect(lines[start:], path, delimiter)
    dialect = dialect._replace(quote=_quote(lines[start : start + 200], dialect.delimiter))
    raw = _rows(lines[start:], dialect, path, start, SAMPLE_ROWS + 1)
    if not raw:
        refuse(path, Message("is empty; choose a file with rows of data"))
    comment, rows, comments = without_comments(raw, dialect.delimiter == " ")
    if comment:
        dialect = dialect._replace(comment=comment)
        rows = _rows(lines[start:], dialect, path, start, SAMPLE_ROWS + 1)
        notes.append(Message("lines that begin with {mark} left out", mark=comment))
    if not rows:
        refuse(path, Message("has comments but no rows"))
    draft = Layout(path, (), (), (), kind, encoding, dialect, skip=start, notes=tuple(notes))
    return describe(path, rows, comments, draft, options)


def describe(path: Path, rows: Rows, comments: Rows, draft: Layout, options: ReadOptions) -> Layout:
    """The layout of the first rows of a table."""
    if not rows:
        refuse(path, Message("is empty; choose a file with rows of data"))
    if max(len(cells) for _, cells in rows) > MOST_COLUMNS:
        refuse(
            path,
            Message("has over {count:,} columns; more are not read", count=MOST_COLUMNS),
        )
    top = top_of(rows, options.header, comments, draft.skip, options.skip >= 0)
    if not top.body:
        refuse(path, Message("has a header but no rows"))
    width = len(top.names)
    body = [cells for _, cells in top.body[: max(50, SAMPLE_CELLS // width)]]
    while len(body) > 2 and is_total(body[-1]):
        body.pop()
    decimal = _decimal((cell for cells in body for cell in cells), draft.dialect.delimiter)
    columns = [[cells[i] for cells in body if i < len(cells)] for i in range(width)]
    styles = tuple(
        _style(name, cells, decimal, options)
        for name, cells in zip(top.names, columns, strict=True)
    )
    return replace(
        draft,
        names=top.names,
        styles=styles,
        preview=tuple(tuple(cells) for cells in body[:PREVIEW_ROWS]),
        header=top.header,
        skip=top.skip,
        decimal=decimal,
        row_names=top.row_names,
        notes=(*draft.notes, *top.notes),
        classes=top.classes,
        options=options,
    )


def first_lines(path: Path, kind: Kind, encoding: str = "") -> tuple[list[str], str]:
    """The first whole lines of a text file, and its encoding. Raises `DataError`."""
    with opened(path, kind) as (stream, _):
        head = stream.read(HEAD_BYTES)
        whole = len(head) < HEAD_BYTES
        if not whole and b"\n" not in head and b"\r" not in head:
            head += stream.read(max(0, LONGEST_LINE - len(head)))
            if b"\n" not in head:
                refuse(
                    path,
                    Message(
                        "line 1 has over {count:,} characters; is this a table?",
                        count=LONGEST_LINE,
                    ),
                )
    encoding = encoding or encoding_of(head, path, whole)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except UnicodeError:
        refuse_encoding(path, encoding, _line_of_fault(head, encoding))
        raise
    lines = list(io.StringIO(text, newline=""))
    return (lines if whole else lines[:-1]), encoding


def _line_of_fault(data: bytes, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            decoder.decode(line + b"\n")
        except UnicodeError:
            return number
    return 1


def _rows(lines: Sequence[str], dialect: Dialect, path: Path, before: int, most: int) -> Rows:
    return list(islice(rows_of(lines, dialect, path, before), most))


def _dialect(lines: Sequence[str], path: Path, delimiter: str) -> Dialect:
    """The delimiter that cuts most of the first rows into equally many fields, two at least; of
    several the one that makes more of them numbers (1;2,5), then the one that makes more."""
    if delimiter:
        return Dialect(delimiter)
    best, most, sure = ",", (0, -MARGIN, 0), -DELIMITER_ROWS
    looked_at = _without_remarks(lines)[: 3 * DELIMITER_ROWS]
    for candidate in DELIMITERS.values():
        rows: list[tuple[int, list[str]]] = []
        # A wrong delimiter may trip over quotation marks; the right one reveals real errors.
        with contextlib.suppress(DataError):
            found = rows_of(looked_at, Dialect(candidate), path)
            rows += islice(found, DELIMITER_ROWS)
        widths = Counter(len(cells) for _, cells in rows)
        width = max(widths, key=lambda each: (widths[each], each), default=0)
        if width < 2:
            continue
        # The first row may be a header, which gives no evidence about numbers.
        body = [row for _, row in rows[1:] or rows if len(row) == width]
        cells = [cell for row in body for cell in row]
        numbers = sum(map(looks_numeric, cells)) / max(1, len(cells))
        agreement = (widths[width], numbers, width)
        # Spaces are also between words: they must explain clearly more, and the first row too.
        if candidate == " " and (
            numbers < most[1] + MARGIN or len(rows[0][1]) not in (width, width - 1)
        ):
            continue
        even = _even_from(rows, width)
        if even > sure or (even == sure and _is_better(agreement, most, len(rows))):
            best, most, sure = candidate, agreement, even
    return Dialect(best)


def _without_remarks(lines: Sequence[str]) -> Sequence[str]:
    """The lines behind the comments with which a file begins: words, which are cut in any way."""
    first = next((i for i, line in enumerate(lines) if not line.startswith(COMMENT_MARKS)), 0)
    return lines[first:] if len(lines) - first > 2 else lines


def _even_from(rows: Rows, width: int) -> int:
    """How sure it is that a delimiter cuts rows alike, the header too: 0 where it does so in every
    row, less for each title line before the first, least where it does not."""
    first = next(i for i, (_, cells) in enumerate(rows) if len(cells) == width)
    even = all(len(cells) == width for _, cells in rows[first:])
    return -first if even and 2 * first < len(rows) else -DELIMITER_ROWS


def _is_better(one: tuple[int, float, int], other: tuple[int, float, int], rows: int) -> bool:
    """Whether a delimiter explains a table better; a few rows more or fewer hardly matter."""
    if abs(one[0] - other[0]) > max(1, 0.05 * rows):
        return one > other
    return one[1:] > other[1:] or (one[1:] == other[1:] and one[0] > other[0])


def _quote(lines: Sequence[str], delimiter: str) -> str:
    """The quotation mark around cells: " unless only ' is found there."""
    text = "".join(lines)
    if '"' in text or "'" not in text:
        return '"'
    edge = r"\s" if delimiter == " " else re.escape(delimiter)
    quoted = re.findall(rf"(?:^|{edge})'[^'\n]*'(?={edge}|\s*$)", text, re.MULTILINE)
    return "'" if 2 * len(quoted) >= 0.95 * text.count("'") else '"'


def _decimal(cells, delimiter: str) -> str:
    found = evidence(cells)
    if found.commas != found.points:
        return "," if found.commas > found.points else "."
    return "," if delimiter == ";" and found.unclear_commas and not found.points else "."


def _style(
    name: str, cells: Sequence[str], decimal: str, options: ReadOptions
) -> NumberStyle | None:
    if name in options.words:
        return None
    counts = Counter(cell.strip() for cell in cells)
    factors = True if name in options.factors else False if name in options.units else None
    style = number_style(counts, decimal, options.missing, factors)
    if style is None and name in options.numbers:
        from core.data.tables.numbers import style_of

        return style_of(counts, decimal, factors)
    return style
