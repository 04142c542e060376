"""Whole rows of text, block by block, in UTF-8 whatever the file is in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO, NamedTuple, NoReturn

import numpy as np

from core.base.translation import Message
from core.data.refusal import refuse
from core.data.tables.rows import LONGEST_LINE
from core.data.tables.source import is_utf8
from core.data.tables.table import Layout

BLOCK_BYTES = 1 << 22
# After this many steps back from the end, a block is taken to contain no end of a row.
MOST_TRIES = 100


class OtherEncoding(Exception):
    """The text is not in the encoding that its beginning suggests."""

    def __init__(self, data: bytes, line: int) -> None:
        super().__init__()
        self.data, self.line = data, line


class Block(NamedTuple):
    """Whole rows of text in UTF-8, how many lines they are, and how many came before."""

    data: bytes
    lines: int
    before: int


def count(data: bytes, character: str) -> int:
    """How often an ASCII character occurs; faster than `bytes.count` for frequent ones."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(character)))


def in_utf8(stream: IO[bytes], layout: Layout) -> Iterator[bytes]:
    """Pieces of the file in UTF-8, of whole lines mostly.

    Raises `OtherEncoding` with the line of the piece.
    """
    encoding = layout.encoding
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while data := stream.read(BLOCK_BYTES):
        data += stream.readline(BLOCK_BYTES)
        try:
            # ASCII is nearly always all there is, and is UTF-8 already.
            if data.isascii() and encoding not in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
                text = decoder.decode(b"")
                yield text.encode() + data if not first else decoder.decode(data).encode()
            else:
                yield decoder.decode(data).encode()
        except UnicodeError:
            raise OtherEncoding(data, 1 + _lines_before_fault(data)) from None
        first = False
    try:
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise OtherEncoding(b"", 1) from None


def _lines_before_fault(data: bytes) -> int:
    for number, line in enumerate(data.split(b"\n")):
        if not is_utf8(line, True):
            return number
    return 0


def blocks(pieces: Iterator[bytes], layout: Layout) -> Iterator[Block]:
    """Whole rows of text: a row that a quotation mark leaves open continues on the next line.

    Raises `OtherEncoding` with the line of the file.
    """
    quote = layout.dialect.quote.encode()
    rest, before, skip = b"", 0, layout.skip
    try:
        for piece in pieces:
            data = _with_line_feeds(rest + piece)
            while skip and b"\n" in data:
                data, skip, before = data[data.index(b"\n") + 1 :], skip - 1, before + 1
            end = _end_of_rows(data, quote)
            if not end or skip:
                if len(data) > LONGEST_LINE + BLOCK_BYTES:
                    _refuse_line(layout, before, data)
                rest = data
                continue
            lines = count(data[:end], "\n")
            yield Block(data[:end], lines, before)
            before += lines
            rest = data[end:]
    except OtherEncoding as other:
        raise OtherEncoding(other.data, before + count(rest, "\n") + other.line) from None
    rest = rest.replace(b"\r", b"\n")
    if rest and not skip:
        lines = count(rest, "\n") + (not rest.endswith(b"\n"))
        yield Block(rest, lines, before)


def _with_line_feeds(data: bytes) -> bytes:
    """The text with all its line ends as line feeds, but the last one, which may be cut in two."""
    if b"\r" not in data:
        return data
    held = b"\r" if data.endswith(b"\r") else b""
    return data[: len(data) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + held


def _end_of_rows(data: bytes, quote: bytes) -> int:
    """Where the last whole row ends, 0 where none does."""
    end = data.rfind(b"\n") + 1
    tries = 0
    while end and quote in data and data.count(quote, 0, end) % 2:
        # The last line with an odd number of marks opens a cell that continues.
        end = data.rfind(b"\n", 0, data.rfind(quote, 0, end)) + 1
        tries += 1
        if tries > MOST_TRIES:
            return 0
    return end


def _refuse_line(layout: Layout, before: int, data: bytes) -> NoReturn:
    line = before + 1
    if b"\n" not in data[:LONGEST_LINE]:
        refuse(
            layout.path,
            Message(
                "line {line} has over {count:,} characters; is this a table?",
                line=line,
                count=LONGEST_LINE,
            ),
        )
    refuse(
        layout.path,
        Message(
            "is damaged behind line {line}: a quotation mark is never closed; close or remove it",
            line=line,
        ),
    )
