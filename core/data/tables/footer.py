"""Rows below a table that are not data: totals, means and remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from core.base.translation import Message
from core.data.tables.table import Column

MOST_ROWS = 5
_TOTALS = re.compile(
    r"(grand |sub)?totals?|sum|sums|average|avg\.?|mean|median|min|max|minimum|maximum|count|"
    r"gesamt|summe|mittelwert|somme|totaux|moyenne|suma|media|합계|총계|평균|소계|合計|平均|合计|总计",
    re.IGNORECASE,
)


def without_footer(columns: Sequence[Column]) -> tuple[tuple[Column, ...], list[str]]:
    """The columns without rows of totals or remarks at their end, and what was left out."""
    columns, notes = tuple(columns), []
    for _ in range(MOST_ROWS):
        rows = len(columns[0].values)
        told = _told_in_last_row(columns) if rows > 2 and len(columns) > 1 else ""
        if not told:
            break
        columns = tuple(_shortened(column, told) for column in columns)
        notes.append(Message("the last row left out: {text!r}", text=told[:60]))
    return columns, notes


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row of cells begins like one of totals."""
    first = next((cell.strip(" :.") for cell in cells if cell.strip()), "")
    return bool(_TOTALS.fullmatch(first))


def _told_in_last_row(columns: Sequence[Column]) -> str:
    """The text of the last row, if it is not a row of data."""
    words = list(_last_words(columns))
    filled = len(words) + sum(
        column.categories is None and not np.isnan(column.values[-1]) for column in columns
    )
    for i, word in words:
        alone = filled == 1 and i == 0 and len(columns) > 2 and _never_empty(columns[1:])
        total = _TOTALS.fullmatch(word.strip(" :.")) and filled > 1
        if (total and (i == 0 or filled > len(columns) // 2)) or (alone and len(word) > 1):
            return word
    return ""


def _last_words(columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """The words of the last row that occur nowhere else, with their columns."""
    for i, column in enumerate(columns):
        code = column.values[-1]
        if column.categories is not None:
            if code >= 0 and np.count_nonzero(column.values == code) == 1:
                yield i, column.categories[int(code)]
        elif np.isnan(code) and column.fault is not None and column.fault.times == 1:
            yield i, column.fault.cell


def _never_empty(columns: Sequence[Column]) -> bool:
    return not any(column.missing[:-1].all() for column in columns)


def _shortened(column: Column, told: str) -> Column:
    values = column.values[:-1]
    if column.categories is None:
        gone = column.fault is not None and column.fault.cell == told
        return replace(column, values=values, fault=None if gone else column.fault)
    code = int(column.values[-1])
    if code < 0 or np.count_nonzero(values == code):
        return replace(column, values=values)
    names = column.categories[:code] + column.categories[code + 1 :]
    lines = column.lines[:code] + column.lines[code + 1 :]
    return replace(
        column, values=np.where(values > code, values - 1, values), categories=names, lines=lines
    )
