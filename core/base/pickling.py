"""Pickles whose small arrays take little memory once they are read."""

from __future__ import annotations

import copyreg
import io
import pickle
from typing import Any

import numpy as np

# Of larger arrays one copy less is made.
LARGE_ARRAY = 1 << 16


def _reduced(array: np.ndarray) -> Any:
    return array.__reduce_ex__(pickle.HIGHEST_PROTOCOL if array.nbytes >= LARGE_ARRAY else 4)


class Pickler(pickle.Pickler):
    """Small arrays are written as in protocol 4: one of protocol 5 keeps the buffer that it was
    read from, and a view of it, which take 600 bytes more."""

    dispatch_table = copyreg.dispatch_table | {np.ndarray: _reduced}

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)


def dumps(value: Any) -> bytes:
    """A value as a pickle, for `pickle.loads`."""
    file = io.BytesIO()
    Pickler(file).dump(value)
    return file.getvalue()
