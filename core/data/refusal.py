"""How readers of data files refuse one: a message with the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from core.data.dataset import DataError


def refuse(path: Path, message: str) -> NoReturn:
    """Raise a `DataError` about a file."""
    raise DataError(f"{path}: {message}")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns an OSError or a lack of memory while reading a file into a `DataError`."""
    try:
        if path.exists() and not path.is_file():
            refuse(path, "is a folder; choose a file in it" if path.is_dir() else "is not a file")
        yield
    except (FileNotFoundError, NotADirectoryError):
        refuse(path, "is not there; if it was moved, choose it where it is now")
    except PermissionError:
        refuse(path, "may not be read by you; change its permissions or copy it")
    except MemoryError:
        refuse(path, "needs more memory than there is")
    except OSError as error:
        refuse(path, f"cannot be read: {error.strerror or error}")
