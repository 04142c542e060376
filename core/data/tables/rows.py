"""Lines of text as rows of cells, each with the number of its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.base.translation import Message
from core.data.refusal import refuse
from core.data.tables.numbers import is_missing
from core.data.tables.table import Dialect

LONGEST_LINE = 1 << 22


def rows_of(
    lines: Iterable[str], dialect: Dialect, path: Path, line: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Every row of cells that is neither blank nor a comment, with the number of its last line.

    `lines` keep their ends; `line` of them came before. Raises `DataError` with the place.
    """
    if dialect.delimiter == " ":
        yield from _rows_by_spaces(_checked(lines, dialect, path, line), dialect, line)
        return
    reader = csv.reader(
        _checked(lines, dialect, path, line),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        skipinitialspace=True,
        strict=True,
    )
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield line + reader.line_num, row
    except csv.Error as error:
        refuse(
            path,
            Message(
                "is damaged at line {line} ({error}); is a quotation mark never closed?",
                line=line + reader.line_num,
                error=str(error),
            ),
        )


def refuse_encoding(path: Path, encoding: str, line: int) -> None:
    """Raise the `DataError` about text that is in another encoding."""
    name = encoding.removesuffix("-sig").upper()
    refuse(
        path,
        Message("is not {name} text at line {line}; choose another encoding", name=name, line=line),
    )


def _checked(lines: Iterable[str], dialect: Dialect, path: Path, line: int) -> Iterator[str]:
    """The lines without NUL characters, comments as blank lines."""
    for text in lines:
        line += 1
        if "\0" in text:
            refuse(
                path,
                Message(
                    "line {line} holds a NUL character, which no text does; save it again",
                    line=line,
                ),
            )
        yield "\n" if is_comment(text, dialect) else text


def is_comment(text: str, dialect: Dialect) -> bool:
    """Whether a line is a comment; one that begins with a missing value such as #N/A is none."""
    text = text.strip()
    if not dialect.comment or not text.startswith(dialect.comment):
        return False
    first = text.split(None if dialect.delimiter == " " else dialect.delimiter, 1)[0]
    # A line of nothing but comment marks is a separator.
    return not is_missing(first) or not text.strip(dialect.comment)


def _rows_by_spaces(
    lines: Iterable[str], dialect: Dialect, line: int
) -> Iterator[tuple[int, list[str]]]:
    quote = re.escape(dialect.quote)
    cell = re.compile(rf"{quote}((?:[^{quote}]|{quote}{quote})*){quote}(?=\s|$)|(\S+)")
    double = dialect.quote * 2
    for text in lines:
        line += 1
        row = [
            found[2] if found[1] is None else found[1].replace(double, dialect.quote)
            for found in cell.finditer(text)
        ]
        if row:
            yield line, row
