"""The top of a table: title lines, the header, a row of units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.base.translation import Message
from core.data.tables.numbers import is_missing, looks_numeric, unit_of

Rows = Sequence[tuple[int, list[str]]]
# More title lines than this are not looked for.
MOST_TITLES = 40
COMMENT_MARKS = ("#", "%", "//")


@dataclass
class Top:
    """The rows of data, and what was found above them. `skip` lines come before the data."""

    names: tuple[str, ...]
    body: Rows
    header: bool
    skip: int
    row_names: bool = False
    notes: list[str] = field(default_factory=list)
    classes: tuple[str, ...] = ()


def top_of(rows: Rows, header: bool | None, comments: Rows, skip: int, keep_titles: bool) -> Top:
    """Separate title lines, header and units from the data.

    `rows` are the first rows of a file, `comments` the commented lines among them, split alike.
    `header` is whether there is one, if the user has specified it; `skip` lines came before.
    """
    width = _width(rows)
    notes: list[str] = []
    if not keep_titles:
        rows, skip = _without_titles(rows, width, skip, notes)
    first = rows[0][1]
    if header is None and (classes := _scikit_learn(rows, width)):
        notes.append(
            Message("the first line names the classes: {classes}", classes=", ".join(classes))
        )
        return Top(_numbered(width), rows[1:], False, rows[0][0], False, notes, classes)
    row_names = header is not False and _has_row_names(rows, width)
    if header is None:
        header = row_names or _is_header(rows, width)
    if header:
        cells = (["Row names"] if row_names else []) + first
        width = max(width, len(cells))
        return _with_units(Top(_names(cells, width), rows[1:], True, rows[0][0], row_names, notes))
    above = [cells for line, cells in comments if line < rows[0][0] and len(cells) == width]
    if above and not _has_numbers(above[-1], _columns(rows, width)):
        notes.append(Message("the names are in a comment"))
        return Top(_names(above[-1], width), rows, False, skip, False, notes)
    return Top(_numbered(width), rows, False, skip, False, notes)


def without_comments(rows: Rows, spaced: bool = False) -> tuple[str, Rows, Rows]:
    """The mark of comments, the rows that are none, and those that are (without the mark).

    Rows of which many begin with the mark are data, colours such as #ff0000 for example. Where
    cells are `spaced` apart a mark is a cell of its own.
    """
    width = _width(rows)
    if rows and rows[0][1][0].strip() in COMMENT_MARKS and not (spaced and _is_remark(rows, width)):
        return "", rows, []  # "#" is the name of the first column
    for mark in COMMENT_MARKS:
        found = [row for row in rows if _begins_with(mark, row[1])]
        leading = bool(found) and found[0] is rows[0]
        few = len(found) <= 0.2 * len(rows) or (leading and len(found) < len(rows))
        if not found or not few:
            continue
        if not leading and all(len(cells) == width for _, cells in found):
            continue
        rest = [row for row in rows if not _begins_with(mark, row[1])]
        comments = [(line, [cells[0].lstrip(mark + " "), *cells[1:]]) for line, cells in found]
        return mark, rest, [(n, c if c[0] else c[1:]) for n, c in comments]
    return "", rows, []


def _is_remark(rows: Rows, width: int) -> bool:
    """Whether a first row that begins with a mark is a comment: the names are in the next row, or
    the mark makes it longer than the others."""
    rest = [cells for _, cells in rows[1:] if len(cells) == width]
    if not rest or len(rows[0][1]) != width:
        return True
    return _names_numbers(rest[0], list(zip(*rest[1:], strict=True)))


def _begins_with(mark: str, cells: list[str]) -> bool:
    """Whether a row may be a comment: a missing value such as #N/A is none."""
    first = cells[0].strip()
    if not first.startswith(mark):
        return False
    return not is_missing(first) or (len(cells) == 1 and not first.strip(mark))


