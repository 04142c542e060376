"""Libraries that only some files need, loaded when such a file is opened."""

from __future__ import annotations

import importlib
from types import ModuleType

from core.data.dataset import DataError

INSTALL = 'pip install "training-playground[tables]"'


def needed(module: str, what: str) -> ModuleType:
    """The module that reads `what`. Raises `DataError` with the line to type where it is absent."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise DataError(f"{what} need the library {name}, which is absent: {INSTALL}") from None
