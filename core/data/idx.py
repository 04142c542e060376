"""IDX files, the format of MNIST and similar data sets: arrays of numbers with a short header.

The header is two zero bytes, the type, the number of dimensions, and each dimension as a
big-endian 32-bit number; the numbers follow, big-endian too. The file may be gzipped.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.base.translation import Message
from core.data.refusal import reading, refuse

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"
LARGEST = 2 * 1024**3
PIECE = 2**24
MOST_DIMENSIONS = 4


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, gzipped or not, in native byte order.

    Raises `DataError` for anything but a complete file.
    """
    with reading(path), open(path, "rb") as file:
        zipped = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not zipped:
            return _read(file, path)
        try:
            with gzip.open(file) as unzipped:
                return _read(unzipped, path)  # type: ignore[arg-type]
        except EOFError:
            refuse(path, Message("the compressed file ends too early; copy or download it again"))
        except (gzip.BadGzipFile, zlib.error) as error:
            refuse(
                path,
                Message(
                    "the compressed file is damaged ({error}); copy or download it again",
                    error=str(error),
                ),
            )


def read_pictures(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, rows, columns) and labels (n,), both uint8, of two files that belong together.

    Raises `DataError`.
    """
    pictures, classes = read_idx(images), read_idx(labels)
    if pictures.ndim != 3 or pictures.dtype != np.uint8:
        refuse(
            images,
            Message(
                "holds {described}, not pictures; are two files exchanged?",
                described=_described(pictures),
            ),
        )
    if classes.ndim != 1 or classes.dtype != np.uint8:
        refuse(
            labels,
            Message(
                "holds {described}, not labels; are two files exchanged?",
                described=_described(classes),
            ),
        )
    if len(pictures) != len(classes):
        refuse(
            labels,
            Message(
                "has {classes:,} labels for the {pictures:,} pictures of {images}",
                classes=len(classes),
                pictures=len(pictures),
                images=images,
            ),
        )
    if not pictures.size:
        refuse(images, Message("holds no picture"))
    return pictures, classes


def _read(file: BinaryIO, path: Path) -> np.ndarray:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in TYPES:
        refuse(path, Message("is not an IDX file: it does not start as one"))
    dtype, dimensions = np.dtype(TYPES[head[2]]), head[3]
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        refuse(
            path,
            Message(
                "is not an IDX file this reads: it claims {dimensions} dimensions",
                dimensions=dimensions,
            ),
        )
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        refuse(path, Message("ends within its header; copy or download it again"))
    shape = struct.unpack(f">{dimensions}I", sizes)
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > LARGEST:
        refuse(
            path,
            Message(
                "claims {wanted:.1f} GB of numbers; more than 2 GB is not read", wanted=wanted / 1e9
            ),
        )
    content = _read_bytes(file, wanted)
    if len(content) < wanted:
        refuse(
            path,
            Message(
                "ends too early: {content:,} of {wanted:,} bytes; copy or download it again",
                content=len(content),
                wanted=wanted,
            ),
        )
    if file.read(1):
        refuse(path, Message("goes on behind its last number; copy or download it again"))
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _read_bytes(file: BinaryIO, wanted: int) -> bytearray:
    """At most `wanted` bytes; memory is taken only for those that are there."""
    content = bytearray()
    while len(content) < wanted and (piece := file.read(min(PIECE, wanted - len(content)))):
        content += piece
    return content


def _described(array: np.ndarray) -> str:
    return Message(
        "numbers of shape {shape} ({dtype})",
        shape=" × ".join(map(str, array.shape)),
        dtype=array.dtype,
    )
