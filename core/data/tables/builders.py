"""Columns that grow block by block while a file is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.tables.dates import DateStyle, has_points, likely_styles, one_of
from core.data.tables.judge import FEW_FAULTS, number_style
from core.data.tables.numbers import NumberStyle, is_missing
from core.data.tables.table import Column, Fault

# Of a column with more different words than this the others are not kept: they share one category.
MOST_WORDS = 100_000
OTHERS = "(other words)"
# Up to this many words are searched for one by one.
FEW_WORDS = 20
# float32 is enough for numbers no farther from 0 than this many times their range.
FARTHEST, LARGEST_SHORT = 250, 1e30

# Of each row the line that it is on.
Lines = Sequence[int] | range | NDArray[np.integer]


class Growing:
    """An array that grows at its end, to a wider type where that is needed."""

    def __init__(self, dtype: type) -> None:
        self._values = np.empty(1024, dtype)
        self.used = 0

    def append(self, part: NDArray) -> None:
        end = self.used + len(part)
        dtype = np.promote_types(part.dtype, self._values.dtype)
        if end > len(self._values) or dtype != self._values.dtype:
            # Memory beyond what is used costs nothing as long as nobody writes there.
            larger = np.empty(max(len(self._values), end + end // 2), dtype)
            larger[: self.used] = self._values[: self.used]
            self._values = larger
        self._values[self.used : end] = part
        self.used = end

    def reserve(self, rows: int) -> None:
        """Reserve room for this many values at once: unused room costs no memory."""
        if not self.used and rows > len(self._values):
            # A mapping of its own is given back to the system as soon as the column is dropped.
            room = mmap(-1, rows * self._values.itemsize)
            self._values = np.frombuffer(room, self._values.dtype)

    def values(self) -> NDArray:
        return self._values[: self.used]


class NumberBuilder:
    """Collects a column of numbers, or of dates as numbers; `short` keeps them in float32 where
    nothing is lost by it."""

    def __init__(
        self,
        name: str,
        style: NumberStyle | DateStyle,
        missing: frozenset[str],
        short: bool = False,
    ) -> None:
        self.name, self.style = name, style
        self._missing, self._short = missing, short
        # Numbers that stand for a missing value, in whatever spelling.
        read = map(style.parse, missing)
        self.marks = {number for number in read if number is not None and number == number}
        self._collected = Growing(np.float32 if short else np.float64)
        self._fault: Fault | None = None
        # Where the unit is percent or the like, the first number with it and the first one without.
        self._examples: dict[bool, str] = {}

    def add_numbers(self, values: NDArray[np.float64]) -> None:
        """Numbers as they are; infinite ones must have been refused."""
        short = self._short and fits_float32(values)
        self._collected.append(values.astype(np.float32) if short else values)

    def reserve(self, rows: int) -> None:
        """Reserve room for this many rows before the first one is added."""
        self._collected.reserve(rows)

    def add_cells(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Cells as text, each with the number of its line."""
        self.add_codes(*_coded(cells), lines)

    def add_codes(self, words: list[str], codes: NDArray[Any], lines: Lines) -> None:
        """Cells as codes into the words of this block, each with the number of its line."""
        read = [self._parse(word) for word in words]
        self._keep_examples(words)
        bad = [code for code, value in enumerate(read) if value is None]
        if bad:
            at = np.flatnonzero(np.isin(codes, bad))
            before = self._fault or Fault(int(lines[at[0]]), words[codes[at[0]]].strip(), 0)
            self._fault = before._replace(times=before.times + len(at))
        # The code −1 finds the NaN at the end.
        values = [*(math.nan if value is None else value for value in read), math.nan]
        self.add_numbers(np.array(values, np.float64)[codes])

    def column(self) -> Column:
        values, style = self._collected.values(), self.style
        if isinstance(style, DateStyle):
            return Column(self.name, values, fault=self._fault, date=style)
        return Column(
            self.name,
            values,
            unit=style.unit,
            fault=self._fault,
            factors=style.factors,
            doubt=self._doubt(),
        )

    @property
    def faults(self) -> int:
        """How many cells are no numbers."""
        return self._fault.times if self._fault else 0

    def _keep_examples(self, words: Sequence[str]) -> None:
        style = self.style
        if isinstance(style, DateStyle) or not style.is_scaled:
            return
        for word in words:
            if len(self._examples) < 2 and (has_unit := style.has_unit(word)) is not None:
                self._examples.setdefault(has_unit, word.strip())

    def _doubt(self) -> str:
        if len(self._examples) < 2:
            return ""
        return Message(
            "{name}: {unit} stands beside some numbers only; {plain} is read as {plain} {unit}, "
            "like {other}",
            name=self.name,
            unit=self.style.unit,
            plain=self._examples[False],
            other=self._examples[True],
        )

    def _parse(self, cell: str) -> float | None:
        if cell.strip() in self._missing:
            return math.nan
        value = self.style.parse(cell)
        return math.nan if value in self.marks else value


