"""Memory that the process no longer needs, given back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give back what the allocator keeps after large and short-lived arrays: with the GNU library
    that is some 20 MiB after a large table. Elsewhere nothing happens."""
    # OSError: no library of that kind; AttributeError: another one; TypeError: on Windows.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
