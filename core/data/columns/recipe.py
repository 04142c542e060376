"""How columns become the inputs of a network: plain values that a saved model keeps.

The same recipe makes the inputs to train on and, later, those of another table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.columns.dated import dated
from core.data.columns.kinds import canonical, gap_codes
from core.data.tables.dates import DateStyle
from core.data.tables.table import Column, Fault

# The name of the category of missing words.
GAP = "missing"


@dataclass(frozen=True)
class Feature:
    """One column as inputs. `kind` is "number", "date", "class" or "yes/no".

    Numbers and dates give one input, with `flag` another that is 1 where the value is missing.
    `letters` is what K, M or B after a number was: "factor" or "unit", "" where there was none.
    Categories give an input each, or just one for the last of two.
    """

    column: str
    kind: str
    categories: tuple[str, ...] = ()
    date: str = ""
    flag: bool = False
    letters: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the inputs."""
        if not self.categories:
            flag = (f"{self.column} = {GAP}",) if self.flag else ()
            return (self.column, *flag)
        return tuple(f"{self.column} = {category}" for category in self.shown)

    @property
    def shown(self) -> tuple[str, ...]:
        """The categories that have an input: of two only the last one."""
        return self.categories[-1:] if len(self.categories) <= 2 else self.categories

    def inputs(self, column: Column, rows: NDArray | None = None) -> Iterator[NDArray]:
        """The inputs of shape (rows,), NaN where a number is missing."""
        if self.categories:
            codes = self._codes(column)
            codes = codes if rows is None else codes[rows]
            first = len(self.categories) - len(self.labels)
            yield from (codes == first + i for i in range(len(self.labels)))
            return
        values = self._numbers(column)
        values = values if rows is None else values[rows]
        yield values
        if self.flag:
            yield np.isnan(values)

    def unknown(self, column: Column) -> list[str]:
        """Words of a column that are not among the categories."""
        if not self.categories:
            return []
        missing = gap_codes(column) if column.categories is not None else set()
        words = [word for i, word in enumerate(_words(column)[0]) if i not in missing]
        return [word for word in words if self._category(word) not in self.categories]

    def fault(self, column: Column) -> Fault | None:
        """The cells of a column that are not the numbers or dates that are needed."""
        if self.date and column.categories is not None:
            return dated(column, DateStyle(self.date)).fault
        return None if self.categories else column.fault

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    def _numbers(self, column: Column) -> NDArray[np.floating]:
        if column.categories is None:
            return column.values  # pyright: ignore[reportReturnType]
        if not self.date:
            return np.full(len(column.values), np.nan)  # nothing but words for a missing number
        return dated(column, DateStyle(self.date)).values

    def _codes(self, column: Column) -> NDArray[np.int32]:
        words, index = _words(column)
        places = {category: i for i, category in enumerate(self.categories)}
        missing = gap_codes(column)
        gap = places.get(GAP, -1)
        table = [places.get(self._category(word), -1) for word in words]
        if column.categories is not None:
            table = [gap if i in missing else code for i, code in enumerate(table)]
        return np.array([*table, gap], np.int32)[index]

    def _category(self, word: str) -> str:
        return canonical(self.kind, word)


def _words(column: Column) -> tuple[Sequence[str], NDArray]:
    """The words of a column and the code of each row, −1 where it is empty; also of numbers."""
    if column.categories is not None:
        return column.categories, column.values
    values, index = np.unique(column.values, return_inverse=True)
    index = np.where(np.isnan(column.values), -1, index.reshape(-1))
    return [number_name(value) for value in values if not np.isnan(value)], index


def number_name(value: np.floating) -> str:
    """A number as the name of a class."""
    return f"{value:.{7 if value.dtype == np.float32 else 15}g}"


def feature_from_plain(plain: dict[str, Any]) -> Feature:
    """The feature that `Feature.to_plain` wrote. Raises TypeError, KeyError, ValueError."""
    return Feature(
        column=str(plain["column"]),
        kind=str(plain["kind"]),
        categories=tuple(map(str, plain["categories"])),
        date=str(plain["date"]),
        flag=bool(plain["flag"]),
        letters=str(plain.get("letters", "")),
    )
