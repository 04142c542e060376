"""How work that takes time learns that its result is no longer wanted."""


class Cancelled(Exception):
    """The work was cancelled. What it had done so far is dropped, or kept where it says so."""
