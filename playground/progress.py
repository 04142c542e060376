"""One line of a terminal that is drawn over and over while something takes its time."""

from __future__ import annotations

import time
from typing import TextIO

# Seconds between two drawings.
PULSE = 0.1


class ProgressLine:
    """Draws on a terminal; silent where the stream is none and nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._due = 0.0

    def due(self) -> bool:
        """Whether the line wants drawing anew."""
        return self._stream is not None and time.perf_counter() >= self._due

    def write(self, text: str) -> None:
        if self._stream is not None:
            self._due = time.perf_counter() + PULSE
            self._stream.write(f"\r{text}\x1b[K")
            self._stream.flush()

    def show(self, share: float, text: str) -> None:
        """A bar that is filled to `share` (0…1), and a text behind it."""
        if self.due():
            self.write(f"{bar(share)} {share:4.0%}  {text}")

    def clear(self) -> None:
        self.write("")


def bar(share: float, width: int = 24) -> str:
    done = round(min(share, 1) * width)
    return "█" * done + "·" * (width - done)
