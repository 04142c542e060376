"""What the user decides about the columns of a table, as plain text settings hold it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.base.translation import Message
from core.data.columns.targets import Purpose

Missing = Literal["fill", "drop"]
KINDS = ("number", "class", "date", "text")
GAPS = ("fill", "drop")


@dataclass(frozen=True)
class Choices:
    """The target (the last column if empty), the task, and which columns are used in which way.

    With `inputs` only these columns are used; `exclude` leaves some out. `kinds` override the
    detected kind of a column, `gaps` override `missing`.
    """

    target: str = ""
    purpose: Purpose = "auto"
    missing: Missing = "fill"
    inputs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)


def names_in(text: str) -> tuple[str, ...]:
    """Names separated by commas, in quotation marks where they contain one."""
    if not text.strip():
        return ()
    (row,) = csv.reader([text.replace("\n", " ")], skipinitialspace=True)
    return tuple(name.strip() for name in row if name.strip())


def as_names(names: Iterable[str]) -> str:
    """The text that `names_in` reads."""
    return ", ".join(_quoted(name) for name in names)


def pairs_in(text: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """`column=choice` separated by commas. Raises ValueError."""
    pairs: dict[str, str] = {}
    for item in names_in(text):
        name, equals, choice = item.rpartition("=")
        if not equals or choice.strip() not in allowed:
            raise ValueError(
                Message(
                    "{item!r} must be COLUMN=CHOICE with one of {allowed}",
                    item=item,
                    allowed=", ".join(allowed),
                )
            )
        pairs[name.strip()] = choice.strip()
    return pairs


def as_pairs(pairs: Mapping[str, str]) -> str:
    """The text that `pairs_in` reads."""
    return as_names(f"{name}={choice}" for name, choice in pairs.items())


def _quoted(name: str) -> str:
    if '"' in name or "," in name or name != name.strip():
        return '"' + name.replace('"', '""') + '"'
    return name
