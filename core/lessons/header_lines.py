"""Where in a TOML header a key is, for messages: tomllib gives no lines."""

from __future__ import annotations

import re

TABLE = re.compile(r"\s*(\[\[?)\s*([\w.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"\s*([\w\-\"']+(?:\s*\.\s*[\w\-\"']+)*)\s*=")
MULTILINE = re.compile(r"\"\"\"|'''")


def key_lines(text: str, first: int) -> dict[str, int]:
    """The line of every table and key, by paths such as "question[0].answer". The text begins at
    line `first` of its file."""
    finder = _Finder()
    for number, line in enumerate(text.splitlines(), first):
        finder.take(line, number)
    return finder.lines


def line_of(path: str, lines: dict[str, int], default: int) -> int:
    """The line of a path, or of the nearest one above it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return default


class _Finder:
    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self._table = ""
        self._counts: dict[str, int] = {}
        self._quote = ""
        self._depth = 0

    def take(self, line: str, number: int) -> None:
        if self._quote:
            self._skip_text(line)
        elif self._depth:
            self._depth += _brackets(line)
        elif match := TABLE.match(line):
            self._begin(_clean(match[2]), match[1] == "[[")
            self.lines.setdefault(self._table, number)
        elif match := KEY.match(line):
            key = _clean(match[1])
            path = f"{self._table}.{key}" if self._table else key
            self.lines.setdefault(path, number)
            value = line[match.end() :]
            self._skip_text(value)
            if not self._quote:
                self._depth = max(0, _brackets(value))

    def _begin(self, name: str, is_item: bool) -> None:
        head, _, rest = name.partition(".")
        if is_item:
            self._counts[name] = self._counts.get(name, -1) + 1
            self._table = f"{name}[{self._counts[name]}]"
        elif head in self._counts:
            self._table = f"{head}[{self._counts[head]}].{rest}"
        else:
            self._table = name

    def _skip_text(self, line: str) -> None:
        """Follow text in three quotes across lines."""
        for mark in MULTILINE.findall(line):
            self._quote = "" if self._quote == mark else self._quote or mark


def _clean(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _brackets(line: str) -> int:
    """How many brackets a line opens and does not close, outside of quotes and comments."""
    bare = re.sub(r"\"(\\.|[^\"\\])*\"|'[^']*'", "", line).partition("#")[0]
    return sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
