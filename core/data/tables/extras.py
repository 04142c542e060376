"""Libraries that only some files need, loaded when such a file is opened."""

from __future__ import annotations

from types import ModuleType

from core.base.extras import MissingExtra, require, without
from core.data.dataset import DataError


def needed(module: str, purpose: str) -> ModuleType:
    """The module that `purpose` needs, such as "Opening Excel files".

    Raises `DataError` with the line to type where it is not installed.
    """
    try:
        return require(module, "tables", purpose)
    except MissingExtra as error:
        raise DataError(str(error)) from None


def pandas_for(purpose: str) -> ModuleType:
    """pandas, without the pyarrow that it loads where that is installed: 35 MiB, and a third of the
    time, for nothing that reading text needs."""
    with without("pyarrow"):
        return needed("pandas", purpose)
