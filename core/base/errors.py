"""Errors whose message is shown to the user unchanged."""

from __future__ import annotations

from core.base.translation import Message, joined


class UserError(Exception):
    """A problem that the user can fix; shown as its message, without a traceback."""


def about_file(error: OSError, file: object) -> Message:
    """What the system says of a file, with the file's name."""
    return joined(": ", [str(file), error.strerror or str(error)])