def _width(rows: Rows) -> int:
    """How many fields most rows have; of equally frequent numbers the larger one."""
    counts = Counter(len(cells) for _, cells in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _without_titles(rows: Rows, width: int, skip: int, notes: list[str]) -> tuple[Rows, int]:
    at = 0
    while at < min(len(rows) - 1, MOST_TITLES) and _is_title(rows[at:], width):
        at += 1
    # If no table follows, these lines are not titles.
    if not at or all(len(cells) < width for _, cells in rows[at : at + 2]):
        return rows, skip
    titles = [cell.strip() for _, cells in rows[:at] for cell in cells if cell.strip()]
    if titles:
        notes.append(
            Message(
                "{count} title line left out: {first!r}",
                "{count} title lines left out: {first!r}",
                count=at,
                first=titles[0][:60],
            )
        )
    return rows[at:], rows[at - 1][0]


def _is_title(rows: Rows, width: int) -> bool:
    """Whether the first row is a title of the table rather than part of it."""
    cells, after = rows[0][1], rows[1][1]
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return True
    if any(map(looks_numeric, filled[:1])) or width < 2:
        return False
    if len(cells) < width - 1 or (len(cells) == width - 1 and len(after) < width):
        return len(filled) <= 2 or all(not looks_numeric(cell) for cell in filled)
    if len(cells) == width - 1:
        # A header may be one short, where the rows have names; not above another header.
        columns = _columns(rows[2:], width)
        return len(after) == len(columns) and _names_numbers(after, columns)
    return len(filled) == 1 and width >= 3


def _has_row_names(rows: Rows, width: int) -> bool:
    """Whether the header is one field shorter, as R writes it where the rows have names."""
    first, rest = rows[0][1], rows[1:]
    return (
        len(first) == width - 1
        and len(rest) > 0
        and not _has_numbers(first, _columns(rest, width)[1:])
        and all(len(cells) == width for _, cells in rest)
        and any(cells[-1].strip() for _, cells in rest)
    )


def _scikit_learn(rows: Rows, width: int) -> tuple[str, ...]:
    """The classes in a first line as scikit-learn's files have it: rows, features, classes."""
    first, rest = rows[0][1], rows[1:]
    if len(first) < 4 or not rest or len(rest[0][1]) != width:
        return ()
    classes = tuple(cell.strip() for cell in first[2:])
    counts = all(cell.strip().isdigit() for cell in first[:2])
    if not counts or int(first[1]) != width - 1 or any(map(looks_numeric, classes)):
        return ()
    last = {cells[-1].strip() for _, cells in rest}
    return classes if last <= {str(code) for code in range(len(classes))} else ()


def _is_header(rows: Rows, width: int) -> bool:
    """Whether the first row names the columns: by words above numbers, or words that never recur;
    also by years above other numbers."""
    first = [cell.strip() for cell in rows[0][1]]
    columns = _columns(rows[1:], width)[: len(first)]
    if len(first) > width or not columns:
        return not any(map(looks_numeric, first))
    if _are_years(first, columns):
        return True
    if _has_numbers(first, columns):
        return False
    if _names_numbers(first, columns):
        return True
    recurring = sum(cell in map(str.strip, col) for cell, col in zip(first, columns, strict=True))
    return recurring <= 0.25 * width


def _columns(rows: Rows, width: int) -> list[tuple[str, ...]]:
    """The columns of those rows that have this many cells."""
    return list(zip(*(cells for _, cells in rows if len(cells) == width), strict=True))


def _has_numbers(first: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    return bool(_numbers_in(first, columns))


def _numbers_in(first: Sequence[str], columns: Sequence[Sequence[str]]) -> list[int]:
    """Where a row above these columns holds numbers: one with a unit that no cell below carries,
    as 100m above seconds, is a name."""
    found = []
    for i, cell in enumerate(first):
        unit = unit_of(cell) if looks_numeric(cell) else ""
        below = columns[i] if i < len(columns) else ()
        if looks_numeric(cell) and (not unit or unit in map(unit_of, below)):
            found.append(i)
    return found


def _names_numbers(first: list[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether a row has a word, and no number, above a column of numbers."""
    if _has_numbers(first, columns):
        return False
    for cell, column in zip(first, columns, strict=True):
        numbers = sum(looks_numeric(each) or is_missing(each) for each in column)
        if cell and not is_missing(cell) and numbers > 0.5 * len(column):
            return True
    return False


def _are_years(first: list[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether years are written above numbers that are not years: `2019,2020`."""
    numeric = _numbers_in(first, columns)
    years = [first[i] for i in numeric]
    if len(numeric) < 2 or not all(map(_is_year, years)) or len(set(years)) < len(years):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(years)}
    others = [i for i in range(len(first)) if i not in numeric]
    words = all(first[i] not in map(str.strip, columns[i]) for i in others)
    return len(steps) == 1 and words and not all(_is_year(columns[i][0].strip()) for i in numeric)


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(18|19|20|21)[0-9]{2}", cell))


def _with_units(top: Top) -> Top:
    """Leave out a row of units below the header: words above columns of numbers."""
    if len(top.body) < 3 or len(top.body[0][1]) != len(top.names):
        return top
    (line, units), rest = top.body[0], top.body[1:]
    if _is_rule(units):
        top.notes.append(Message("a line of dashes left out"))
        top.body, top.skip = rest, line
        return top
    numeric = [i for i in range(len(top.names)) if _is_numeric(rest, i)]
    told = [units[i].strip() for i in numeric if not is_missing(units[i])]
    if not told or any(map(looks_numeric, told)) or 2 * len(told) < len(numeric):
        return top
    if any(not is_missing(units[i]) and looks_numeric(units[i]) for i in numeric):
        return top
    if len(told) == 1 and len(numeric) > 1 and not _is_bracketed(told[0]):
        return top
    top.notes.append(Message("a row of units left out: {units}", units=", ".join(told[:6])))
    top.body, top.skip = rest, line
    return top


def _is_rule(cells: list[str]) -> bool:
    """Whether a row is the line of dashes under the header of a Markdown table."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and all(re.fullmatch(":?-{2,}:?", cell) for cell in filled)


def _is_bracketed(text: str) -> bool:
    return text[:1] in "([" and text[-1:] in ")]"


def _is_numeric(rows: Rows, column: int) -> bool:
    cells = [row[column] for _, row in rows if column < len(row) and not is_missing(row[column])]
    return bool(cells) and all(map(looks_numeric, cells))


def _numbered(width: int) -> tuple[str, ...]:
    return tuple(f"Column {i + 1}" for i in range(width))


def _names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Column names from a header, made unique; unnamed columns are numbered."""
    names: dict[str, None] = {}
    padded = [*cells, *[""] * (width - len(cells))]
    for i, cell in enumerate(padded):
        name = " ".join(cell.split()) or f"Column {i + 1}"
        while name in names:
            name += f" (column {i + 1})"
        names[name] = None
    return tuple(names)
