"""Columns of words that are dates, as numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.tables.dates import DateStyle
from core.data.tables.table import Column, Fault


def dated(column: Column, style: DateStyle, rows: NDArray | None = None) -> Column:
    """A column of words as numbers in these rows (None: in all): days since 1970-01-01 or hours,
    NaN where the cell is missing or no date in this style, which is the column's fault."""
    words = column.categories or ()
    values = column.values if rows is None else column.values[rows]
    read = [style.parse(word) for word in words]
    # The code −1 finds the NaN at the end.
    table = np.array([*(np.nan if value is None else value for value in read), np.nan])
    bad = [code for code, value in enumerate(read) if value is None]
    fault = _fault(column, values, bad) if bad else None
    return Column(column.name, table[values], fault=fault, date=style)


def _fault(column: Column, values: NDArray, bad: list[int]) -> Fault | None:
    found = values[np.isin(values, bad)]
    if not len(found):
        return None
    word = (column.categories or ())[int(found[0])]
    return Fault(column.lines[int(found[0])] if column.lines else 0, word, len(found))
