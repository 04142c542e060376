"""How a script reads the user's table by its path, with Python and NumPy alone.

The code follows the layout of the file and the plan of its columns, and is run before it is put
into a script: only where it gives the application's samples, number for number, is it taken.
"""

from __future__ import annotations

import io
import itertools
import weakref
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.codegen.text import Bracketed, comment, imports, string
from core.data import DataError, Samples
from core.data.columns.kinds import canonical, gap_words
from core.data.columns.plan import Encoded
from core.data.columns.recipe import GAP, Feature, number_name
from core.data.columns.targets import class_of
from core.data.columns.treatment import is_chosen
from core.data.tables.dates import DateStyle
from core.data.tables.numbers import is_missing, style_of
from core.data.tables.rows import rows_of
from core.data.tables.source import opened
from core.data.tables.table import Layout
from core.data.user_files import UserTable, absolute, choices, is_archive, layout, load

# A script reads cell by cell, which takes too long and too much memory for larger files.
LARGEST = 16_000_000
# A column with more spellings than this is not written out.
MOST_SPELLINGS = 200
OPENERS = {"": "open", "gz": "gzip.open", "bz2": "bz2.open", "xz": "lzma.open"}
PATTERNS = tuple(
    date.replace("-", mark) + time
    for date in ("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%Y-%m")
    for mark in "-/."
    for time in ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")
)


# The samples of the last table, and how a script reads it: a dialog asks at every change.
_last: tuple[weakref.ref[Encoded], Reading | None] | None = None


class _NotPlain(Exception):
    """Reading the table takes more than Python and NumPy."""


@dataclass(frozen=True)
class Reading:
    """What the template of the reading functions needs.

    `inputs` are names of columns and the expressions that make them inputs. Rows with one of the
    words `missing` in a column of `needed` are left out; `mark` begins a comment.
    """

    path: str
    name: str
    opener: str
    encoding: str
    rows: Bracketed
    mark: str
    skip: int
    by_space: bool
    inputs: tuple[tuple[str, Bracketed], ...]
    target_name: str
    target: Bracketed
    regression: bool
    missing: tuple[str, ...]
    needed: tuple[int, ...]
    short: bool

    @property
    def missing_list(self) -> Bracketed:
        return Bracketed("", "[]", tuple(map(string, self.missing)))

    @property
    def needed_list(self) -> Bracketed:
        return Bracketed("", "[]", tuple(map(str, self.needed)))

    def calls(self, function: str) -> bool:
        """Whether an expression calls a function."""
        expressions = (self.target, *(expression for _, expression in self.inputs))
        return any(f"{function}(" in str(expression) for expression in expressions)


def reading_of(dataset: UserTable, environment: Any) -> Reading | None:
    """How a script reads the table, None where it cannot: what is packed in a way of its own, is
    large, or has cells that Python reads otherwise. Raises `DataError` where nobody can read it.

    The file is read twice for that, but only once for all scripts of the same samples.
    """
    global _last
    encoded = load(dataset)
    if _last is None or _last[0]() is not encoded:
        _last = weakref.ref(encoded), _tried(dataset, encoded, environment)
    return _last[1]


def _tried(dataset: UserTable, encoded: Encoded, environment: Any) -> Reading | None:
    path = absolute(Path(dataset.path))
    if is_archive(path) or path.stat().st_size > LARGEST:
        return None
    found = layout(dataset)
    if found.kind.format != "text" or found.kind.packing not in OPENERS:
        return None
    try:
        reading = _Expressions(dataset, found, encoded).reading()
    except (_NotPlain, DataError, UnicodeError):
        return None
    templates = ("user_table_settings.jinja", "user_table.jinja")
    text = "\n".join(environment.get_template(each).render(table=reading) for each in templates)
    return reading if _gives(f"{imports(text)}\n{text}", encoded.samples) else None


def _gives(code: str, samples: Samples) -> bool:
    """Whether the code's `samples` gives these samples."""
    module: dict[str, Any] = {}
    try:
        exec(code, module)
        made = module["samples"]()
    except Exception:  # whatever cells that are read otherwise lead to
        return False
    return all(
        ours.dtype == theirs.dtype and np.array_equal(ours, theirs, equal_nan=True)
        for ours, theirs in zip((samples.inputs, samples.targets), made, strict=True)
    )


