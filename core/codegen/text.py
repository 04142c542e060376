"""Small pieces of Python text, laid out as `ruff format` lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

WIDTH = 88


def filled(text: str, entry: Any, **more: Any) -> str:
    """A text with an entry's settings, and `more`, in the place of their names in braces."""
    names = {item.name: repr(getattr(entry, item.name)) for item in fields(entry)}
    return text.format(**{**names, **{name: str(value) for name, value in more.items()}})


def call(function: str, arguments: Sequence[str], indent: int, before: int = 0) -> str:
    """A call that begins `before` characters after `indent`: in one line where it fits, else one
    argument a line."""
    line = f"{function}({', '.join(arguments)})"
    if indent + before + len(line) <= WIDTH:
        return line
    space = " " * indent
    inside = "".join(f"{space}    {argument},\n" for argument in arguments)
    return f"{function}(\n{inside}{space})"
