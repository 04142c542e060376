"""When the next frame of a run is due, and when it is to hold everything."""

from __future__ import annotations

# Frames are asked for a little more often than 60 times a second, so that 60 are reached.
FRAME_SECONDS = 0.0162
# Frames may take this share of the time. Dearer ones come less often, but 30 times a second still.
FRAME_SHARE = 0.14
SLOWEST_FRAME_SECONDS = 0.031
# A frame with every measure, for the timeline, is taken this often, and more often at first: every
# so much of a run's time, but no more than so often.
KEYFRAME_SECONDS, KEYFRAME_SHARE, LEAST_KEYFRAME_SECONDS = 0.5, 0.1, 0.05
# Where measuring everything would take more than this share of the time, it is done less often.
KEYFRAME_COST = 0.005
# Longest wait for a frame to be painted: of a window that is covered none is.
PAINT_SECONDS = 0.25
# How fast the known cost of a frame follows the cost of the newest.
FORGETTING = 0.1


class FrameClock:
    """Knows when frames were made and what they cost. All times are seconds of one clock."""

    def __init__(self) -> None:
        self._begun = self._frame_at = self._beat = self._keyframe_at = 0.0
        self._cost = 0.0
        self._holds_everything = False

    def begin(self, now: float) -> None:
        """A run begins: its first frame holds everything."""
        self._begun, self._keyframe_at = now, 0.0

    @property
    def gap(self) -> float:
        """From one frame to the next."""
        return min(max(self._cost / FRAME_SHARE, FRAME_SECONDS), SLOWEST_FRAME_SECONDS)

    def due(self, gap: float = 0.0, shown: bool = True) -> float:
        """When the next frame is due, `gap` after the last one was at the earliest. Where that has
        not been `shown` yet, it is waited for, but not indefinitely."""
        soon = self._beat + max(self.gap, gap)
        return soon if shown else max(soon, self._frame_at + PAINT_SECONDS)

    def made(self, now: float) -> None:
        """A frame is being made. One that comes a little late, because a step had to end first,
        does not delay those after it."""
        due = self.due()
        self._beat = due if 0 <= now - due < self.gap / 2 else now
        self._frame_at = now

    def measured(self, now: float) -> None:
        """The frame has been measured, and is to be painted now."""
        if self._holds_everything:
            pause = (now - self._frame_at) / KEYFRAME_COST
            self._keyframe_at = max(self._keyframe_at, now + min(pause, now - self._begun))

    def handed_out(self, now: float) -> None:
        """The frame that was being made is on its way: training goes on."""
        self._cost += FORGETTING * (now - self._frame_at - self._cost)

    def takes_everything(self) -> bool:
        """Whether the frame being made is one that holds every measure. Asked once a frame."""
        now = self._frame_at
        self._holds_everything = now >= self._keyframe_at
        if self._holds_everything:
            gap = KEYFRAME_SHARE * (now - self._begun)
            self._keyframe_at = now + min(max(gap, LEAST_KEYFRAME_SECONDS), KEYFRAME_SECONDS)
        return self._holds_everything
