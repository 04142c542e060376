"""Keeps a fast worker from flooding a slow window: one frame at a time is in flight.

                     taken                  painted, or it will not be
    ┌─────────────┐ ──────► ┌─────────────┐ ─────────────────────────► acknowledge()
    │   waiting   │         │  to paint   │                                 │
    └─────────────┘ ◄────────────────────────────────────────────────────────┘

The worker's half: after sending a frame it continues working, but makes no other frame until that
one is acknowledged. Training waits at most `core.worker.frame_clock.PAINT_SECONDS`, because a
covered window is not painted; a job's snapshots wait without a limit.
"""

from __future__ import annotations

from collections.abc import Callable


class Handshake:
    """The window's half. `acknowledge` lets the worker send another frame."""

    def __init__(self, acknowledge: Callable[[], object]) -> None:
        self._acknowledge = acknowledge
        self._to_paint = False
        self._paints = False

    @property
    def paints(self) -> bool:
        """Whether a window paints frames, so that the next one waits for the paint."""
        return self._paints

    @paints.setter
    def paints(self, paints: bool) -> None:
        self._paints = paints
        if not paints:
            self.painted()

    @property
    def to_paint(self) -> bool:
        return self._to_paint

    def note_taken(self, changed: bool = True) -> None:
        """A frame has arrived; the window has something to paint if `changed`."""
        self._to_paint = True
        if not changed or not self._paints:
            self.painted()

    def painted(self) -> bool:
        """The window has been painted; return whether a frame waited for it."""
        waited, self._to_paint = self._to_paint, False
        if waited:
            self._acknowledge()
        return waited
