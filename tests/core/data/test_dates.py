"""Dates in ISO 8601 are read the fast way, with the result of the pattern of their style."""

from datetime import datetime

from hypothesis import example, given
from hypothesis import strategies as st

from core.data.tables.dates import _PATTERNS, ISO, DateStyle, _days

FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


@st.composite
def nearly_iso(draw) -> str:
    """A date in ISO 8601 in which up to two characters are others."""
    day = draw(st.datetimes(min_value=datetime(1000, 1, 1)))
    cell = list(day.strftime(draw(st.sampled_from(FORMS))))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(cell) - 1))
        cell[place] = draw(st.sampled_from("0123456789-:/. ,TWZ+٣"))
    return "".join(cell)


@given(nearly_iso())
@example("2024-02-29T23:59:59")
@example("2023-02-29")
@example("2024-03-01 24:00")
@example("2024-03-01 12.30")
def test_it_is_what_the_pattern_finds(cell):
    found = _PATTERNS[ISO].fullmatch(cell.strip())
    assert DateStyle(ISO).parse(cell) == (_days(found) if found else None)
