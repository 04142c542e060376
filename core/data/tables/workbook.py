"""Excel workbooks (.xlsx), a sheet as rows of text."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from core.base.translation import Message
from core.data.refusal import refuse
from core.data.tables.extras import needed
from core.data.tables.source import unpacking
from core.data.tables.table import Layout

Row = tuple[int, list[str]]


def first_rows(path: Path, sheet: str, most: int) -> tuple[list[Row], tuple[str, ...], list[str]]:
    """The first rows of a sheet (the first one with any if none is named), the names of all, and
    notes about the choice. Raises `DataError`."""
    with _opened(path) as book:
        sheets = tuple(book.sheetnames)
        if sheet and sheet not in sheets:
            refuse(
                path,
                Message(
                    "has no sheet {sheet!r} (sheets: {sheets})",
                    sheet=sheet,
                    sheets=", ".join(sheets[:20]),
                ),
            )
        for name in [sheet] if sheet else sheets:
            rows = list(islice(_rows(book[name]), most))
            if rows:
                others = [each for each in sheets if each != name]
                note = (
                    Message("sheet {name!r} of {count}", name=name, count=len(sheets))
                    if others
                    else ""
                )
                return rows, sheets, [note] if note else []
    refuse(path, Message("is empty; choose a workbook with rows of data"))


def all_rows(layout: Layout, progress: Callable[[float], None]) -> Iterator[Row]:
    """Every row of data of the sheet that the layout was found in."""
    with _opened(layout.path) as book:
        names = [layout.options.sheet] if layout.options.sheet else book.sheetnames
        for name in names:
            sheet = book[name]
            size = max(1, sheet.max_row or 1)
            found = False
            for line, row in _rows(sheet):
                found = True
                if line % 500 == 0:
                    progress(min(1.0, line / size))
                if line > layout.skip:
                    yield line, row
            if found:
                return


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    openpyxl = needed("openpyxl", Message("Opening Excel files"))
    # As an open file, since openpyxl refuses a path with another ending.
    with unpacking(path), open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except OSError:
            raise
        except Exception as error:  # a damaged file can raise anything in the reader
            refuse(
                path,
                Message(
                    "is damaged: it is no whole Excel workbook ({error}); save it again",
                    error=str(error),
                ),
            )
        try:
            yield book
        finally:
            book.close()


def _rows(sheet: Any) -> Iterator[Row]:
    if not hasattr(sheet, "iter_rows"):
        return  # a sheet that is a chart
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        row = [cell_text(cell) for cell in cells]
        if any(row):
            yield line, row


def cell_text(value: object) -> str:
    """A cell of a workbook as the text that a table would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
