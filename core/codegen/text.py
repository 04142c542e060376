"""Small pieces of Python text, laid out as `ruff format` lays them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

WIDTH = 88
# What a script imports where its text says so: standard library, libraries.
IMPORTS = (
    ("bz2", "import bz2"),
    ("copy", "import copy"),
    ("csv", "import csv"),
    ("gzip", "import gzip"),
    ("itertools", "import itertools"),
    ("lzma", "import lzma"),
    ("math", "import math"),
    ("zlib", "import zlib"),
    ("datetime", "from datetime import datetime"),
    ("Path", "from pathlib import Path"),
)
LIBRARIES = (
    ("keras", "import keras"),
    ("np", "import numpy as np"),
    ("torch", "import torch"),
    ("F", "import torch.nn.functional as F"),
    ("nn", "from torch import nn"),
    ("ops", "from keras import ops"),
)


def filled(text: str, entry: Any, **more: Any) -> str:
    """A text with an entry's settings, and `more`, in the place of their names in braces."""
    names = {item.name: repr(getattr(entry, item.name)) for item in fields(entry)}
    return text.format(**{**names, **{name: str(value) for name, value in more.items()}})


@dataclass(frozen=True)
class Bracketed:
    """A call, list or dictionary: what stands before the brackets, these, and what is in them."""

    name: str
    brackets: str
    parts: tuple[str | Bracketed, ...]

    def __str__(self) -> str:
        return f"{self.name}{self.brackets[0]}{', '.join(map(str, self.parts))}{self.brackets[1]}"

    def text(self, indent: int, before: int = 0) -> str:
        """In one line where it fits, else one part a line; it begins `before` characters after
        `indent`, and a comma may follow."""
        line = str(self)
        if indent + before + len(line) < WIDTH:
            return line
        space = " " * indent
        texts = (part if isinstance(part, str) else part.text(indent + 4) for part in self.parts)
        inside = "".join(f"{space}    {text},\n" for text in texts)
        return f"{self.name}{self.brackets[0]}\n{inside}{space}{self.brackets[1]}"


def call(function: str, arguments: Sequence[str], indent: int, before: int = 0) -> str:
    """A call as text, in as many lines as it needs."""
    return Bracketed(function, "()", tuple(arguments)).text(indent, before)


def string(text: str) -> str:
    """A string literal in double quotes, or in single ones where they save a backslash."""
    literal = repr(text)
    if literal[0] == '"' or text.count('"') > text.count("'"):
        return literal
    inside = literal[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inside}"'


def comment(text: str) -> str:
    """A text that can stand in a comment or a docstring: nothing in it ends one."""
    printable = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return printable.replace("\\", "/").replace('"', "'")


def imports(body: str) -> str:
    """The imports that the text of a script needs."""

    def used(group: tuple[tuple[str, str], ...]) -> str:
        return "\n".join(line for word, line in group if re.search(rf"(?<![.\w]){word}[.(]", body))

    return f"{used(IMPORTS)}\n\n{used(LIBRARIES)}"
