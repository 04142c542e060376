"""File permissions as they are for an ordinary user, also where tests run as root."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Of linux/capability.h: version 3, and what lets root read and write every file.
VERSION = 0x20080522
OVERRIDES = 1 << 1 | 1 << 2


@contextmanager
def enforced() -> Iterator[None]:
    """Permissions hold for the calling thread, root or not."""
    if sys.platform != "linux" or os.geteuid():
        yield
        return
    library = ctypes.CDLL(None, use_errno=True)
    # Version and thread (0: this one); twice effective, permitted and inheritable.
    header, sets = (ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * 6)()
    _check(library.capget(header, sets))
    effective = sets[0]
    sets[0] = effective & ~OVERRIDES
    _check(library.capset(header, sets))
    try:
        yield
    finally:
        sets[0] = effective
        _check(library.capset(header, sets))


def _check(status: int) -> None:
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
