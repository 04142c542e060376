"""Text in columns of a terminal, where East Asian characters are twice as wide as others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

WIDE = ("W", "F")


def width(text: str) -> int:
    """The number of a terminal's columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in WIDE else 1 for letter in text)


def left(text: str, columns: int) -> str:
    """The text with spaces behind it."""
    return text + " " * (columns - width(text))


def right(text: str, columns: int) -> str:
    """The text with spaces before it."""
    return " " * (columns - width(text)) + text


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """The width of each column of a table; all rows have the same number of cells."""
    return [max(map(width, cells)) for cells in zip(*rows, strict=True)]


def listed(items: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lines of a name and a description each, the descriptions below each other."""
    widest = max((width(name) for name, _ in items), default=0)
    return (f"{left(name, widest)}  {text}" for name, text in items)