class WordBuilder:
    """Collects a column of words as codes; cells with one of the words `missing` count as empty.

    Once there are too many different words to keep, the column is also read as numbers and dates.
    """

    def __init__(self, name: str, missing: frozenset[str] = frozenset(), prior: str = ".") -> None:
        self.name = name
        self._missing, self._prior = missing, prior
        self._codes: dict[str, int] = {}
        self._lines: list[int] = []
        self._collected = Growing(np.int8)
        self._overflowed = False
        self._readings: list[NumberBuilder] = []

    def reserve(self, rows: int) -> None:
        """Reserve room for this many rows before the first one is added."""
        self._collected.reserve(rows)

    def add_codes(self, words: list[str], codes: NDArray[Any], lines: Lines) -> None:
        """Cells as codes into the words of this block, each with the number of its line."""
        stripped = [word.strip() for word in words]
        new = [code for code, word in enumerate(stripped) if word not in self._codes]
        if not self._overflowed and len(self._codes) + len(new) > MOST_WORDS:
            self._overflow(stripped)
        for reading in self._readings:
            reading.add_codes(words, codes, lines)
        first = _first_places(codes, new) if new else {}
        own = np.zeros(len(words) + 1, np.int32)
        for code, word in enumerate(stripped):
            own[code] = self._code(word, lines[first.get(code, 0)])
        if -1 in codes:
            own[-1] = self._code("", lines[int(np.argmax(codes == -1))])
        values = own[codes]
        self._collected.append(values.astype(np.min_scalar_type(-len(self._codes) - 1)))

    def add_cells(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Cells as text, each with the number of its line."""
        self.add_codes(*_coded(cells), lines)

    def column(self, words_only: bool = False) -> Column:
        """The column with its categories in alphabetical order; of numbers if all of it is, of
        dates if there are too many for categories."""
        if self._readings and (read := self._as_read(words_only)) is not None:
            return read
        codes = self._collected.values()
        if not words_only and not self._overflowed:
            names = list(self._codes)
            counts = np.bincount(codes, minlength=len(names)).tolist()
            style = number_style(dict(zip(names, counts, strict=True)), self._prior, self._missing)
            if style is not None:
                return self._as_numbers(names, codes, style)
        names = sorted(word for word in self._codes if word and word not in self._missing)
        ranks = np.full(max(1, len(self._codes)), -1, np.min_scalar_type(-len(names) - 1))
        for rank, word in enumerate(names):
            ranks[self._codes[word]] = rank
        lines = tuple(self._lines[self._codes[word]] for word in names)
        full = self._overflowed
        return Column(self.name, ranks[codes], tuple(names), lines=lines, overflowed=full)

    def _as_numbers(self, names: list[str], codes: NDArray, style: NumberStyle) -> Column:
        builder = NumberBuilder(self.name, style, self._missing)
        builder.add_codes(names, codes, np.array(self._lines)[codes])
        return builder.column()

    def _overflow(self, more: list[str]) -> None:
        """Begin to read the cells as numbers, or as dates in each style that may be theirs."""
        self._overflowed = True
        before, codes = list(self._codes), self._collected.values()
        words = dict.fromkeys([*before, *more], 1)
        number = number_style(words, self._prior, self._missing)
        styles = [number] if number is not None else likely_styles(list(words))
        self._readings = [NumberBuilder(self.name, style, self._missing) for style in styles]
        for reading in self._readings:
            reading.add_codes(before, codes, np.array(self._lines)[codes])

    def _as_read(self, words_only: bool) -> Column | None:
        """The column as numbers or dates, None where too many cells are neither."""
        fewest = min(reading.faults for reading in self._readings)
        fitting = {r.style: r for r in self._readings if r.faults == fewest}
        known = np.count_nonzero(~np.isnan(next(iter(fitting.values())).column().values))
        if fewest > FEW_FAULTS * (known + fewest):
            return None
        style = next(iter(fitting))
        if isinstance(style, NumberStyle):
            return None if words_only else fitting[style].column()
        names = [each.name for each in fitting if isinstance(each, DateStyle)]
        style = one_of(names, has_points(self._codes))
        return replace(fitting[DateStyle(style.name)].column(), date=style)

    def _code(self, word: str, line: int) -> int:
        code = self._codes.get(word)
        if code is None:
            if len(self._codes) >= MOST_WORDS and word not in self._missing:
                word = "" if is_missing(word) else OTHERS
            code = self._codes.setdefault(word, len(self._lines))
            if code == len(self._lines):
                self._lines.append(line)
        return code


Builder = NumberBuilder | WordBuilder


def _coded(cells: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """The different ones of these cells, and the code of each cell."""
    places = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
    return list(places), np.fromiter((places[cell] for cell in cells), np.intp, len(cells))


def _first_places(codes: NDArray[Any], wanted: list[int]) -> dict[int, int]:
    """Where each of the wanted codes comes first."""
    if len(wanted) <= FEW_WORDS:
        return {code: int(np.argmax(codes == code)) for code in wanted}
    used, first = np.unique(codes, return_index=True)
    return dict(zip(used.tolist(), first.tolist(), strict=True))


def fits_float32(values: NDArray[np.floating]) -> bool:
    """Whether float32 is precise enough: the numbers do not lie so far from 0 that what
    distinguishes them is lost, as it is of the seconds since 1970."""
    low = np.fmin.reduce(values, initial=np.nan)
    high = np.fmax.reduce(values, initial=np.nan)
    if np.isnan(low):
        return True
    largest = max(-low, high)
    if largest > LARGEST_SHORT:
        return False
    if low == high:
        return bool(np.float32(low) == low)
    return bool(largest <= FARTHEST * (high - low))
