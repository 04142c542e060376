"""Libraries that only some features need, and how to install one that is missing.

An extra is a group of optional libraries, named as in `pyproject.toml`. Such a library is imported
where it is first needed, through `require`.
"""

from __future__ import annotations

import importlib
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from core.base.errors import UserError
from core.base.translation import Message

# What each extra installs; a test compares this with pyproject.toml.
EXTRAS: dict[str, tuple[str, ...]] = {
    "tables": ("pyarrow", "pandas", "charset-normalizer", "openpyxl"),
    "search": ("optuna",),
    "cluster": ("distributed",),
    "code": ("jinja2",),
}


_importing = threading.RLock()


class MissingExtra(UserError, ImportError):
    """A library of an extra is not installed. The message says how to install it."""


def require(module: str, extra: str, purpose: str = "") -> ModuleType:
    """Import a module of an extra and return it.

    `purpose` begins the message if the module is missing, such as "Opening Excel files".
    Raises `MissingExtra` if the module or something it imports is not installed, and KeyError
    if there is no such extra.
    """
    libraries = EXTRAS[extra]
    try:
        with _importing:
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise MissingExtra(_advice(purpose, missing, libraries)) from error


@contextmanager
def without(module: str) -> Iterator[None]:
    """Libraries imported here find that a module is not installed, unless it is loaded already.
    Some load a large one for what they are not used for."""
    with _importing:
        if module in sys.modules:
            yield
            return
        sys.modules[module] = None  # type: ignore[assignment]
        try:
            yield
        finally:
            del sys.modules[module]


def _advice(purpose: str, missing: str, libraries: tuple[str, ...]) -> str:
    purpose = purpose or Message("This feature")
    if getattr(sys, "frozen", False):
        return Message(
            "{purpose} needs {library}, which is not installed; this build of the application does "
            "not include it.",
            purpose=purpose,
            library=missing,
        )
    command = [sys.executable or "python", "-m", "pip", "install", *libraries]
    return Message(
        "{purpose} needs {library}, which is not installed. Install it with: {command}",
        purpose=purpose,
        library=missing,
        command=shlex.join(command),
    )
