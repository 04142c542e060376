"""Reading the text that a PNG picture carries (PNG specification, tEXt, zTXt and iTXt chunks)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# A text larger than this is not one of ours.
LARGEST_TEXT = 50_000_000


def text_in_png(data: bytes, keyword: str) -> str | None:
    """The text filed under `keyword`; None where there is none or the file is broken."""
    wanted = keyword.encode("latin-1")
    for kind, body in _chunks(data):
        found, _, rest = body.partition(b"\0")
        if found != wanted:
            continue
        try:
            return _decoded(kind, rest)
        except (zlib.error, UnicodeDecodeError, IndexError, ValueError):
            return None
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and body of every text chunk."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield kind, body
        at += 12 + length


def _decoded(kind: bytes, rest: bytes) -> str:
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        return _inflated(rest[1:]).decode("latin-1")
    compressed = rest[0] == 1
    _language, _translated, text = rest[2:].split(b"\0", 2)
    return (_inflated(text) if compressed else text).decode("utf-8")


def _inflated(data: bytes) -> bytes:
    engine = zlib.decompressobj()
    text = engine.decompress(data, LARGEST_TEXT)
    if engine.unconsumed_tail:
        raise ValueError("too large")
    return text
