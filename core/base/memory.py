"""Returning memory that the process no longer needs to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Return the memory that the allocator keeps after large, short-lived arrays: with the GNU C
    library about 20 MiB after a large table or in a window that has shown every page. Does nothing
    with other C libraries."""
    # OSError: no C library found; AttributeError: not the GNU one; TypeError: on Windows.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
