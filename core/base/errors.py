"""Errors whose message is shown to the user unchanged."""

from __future__ import annotations


class UserError(Exception):
    """A problem that the user can fix; shown as its message, without a traceback."""
