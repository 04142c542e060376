"""Columns of dates and times, which become numbers: days since 1970-01-01, hours of the day."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from core.base.translation import Message
from core.data.tables.numbers import is_missing

_TIME = (
    r"(?:[T ,]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_ZONE = r"(?:\s*(?:Z|UTC|GMT|(?P<zone>[+-]\d{2}):?(?P<zone_m>\d{2})?))?"
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_SHAPES = {
    "year-month-day": r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})\.?",
    "day-month-year": r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})",
    "month-day-year": r"(?P<m>\d{1,2})([-/.])(?P<d>\d{1,2})\2(?P<y>\d{4}|\d{2})",
    "day month year": rf"(?P<d>\d{{1,2}})[ -]{_WORD}[ ,-]+(?P<y>\d{{4}}|\d{{2}})",
    "month day, year": rf"{_WORD} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
    "year-month": r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
    "year년 month월 day일": r"(?P<y>\d{4})년\s*(?P<m>\d{1,2})월\s*(?P<d>\d{1,2})일",
}
# The names of the styles, for translation.
LABELS = (
    Message("time"),
    Message("year-month-day"),
    Message("day-month-year"),
    Message("month-day-year"),
    Message("day month year"),
    Message("month day, year"),
    Message("year-month"),
    Message("year년 month월 day일"),
)
_PATTERNS = {name: re.compile(shape + _TIME + _ZONE) for name, shape in _SHAPES.items()}
_CLOCK = re.compile(
    r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d+)?))?\s*(?P<half>[AaPp][Mm])?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STYLES = ("time", *_PATTERNS)
ISO = "year-month-day"
# Of "2024-03-01", "2024-03-01 12:30" and "2024-03-01 12:30:05".
_ISO_LENGTHS = {10, 16, 19}
_ISO_SEPARATORS = {"--", "-- :", "--T:", "-- ::", "--T::"}
# So many cells are enough to rule out a style that fits fewer than half of them.
_SAMPLE = 200
# A column with this many different dates is one of dates although at most this share of its cells
# are none: they are errors, and their place is reported.
MANY_DATES, FEW_FAULTS = 10, 0.2


class DateStyle(NamedTuple):
    """How a column writes dates; `unclear` where day and month could also be the other way."""

    name: str
    unclear: bool = False

    @property
    def unit(self) -> Message:
        time = self.name == "time"
        return Message("hours of the day") if time else Message("days since 1970-01-01")

    @property
    def label(self) -> Message:
        """The name as a text for the user."""
        return Message(self.name)

    def parse(self, cell: str) -> float | None:
        """Days since 1970-01-01 (or hours), NaN where missing, None where it is anything else."""
        cell = cell.strip()
        if self.name == ISO and (days := _iso_days(cell)) is not None:
            return days
        if is_missing(cell):
            return math.nan
        if self.name == "time":
            found = _CLOCK.fullmatch(cell)
            return None if found is None else _hours(found)
        found = _PATTERNS[self.name].fullmatch(cell)
        return None if found is None else _days(found)


def date_style_of(counts: Mapping[str, int]) -> DateStyle | None:
    """The style of a column in which each cell occurs so often, None where it holds no dates.

    It fits every cell that is not missing, or all but a few of many.
    """
    known = {cell: count for cell, count in counts.items() if not is_missing(cell)}
    faults: dict[str, int] = {}
    for style in likely_styles(list(known)):
        bad = [cell for cell in known if style.parse(cell) is None]
        share = sum(known[cell] for cell in bad) / sum(known.values())
        if not bad or (share <= FEW_FAULTS and len(known) - len(bad) >= MANY_DATES):
            faults[style.name] = len(bad)
    fitting = [name for name in faults if faults[name] == min(faults.values())]
    return one_of(fitting, has_points(known)) if fitting else None


def likely_styles(cells: Sequence[str]) -> list[DateStyle]:
    """The styles in which at least half of a sample of these cells are dates."""
    sample = [cell for cell in cells[:: max(1, len(cells) // _SAMPLE)] if not is_missing(cell)]
    if not sample:
        return []
    styles = map(DateStyle, STYLES)
    return [
        style
        for style in styles
        if 2 * sum(style.parse(cell) is not None for cell in sample) >= len(sample)
    ]


def one_of(fitting: Sequence[str], points: bool) -> DateStyle:
    """The style to choose of those that fit equally; `points` separate day and month."""
    # With points the day comes first everywhere; with slashes more tables put the month first.
    if {"day-month-year", "month-day-year"} <= set(fitting):
        return DateStyle("day-month-year" if points else "month-day-year", not points)
    return DateStyle(fitting[0])


def has_points(cells: Iterable[str]) -> bool:
    """Whether points separate day and month: they stand before the time, if there is one."""
    return any("." in cell.strip()[:3] for cell in cells)


def _hours(found: re.Match[str]) -> float | None:
    hour, minute = int(found["H"]), int(found["M"])
    second = float((found["S"] or "0").replace(",", "."))
    if half := found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 24 or minute > 59 or second >= 61:
        return None
    return hour + minute / 60 + second / 3600


def _iso_days(cell: str) -> float | None:
    """What the pattern finds, but several times as fast, in a date or time as ISO 8601 writes it,
    without fraction and zone; None for anything else."""
    if len(cell) not in _ISO_LENGTHS or cell[4:17:3] not in _ISO_SEPARATORS:
        return None
    try:
        read = datetime.fromisoformat(cell)
    except ValueError:
        return None
    hours = read.hour + read.minute / 60 + read.second / 3600
    return read.toordinal() - _EPOCH.toordinal() + hours / 24


def _days(found: re.Match[str]) -> float | None:
    parts = found.groupdict()
    month = _month(parts)
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 1900 if year > 68 else 2000
    hours = _hours(found) if parts["H"] else 0.0
    if month is None or hours is None:
        return None
    try:
        day = datetime(year, month, int(parts.get("d") or 1), tzinfo=UTC)
    except ValueError:
        return None
    if parts["zone"]:
        offset = int(parts["zone"]) + math.copysign(
            int(parts["zone_m"] or 0) / 60, int(parts["zone"])
        )
        hours -= offset
    return (day - _EPOCH).days + hours / 24


def _month(parts: dict[str, str | None]) -> int | None:
    if word := parts.get("word"):
        start = word[:3].lower()
        return _MONTHS.index(start) + 1 if start in _MONTHS else None
    return int(parts["m"] or 0)
