"""The exception that ends long work whose result is no longer needed."""


class Cancelled(Exception):
    """The work was cancelled. Partial results are dropped unless documented otherwise."""
