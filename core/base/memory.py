"""Returning memory that the process no longer needs to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

# Of malloc.h: from which size on a block is a mapping of its own, and the number of heaps between
# which threads are distributed.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BYTES = 1 << 16


def give_back() -> None:
    """Return the memory that the allocator keeps after large, short-lived arrays: with the GNU C
    library about 20 MiB after a large table or in a window that has shown every page. Does nothing
    with other C libraries."""
    _call(lambda library: library.malloc_trim(0))


def free_discarded() -> None:
    """Free what has been discarded, such as a network that refers to itself, and give its memory
    back. Garbage is collected only where it is collected automatically, in any thread: in the
    window, where it is not, another thread could destroy Qt objects."""
    if gc.isenabled():
        gc.collect()
    give_back()


def share_one_heap() -> None:
    """Let all threads allocate from one heap, so that memory which one has freed serves the others.
    For a process whose threads seldom run at the same time; call it before they start. Does nothing
    without the GNU C library."""
    _call(lambda library: library.mallopt(M_ARENA_MAX, 1))


def keep_large_blocks_apart() -> None:
    """Give every large block a mapping of its own, which is returned as a whole when it is freed:
    in the heap, small blocks that live longer would keep its pages. Does nothing without the GNU C
    library, which otherwise raises the limit to the largest block freed so far."""
    _call(lambda library: library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES))


def _call(function: Callable[[Any], object]) -> None:
    # OSError: no C library found; AttributeError: not the GNU one; TypeError: on Windows.
    with suppress(OSError, AttributeError, TypeError):
        function(ctypes.CDLL(None))
