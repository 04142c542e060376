"""Columns of dates and times, which become numbers: days since 1970-01-01, hours of the day."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
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
# More different cells than this are not needed to see what order day and month have.
_LOOKED_AT = 2000


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
        if is_missing(cell):
            return math.nan
        if self.name == "time":
            found = _CLOCK.fullmatch(cell)
            return None if found is None else _hours(found)
        found = _PATTERNS[self.name].fullmatch(cell)
        return None if found is None else _days(found)


def date_style_of(cells: Iterable[str]) -> DateStyle | None:
    """The style in which all cells that are not missing are dates, if there is one."""
    known = [cell for cell in list(cells)[:_LOOKED_AT] if not is_missing(cell)]
    if not known:
        return None
    fitting = [
        name
        for name in ("time", *_PATTERNS)
        if all(DateStyle(name).parse(cell) is not None for cell in known)
    ]
    if not fitting:
        return None
    # With points the day comes first everywhere; with slashes more tables put the month first.
    if {"day-month-year", "month-day-year"} <= set(fitting):
        month_first = not any("." in cell for cell in known)
        return DateStyle("month-day-year" if month_first else "day-month-year", month_first)
    return DateStyle(fitting[0])


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
