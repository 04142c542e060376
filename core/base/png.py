"""PNG images with embedded text, such as the experiment they show. Pillow does the encoding."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# An experiment with many drawn points is longer than the megabyte that Pillow allows.
LARGEST_TEXT = 5_000_000
# Text after the pixels is read only if the image is small enough to be decoded.
MOST_PIXELS = 100_000_000
# Shorter text stays readable in the file.
COMPRESSED_FROM = 200
# Larger levels save a few percent and take several times as long.
COMPRESSION = 3


def write_png(
    pixels: NDArray[np.uint8], text: Mapping[str, str] | None = None, dots_per_inch: float = 96.0
) -> bytes:
    """An image as the bytes of a PNG file.

    `pixels` is (height, width, 3) for RGB or (height, width, 4) for RGBA. `text` is written as
    iTXt chunks, in UTF-8, by keyword (Latin-1, at most 79 characters).
    """
    from PIL import Image, PngImagePlugin

    chunks = PngImagePlugin.PngInfo()
    for keyword, value in (text or {}).items():
        chunks.add_itxt(keyword, value, zip=len(value) > COMPRESSED_FROM)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer,
        "PNG",
        pnginfo=chunks,
        dpi=(dots_per_inch, dots_per_inch),
        compress_level=COMPRESSION,
    )
    return buffer.getvalue()


def text_in_png(data: bytes, keyword: str) -> str | None:
    """The text stored under `keyword` in a tEXt, zTXt or iTXt chunk; None if there is none or the
    file is damaged."""
    from PIL import PngImagePlugin

    PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_TEXT
    try:
        # Not Image.open: it refuses large images, though the pixels need not be decoded here.
        with PngImagePlugin.PngImageFile(io.BytesIO(data)) as picture:
            if keyword not in picture.info and picture.width * picture.height <= MOST_PIXELS:
                picture.load()
            found = picture.info.get(keyword)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error):
        return None
    return str(found) if isinstance(found, str) else None