class _Expressions:
    """Finds the expressions of a table's columns from the different cells of each."""

    def __init__(self, dataset: UserTable, found: Layout, encoded: Encoded) -> None:
        self._choices, self._layout, self._encoded = choices(dataset), found, encoded
        self._cells = _different_cells(found)
        self._missing: set[str] = set()

    def reading(self) -> Reading:
        """Raises `_NotPlain`."""
        found, encoded = self._layout, self._encoded
        inputs = tuple((comment(each.column), self._input(each)) for each in encoded.features)
        target = self._target(found.names.index(encoded.target))
        needed = tuple(self._needed())
        return Reading(
            path=str(absolute(found.path)),
            name=comment(found.path.name),
            opener=OPENERS[found.kind.packing],
            encoding=found.encoding,
            rows=_rows(found),
            mark=found.dialect.comment,
            skip=found.skip,
            by_space=found.dialect.delimiter == " ",
            inputs=inputs,
            target_name=comment(encoded.target),
            target=target,
            regression=encoded.samples.task == "regression",
            missing=tuple(sorted(self._missing)),
            needed=needed,
            short=encoded.samples.inputs.dtype == np.float32,
        )

    def _input(self, feature: Feature) -> Bracketed:
        place = self._layout.names.index(feature.column)
        if feature.categories:
            return _one_hot(place, feature.shown, self._categories(feature, place))
        if feature.date:
            return self._days(place, DateStyle(feature.date))
        return self._numbers(place, feature.flag)

    def _target(self, place: int) -> Bracketed:
        samples = self._encoded.samples
        if samples.task == "regression":
            return self._numbers(place)
        classes = samples.class_names
        names = {cell: self._class(classes, place, cell) for cell in self._cells[place]}
        return _one_hot(place, classes[1:] if samples.task == "binary" else classes, names)

    def _numbers(self, place: int, flag: bool = False) -> Bracketed:
        known = self._known(place)
        style = style_of(known, self._layout.decimal)
        plain = set("0123456789+-eE") | {style.decimal}
        dropped = "".join(sorted({mark for cell in known for mark in cell} - plain))
        arguments = [f"columns[{place}]"]
        if style.decimal != "." and any(style.decimal in cell for cell in known):
            arguments.append(f"decimal={string(style.decimal)}")
        if dropped:
            arguments.append(f"drop={string(dropped)}")
        numbers = Bracketed("numbers", "()", tuple(arguments))
        return Bracketed("flagged", "()", (numbers,)) if flag else numbers

    def _days(self, place: int, style: DateStyle) -> Bracketed:
        known = self._known(place)
        for pattern in PATTERNS:
            if all(_day(cell, pattern) == style.parse(cell) for cell in known):
                return Bracketed("days", "()", (f"columns[{place}]", string(pattern)))
        raise _NotPlain

    def _known(self, place: int) -> set[str]:
        """The different cells of a column of numbers or dates that are not missing."""
        missing = {cell for cell in self._cells[place] if self._is_missing(cell)}
        self._missing |= missing
        return self._cells[place] - missing

    def _is_missing(self, cell: str) -> bool:
        return is_missing(cell) or cell in self._layout.options.missing

    def _categories(self, feature: Feature, place: int) -> dict[str, str]:
        """The category of each different cell of an input."""
        gaps = gap_words(self._cells[place]) | self._layout.options.missing
        return {
            cell: GAP if cell in gaps else canonical(feature.kind, self._named(place, cell))
            for cell in self._cells[place]
        }

    def _class(self, classes: tuple[str, ...], place: int, cell: str) -> str:
        """The class of a cell of the target."""
        name = self._named(place, cell)
        return class_of(name, classes, self._layout.classes if self._layout.styles[place] else ())

    def _named(self, place: int, cell: str) -> str:
        """A cell as the name of a category: numbers have one name in all spellings."""
        style = self._layout.styles[place]
        value = style.parse(cell) if style else None
        return cell if value is None or np.isnan(value) else number_name(np.float64(value))

    def _needed(self) -> list[int]:
        """The columns in which a row must not have a gap."""
        needed = []
        for place, name in enumerate(self._layout.names):
            is_target = name == self._encoded.target
            gaps = self._choices.gaps.get(name, self._choices.missing)
            if not is_target and (gaps == "fill" or not is_chosen(name, self._choices)):
                continue
            # A target of words counts every word but the empty one as a class.
            words = is_target and self._layout.styles[place] is None
            own = {"", *self._layout.options.missing}
            found = own if words else {c for c in self._cells[place] if self._is_missing(c)}
            if found := found & self._cells[place]:
                needed.append(place)
                self._missing |= found
        return needed


def _one_hot(place: int, shown: tuple[str, ...], names: dict[str, str]) -> Bracketed:
    """An expression with a column of 0 and 1 for each category that is shown."""
    renamed = {cell: name for cell, name in names.items() if cell != name and name in shown}
    hidden = {cell for cell, name in names.items() if cell != name and cell in shown}
    if hidden or max(len(renamed), len(shown)) > MOST_SPELLINGS:
        raise _NotPlain
    cells: str | Bracketed = f"columns[{place}]"
    if renamed:
        pairs = (f"{string(cell)}: {string(name)}" for cell, name in sorted(renamed.items()))
        cells = Bracketed("renamed", "()", (cells, Bracketed("", "{}", tuple(pairs))))
    return Bracketed("one_hot", "()", (cells, Bracketed("", "[]", tuple(map(string, shown)))))


def _rows(found: Layout) -> Bracketed:
    """The call that cuts lines into cells."""
    delimiter, quote, _ = found.dialect
    options = ["lines"]
    if delimiter != ",":
        options.append(f"delimiter={string(delimiter)}")
    if quote != '"':
        options.append(f"quotechar={string(quote)}")
    return Bracketed("csv.reader", "()", (*options, "skipinitialspace=True"))


def _different_cells(found: Layout) -> list[set[str]]:
    """The different cells of every column. Raises `_NotPlain` where rows are not all alike."""
    cells: list[set[str]] = [set() for _ in found.names]
    with opened(found.path, found.kind) as (stream, _):
        text = io.TextIOWrapper(stream, found.encoding, newline="")  # pyright: ignore[reportArgumentType]
        lines = itertools.islice(text, found.skip, None)
        for _, row in rows_of(lines, found.dialect, found.path, found.skip):
            if len(row) != len(cells):
                raise _NotPlain
            for known, cell in zip(cells, row, strict=True):
                known.add(cell.strip())
    return cells


def _day(cell: str, pattern: str) -> float | None:
    """Days since 1970-01-01, as the script's `days` computes them; None for another pattern."""
    try:
        moment = datetime.strptime(cell, pattern)
    except ValueError:
        return None
    hours = moment.hour + moment.minute / 60 + moment.second / 3600
    return (moment - datetime(1970, 1, 1)).days + hours / 24
