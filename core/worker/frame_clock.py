"""When the next frame of a run is due, and when it must contain every measure."""

from __future__ import annotations

# Frames are requested slightly more often than 60 times a second, so that 60 are reached.
FRAME_SECONDS = 0.0162
# Maximum share of time for frames; more expensive ones are less frequent, but at least 30 per
# second.
FRAME_SHARE = 0.14
SLOWEST_FRAME_SECONDS = 0.031
# For the timeline, a frame with every measure is taken at this interval, and more often at first:
# after this share of the run's time, but at least this far apart.
KEYFRAME_SECONDS, KEYFRAME_SHARE, LEAST_KEYFRAME_SECONDS = 0.5, 0.1, 0.05
# Maximum share of time for such frames; beyond it they are less frequent.
KEYFRAME_COST = 0.005
# Maximum wait for a frame to be painted: a covered window is not painted.
PAINT_SECONDS = 0.25
# Weight of the newest frame in the moving average of the cost.
FORGETTING = 0.1


class FrameClock:
    """Schedules frames by their times and costs. All times are in seconds of one clock."""

    def __init__(self) -> None:
        self._begun = self._frame_at = self._beat = self._keyframe_at = 0.0
        self._cost = 0.0
        self._holds_everything = False

    def begin(self, now: float) -> None:
        """A run begins: its first frame contains every measure."""
        self._begun, self._keyframe_at = now, 0.0

    @property
    def gap(self) -> float:
        """The interval between frames, in seconds."""
        return min(max(self._cost / FRAME_SHARE, FRAME_SECONDS), SLOWEST_FRAME_SECONDS)

    def due(self, gap: float = 0.0, shown: bool = True) -> float:
        """When the next frame is due: at the earliest `gap` after the last one, and later if that
        has not been `shown` yet, up to a limit."""
        soon = self._beat + max(self.gap, gap)
        return soon if shown else max(soon, self._frame_at + PAINT_SECONDS)

    def made(self, now: float) -> None:
        """A frame is being made. A small delay, because a step had to end first, does not delay
        later frames."""
        due = self.due()
        self._beat = due if 0 <= now - due < self.gap / 2 else now
        self._frame_at = now

    def measured(self, now: float) -> None:
        """The frame has been measured and is about to be painted."""
        if self._holds_everything:
            pause = (now - self._frame_at) / KEYFRAME_COST
            self._keyframe_at = max(self._keyframe_at, now + min(pause, now - self._begun))

    def handed_out(self, now: float) -> None:
        """The frame has been sent: training continues."""
        self._cost += FORGETTING * (now - self._frame_at - self._cost)

    def takes_everything(self) -> bool:
        """Whether the frame being made must contain every measure. To be called once per frame."""
        now = self._frame_at
        self._holds_everything = now >= self._keyframe_at
        if self._holds_everything:
            gap = KEYFRAME_SHARE * (now - self._begun)
            self._keyframe_at = now + min(max(gap, LEAST_KEYFRAME_SECONDS), KEYFRAME_SECONDS)
        return self._holds_everything
