"""Numbers that stand for a missing value, such as -999: a warning, since they may be real."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.columns.kinds import Mask
from core.data.tables.table import Column

# A mark is repeated; with fewer other numbers it may be a code. More rows need not be looked at.
FEWEST_TIMES, FEWEST_OTHERS, MOST_ROWS = 3, 10, 20_000


def missing_mark(column: Column, rows: Mask | None) -> str:
    """The warning about a number that seems to mark missing values; "" where there is none.

    That is a repeated whole number of nines farther from all others than these are from each other
    (-999, 9999), or the only negative number, repeated, of a column.
    """
    if column.categories is not None or column.fault or column.date:
        return ""
    values = column.values if rows is None else column.values[rows]
    values = values[:: -(-len(values) // MOST_ROWS) or 1]
    values = values[~np.isnan(values)]
    if not len(values):
        return ""
    for mark in (values.min(), values.max()):
        times, others = int((values == mark).sum()), values[values != mark]
        if times >= FEWEST_TIMES and _stands_out(float(mark), others):
            return Message(
                "{mark:.0f} occurs {times:,} times and looks like a mark of missing values; if it "
                "is one, add it to the gap words",
                mark=float(mark),
                times=times,
            )
    return ""


def _stands_out(mark: float, others: NDArray) -> bool:
    if len(np.unique(others)) < FEWEST_OTHERS or mark != round(mark):
        return False
    low, high = float(others.min()), float(others.max())
    nines = re.fullmatch("-?99+", f"{mark:.0f}") is not None
    return mark < 0 <= low or (nines and max(low - mark, mark - high) > high - low)
