"""How readers of data files refuse one: a message with the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from core.base.translation import Message, joined
from core.data.dataset import DataError


def refuse(path: Path, message: str) -> NoReturn:
    """Raise a `DataError` about a file."""
    raise DataError(joined(": ", [str(path), message]))


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns an OSError or a lack of memory while reading a file into a `DataError`."""
    try:
        if path.exists() and not path.is_file():
            folder = Message("is a folder; choose a file in it")
            refuse(path, folder if path.is_dir() else Message("is not a file"))
        yield
    except (FileNotFoundError, NotADirectoryError):
        refuse(path, Message("is not there; if it was moved, choose it where it is now"))
    except PermissionError:
        refuse(path, Message("may not be read by you; change its permissions or copy it"))
    except MemoryError:
        refuse(path, Message("needs more memory than there is"))
    except OSError as error:
        refuse(path, Message("cannot be read: {reason}", reason=error.strerror or str(error)))
