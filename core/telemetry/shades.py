"""Images in few bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FULL = 127


def quantised(pictures: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Signed images (n, …) as int8, and the value of the full shade, (n,)."""
    flat = pictures.reshape(len(pictures), -1)
    reach = np.abs(flat).max(axis=1, initial=0)
    scale = FULL / np.where(reach > 0, reach, 1)
    shades = np.rint(flat * scale[:, None]).astype(np.int8)
    return shades.reshape(pictures.shape), reach.astype(np.float32)


def shrunk(pictures: NDArray[np.floating], most: int) -> NDArray[np.floating]:
    """Images (n, rows, columns) averaged over blocks until neither side exceeds `most`."""
    n, rows, columns = pictures.shape
    block = -(-max(rows, columns) // most)
    if block == 1:
        return pictures
    # Whole blocks only: less than a block at the far edges is left out.
    high, wide = max(rows // block, 1), max(columns // block, 1)
    tall, broad = min(block, rows), min(block, columns)
    part = pictures[:, : high * tall, : wide * broad]
    return part.reshape(n, high, tall, wide, broad).mean(axis=(2, 4))
