"""Libraries that only some files need, loaded when such a file is opened."""

from __future__ import annotations

import sys
import threading
from types import ModuleType

from core.base.extras import MissingExtra, require
from core.data.dataset import DataError

_importing = threading.RLock()


def needed(module: str, purpose: str) -> ModuleType:
    """The module that `purpose` needs, such as "Opening Excel files".

    Raises `DataError` with the line to type where it is not installed.
    """
    try:
        with _importing:
            return require(module, "tables", purpose)
    except MissingExtra as error:
        raise DataError(str(error)) from None


def pandas_for(purpose: str) -> ModuleType:
    """pandas, without the pyarrow that it loads where that is installed: 35 MiB, and a third of the
    time, for nothing that reading text needs."""
    with _importing:
        if "pandas" in sys.modules or "pyarrow" in sys.modules:
            return needed("pandas", purpose)
        sys.modules["pyarrow"] = None  # type: ignore[assignment]
        try:
            return needed("pandas", purpose)
        finally:
            del sys.modules["pyarrow"]
