"""Errors that are told to the user as they are."""

from __future__ import annotations


class UserError(Exception):
    """Something that the user can mend; the message says what, without a traceback."""
