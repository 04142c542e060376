"""The horizontal axis of plots over the run."""

from __future__ import annotations

from ui.plots.scale import Scale, round_length

LEAST_SPAN = 4.0


class TimeAxis:
    """The range of iterations that the plots of a view show. It follows the run in round steps
    until the user zooms or pans; `reset` makes it follow again.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.scale = Scale(0.0, 10.0)
        self.following = True
        self.last = 0.0

    def follow(self, last: float) -> None:
        """Make room for a run that has reached iteration `last`."""
        self.last = last
        if self.following:
            high = round_length(max(last, 10.0))
            # It shrinks only when a new run has begun.
            if high > self.scale.high or last < 0.5 * self.scale.high:
                self.scale = Scale(0.0, high)

    def zoom(self, factor: float, around: float) -> None:
        """Scale the range by `factor`, keeping the iteration `around` in place."""
        low, high = self.scale.low, self.scale.high
        factor = max(factor, LEAST_SPAN / (high - low))
        self.show(around - (around - low) * factor, around + (high - around) * factor)

    def pan(self, by: float) -> None:
        """Move by a number of iterations."""
        self.show(self.scale.low + by, self.scale.high + by)

    def reset(self) -> None:
        """Show the whole run and follow it."""
        self.following = True
        self.scale = Scale(0.0, round_length(max(self.last, 10.0)))

    def show(self, low: float, high: float) -> None:
        """Show a range of iterations, clamped to the run."""
        whole = round_length(max(self.last, 10.0))
        span = min(high - low, whole)
        low = min(max(low, 0.0), whole - span)
        self.scale = Scale(low, low + span)
        self.following = span >= whole
